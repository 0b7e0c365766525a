#ifndef MAKI_MAKI_SYNTHETIC_H
#define MAKI_MAKI_SYNTHETIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"
#include "maki/category.h"
#include "maki/service.h"
#include "json/json.h"

/*
 * Synthetic cases. Code decides everything about a case but its words: ids, times, service, status,
 * tone, length. That plan depends on the run's seed and the case's number alone. A model writes the
 * words; code checks them and makes the record.
 */

/* How long the first message is to be, in the words that the model gets, and in numbers. */
struct synthetic_length {
    const char *text;
    int words_min, words_max;
    int weight; /* out of 100 */
};

/* By its text; the middle one for NULL or a text that is none. */
const struct synthetic_length *synthetic_length_find(const char *text);

/* What the cases of a run have in common. */
struct synthetic_run {
    uint64_t seed;
    int64_t start_ms, end_ms;     /* every time of a case lies in [start, end), which is at least
                                     SYNTHETIC_RANGE_MIN_MS long */
    const char *const *languages; /* the first is by far the likeliest; at least one */
    size_t language_count;
    const char *model; /* who writes, for the record */
};

enum {
    SYNTHETIC_RANGE_MIN_MS = 60000,
    SYNTHETIC_MESSAGES_MAX = 20,
    SYNTHETIC_BODY_BYTES_MAX = 60000
};

#define SYNTHETIC_ACCOUNT "111122223333" /* AWS's example account */

/* One case's plan. */
struct synthetic_plan {
    const struct synthetic_run *run;
    uint64_t index;
    const struct category *category;
    const struct service *service;
    char resource[64]; /* kind, one of the service's */
    char case_id[64];
    char display_id[16];
    const char *customer; /* full name */
    const char *tone;
    const struct synthetic_length *length;
    const char *language;
    const char *status;
    const char *severity;
    const char *category_code;
    int communications;
    int64_t created_ms;
};

/* Plan case number `index` of a run. The run and the category must outlive the plan. */
void synthetic_plan(struct synthetic_plan *plan, const struct synthetic_run *run, uint64_t index,
                    const struct category *category);

/* What the model gets to know of it: a new object. */
jv synthetic_data(const struct synthetic_plan *plan);

/*
 * Check what a model wrote (borrowed): {subject, communications: [{from: customer|aws, body}],
 * language?}, the customer first, nothing empty or over-long. A new value with just these members;
 * jv_invalid() with ERR_DATA in words that a model can act on.
 */
jv synthetic_check(jv answer, struct error *err);

/* The case record from the plan and the checked words (borrowed), with `maki` saying that and how
 * it is synthetic. */
jv synthetic_record(const struct synthetic_plan *plan, jv words);

#endif
