#ifndef MAKI_MAKI_BUDGET_H
#define MAKI_MAKI_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "maki/price.h"

/*
 * How much may be asked: a number of calls, and a cost. A call is estimated before it is made, and
 * what is estimated for calls under way counts as spent until their answers say what they took. So
 * the limit is passed by no more than one estimate is wrong.
 */
struct budget {
    struct price price;
    double cost_max;   /* negative: no limit */
    int64_t calls_max; /* negative: no limit */
    double spent;
    double reserved;
    int64_t calls; /* made, or under way */
    int64_t answers;
    int64_t output_tokens; /* of the answers */
};

enum { BUDGET_BYTES_PER_TOKEN = 4, BUDGET_ANSWER_TOKENS = 500 };

/*
 * May a call with a request of so many bytes be made? 0: then *reserved is to be given back with
 * budget_settle. -1 with code CostLimit or CallLimit, retryable: another run may. An answer is
 * taken for as long as those before it were on average, the first for BUDGET_ANSWER_TOKENS, but
 * for no more than `max_tokens`.
 */
int budget_reserve(struct budget *b, size_t request_bytes, int64_t max_tokens, double *reserved,
                   struct error *err);

/* The call is over: with what it took, or NULL if it was not answered and so cost nothing. */
void budget_settle(struct budget *b, double reserved, const struct converse_usage *usage);

#endif
