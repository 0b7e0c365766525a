#include "maki/latency.h"

/* Below 2 * STEPS each value has its bucket; from there on, each doubling has STEPS of them. */
static int bucket_of(int64_t ms)
{
    int shift = 0;
    int bucket;

    if (ms < 0)
        return 0;
    while ((ms >> shift) >= 2 * LATENCY_STEPS)
        shift++;
    bucket = shift * LATENCY_STEPS + (int)(ms >> shift);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The largest value of a bucket. */
static int64_t bucket_end(int bucket)
{
    int shift = bucket < 2 * LATENCY_STEPS ? 0 : bucket / LATENCY_STEPS - 1;
    int64_t step = bucket - shift * LATENCY_STEPS;

    return ((step + 1) << shift) - 1;
}

void latency_add(struct latency *latency, int64_t ms)
{
    latency->buckets[bucket_of(ms)]++;
    latency->count++;
}

int64_t latency_percentile(const struct latency *latency, int percent)
{
    int64_t rank = (latency->count * percent + 99) / 100;
    int64_t seen = 0;

    for (int i = 0; i < LATENCY_BUCKETS && latency->count > 0; i++) {
        seen += latency->buckets[i];
        if (seen >= rank && seen > 0)
            return bucket_end(i);
    }
    return 0;
}
