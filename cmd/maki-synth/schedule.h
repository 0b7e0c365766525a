/* Which category each case of a run gets. */
#ifndef MAKI_CMD_SCHEDULE_H
#define MAKI_CMD_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "maki/category.h"

/*
 * Round by round through the categories, in another order each time, until each has had its number:
 * the start of the output is as varied as the whole, and nothing depends on how many cases there
 * are.
 */
struct schedule {
    const struct category **categories;
    uint64_t *left; /* cases each still gets */
    size_t count;
    uint64_t seed;
    uint64_t total;
    uint64_t round;
    size_t *order; /* of this round */
    size_t at, in_round;
};

/* How many: `total` cases in all, spread evenly, or (if it is 0) for each category from `min` to
 * `max`, by chance. */
struct schedule_size {
    uint64_t total;
    uint64_t min, max;
};

/* Over the given categories (the array is copied, they are borrowed), at least one. Free with
 * schedule_clear. */
void schedule_init(struct schedule *schedule, const struct category **categories, size_t count,
                   uint64_t seed, const struct schedule_size *size);
void schedule_clear(struct schedule *schedule);

/* The next case's category; NULL when all are made. */
const struct category *schedule_next(struct schedule *schedule);

#endif
