#ifndef MAKI_MAKI_LATENCY_H
#define MAKI_MAKI_LATENCY_H

#include <stdint.h>

/* How long calls took: a histogram of fixed size, whose buckets are at most 1/32 of their value
 * wide. */
enum { LATENCY_STEPS = 32, LATENCY_BUCKETS = 40 * LATENCY_STEPS };

struct latency {
    int64_t count;
    uint32_t buckets[LATENCY_BUCKETS];
};

/* Times below 0 count as 0. */
void latency_add(struct latency *latency, int64_t ms);

/* The time that `percent` of the calls did not exceed, rounded up to its bucket's end; 0 without
 * calls. */
int64_t latency_percentile(const struct latency *latency, int percent);

#endif
