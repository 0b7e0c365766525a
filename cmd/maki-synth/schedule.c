#include "schedule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* The numbers from 0 to count - 1 in an order by chance (Fisher and Yates). */
static void shuffle(size_t *order, size_t count, struct rng rng)
{
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)rng_below(&rng, i + 1);

        order[i] = order[j];
        order[j] = i;
    }
}

static void share_out(struct schedule *s, uint64_t total)
{
    shuffle(s->order, s->count, rng_derive(s->seed, "schedule remainder", 0));
    for (size_t i = 0; i < s->count; i++)
        s->left[s->order[i]] = total / s->count + (i < total % s->count);
}

static void draw_numbers(struct schedule *s, uint64_t min, uint64_t max)
{
    for (size_t i = 0; i < s->count; i++) {
        struct rng rng = rng_derive(s->seed, "schedule number", i);

        s->left[i] = min + rng_below(&rng, max - min + 1);
    }
}

void schedule_init(struct schedule *s, const struct category **categories, size_t count,
                   uint64_t seed, const struct schedule_size *size)
{
    assert(count > 0);
    *s = (struct schedule){.count = count, .seed = seed};
    s->categories = mem_alloc(count * sizeof(const struct category *));
    memcpy(s->categories, categories, count * sizeof(const struct category *));
    s->left = mem_alloc(count * sizeof(*s->left));
    s->order = mem_alloc(count * sizeof(*s->order));
    if (size->total > 0)
        share_out(s, size->total);
    else
        draw_numbers(s, size->min, size->max);
    for (size_t i = 0; i < count; i++)
        s->total += s->left[i];
}

void schedule_clear(struct schedule *s)
{
    free(s->categories);
    free(s->left);
    free(s->order);
}

/* The categories that still get cases, shuffled. */
static void start_round(struct schedule *s)
{
    size_t kept = 0;

    shuffle(s->order, s->count, rng_derive(s->seed, "schedule round", s->round++));
    for (size_t i = 0; i < s->count; i++) {
        if (s->left[s->order[i]] > 0)
            s->order[kept++] = s->order[i];
    }
    s->in_round = kept;
    s->at = 0;
}

const struct category *schedule_next(struct schedule *s)
{
    size_t chosen;

    if (s->at == s->in_round)
        start_round(s);
    if (s->in_round == 0)
        return NULL;
    chosen = s->order[s->at++];
    s->left[chosen]--;
    return s->categories[chosen];
}
