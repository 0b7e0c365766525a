#ifndef MAKI_MAKI_SAMPLE_H
#define MAKI_MAKI_SAMPLE_H

#include <stddef.h>

#include "json/json.h"

/*
 * An even sample of a stream of unknown length within a budget of bytes: every stride-th item,
 * where the stride doubles whenever the budget is passed. Deterministic: it depends on the items
 * and their order alone.
 */
struct sample {
    char **items;
    size_t *lens;
    size_t count, cap, lens_cap;
    size_t bytes;     /* of all that is kept */
    size_t bytes_max; /* an item that is larger alone is left out */
    long long seen;   /* items that came */
    long long stride;
};

void sample_init(struct sample *s, size_t bytes_max);
void sample_clear(struct sample *s);

/* Offer an item (borrowed); it is kept, as JSON, if its turn has come. */
void sample_offer(struct sample *s, jv item);

/* What is kept, as a new array. */
jv sample_array(const struct sample *s);

#endif
