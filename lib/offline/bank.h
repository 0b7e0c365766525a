#ifndef MAKI_OFFLINE_BANK_H
#define MAKI_OFFLINE_BANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "maki/category.h"

/*
 * The sentences that the generator of synthetic cases writes a category's cases with. They come
 * from its synth.txt; a category without one (a user's own) lends the sentences of its example
 * cases, and where it has none either, of its description.
 */
enum bank_slot {
    BANK_SUBJECT,
    BANK_OPENING,
    BANK_SYMPTOM,
    BANK_DETAIL,
    BANK_ASK,
    BANK_REPLY,
    BANK_FOLLOWUP,
    BANK_CLOSING,
    BANK_ERROR,
    BANK_SLOTS,
};

/* Text borrowed from the reference data; a null text means that there is none. */
struct saying {
    const char *text;
    size_t len;
};

/* Of a slot with more sentences than this, the last ones are used. */
enum { BANK_SLOT_MAX = 128 };

struct bank {
    struct saying items[BANK_SLOTS][BANK_SLOT_MAX];
    size_t counts[BANK_SLOTS];
    uint64_t used[BANK_SLOTS][BANK_SLOT_MAX / 64];
};

/* Collect a category's; it must outlive them. There is a subject, and a symptom or something asked,
 * in the end. */
void bank_collect(struct bank *bank, const struct category *category);

/* A saying that was not picked before; one without text once all have been. */
struct saying bank_pick(struct bank *bank, enum bank_slot slot, struct rng *rng);

#endif
