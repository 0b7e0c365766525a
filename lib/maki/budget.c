#include "maki/budget.h"

static double estimate(const struct budget *b, size_t request_bytes, int64_t max_tokens)
{
    struct converse_usage usage = {
        .input_tokens = (int64_t)(request_bytes / BUDGET_BYTES_PER_TOKEN),
        .output_tokens = b->answers > 0 ? b->output_tokens / b->answers : BUDGET_ANSWER_TOKENS};

    if (max_tokens > 0 && usage.output_tokens > max_tokens)
        usage.output_tokens = max_tokens;
    return b->price.known ? price_cost(&b->price, &usage) : 0;
}

int budget_reserve(struct budget *b, size_t request_bytes, int64_t max_tokens, double *reserved,
                   struct error *err)
{
    double cost = estimate(b, request_bytes, max_tokens);

    *reserved = 0;
    if (b->calls_max >= 0 && b->calls >= b->calls_max) {
        error_set(err, ERR_TEMP, "CallLimit", "not asked: --max-calls %lld is reached",
                  (long long)b->calls_max);
        err->retryable = true;
        return -1;
    }
    if (b->cost_max >= 0 && b->spent + b->reserved + cost > b->cost_max) {
        error_set(err, ERR_TEMP, "CostLimit",
                  "not asked: with %.6f %s spent and %.6f under way, about %.6f more would pass "
                  "--max-cost %g",
                  b->spent, b->price.currency, b->reserved, cost, b->cost_max);
        err->retryable = true;
        return -1;
    }
    *reserved = cost;
    b->reserved += cost;
    b->calls++;
    return 0;
}

void budget_settle(struct budget *b, double reserved, const struct converse_usage *usage)
{
    b->reserved -= reserved;
    if (b->reserved < 0) /* rounding */
        b->reserved = 0;
    if (usage == NULL) {
        b->calls--;
        return;
    }
    b->answers++;
    b->output_tokens += usage->output_tokens;
    if (b->price.known)
        b->spent += price_cost(&b->price, usage);
}
