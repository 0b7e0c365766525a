#include "http/retry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/error_name.h"
#include "http/http_date.h"

/* How far a hint may push the wait beyond the policy's own delay, and what is no hint any more. */
enum { HINT_EXTRA_MS = 5000, HINT_MAX_MS = 24 * 3600 * 1000 };

static const struct {
    const char *name;
    enum retry_class class;
} names[] = {
    {"ThrottlingException", RETRY_THROTTLED},
    {"Throttling", RETRY_THROTTLED},
    {"ThrottledException", RETRY_THROTTLED},
    {"RequestThrottled", RETRY_THROTTLED},
    {"RequestThrottledException", RETRY_THROTTLED},
    {"TooManyRequestsException", RETRY_THROTTLED},
    {"SlowDown", RETRY_THROTTLED},
    {"RequestLimitExceeded", RETRY_THROTTLED},
    {"LimitExceededException", RETRY_THROTTLED},
    {"BandwidthLimitExceeded", RETRY_THROTTLED},
    {"PriorRequestNotComplete", RETRY_THROTTLED},
    {"ProvisionedThroughputExceededException", RETRY_THROTTLED},
    {"RequestTimeout", RETRY_TRANSIENT},
    {"RequestTimeoutException", RETRY_TRANSIENT},
    {"InternalError", RETRY_TRANSIENT},
    {"RequestTimeTooSkewed", RETRY_CLOCK},
    {"RequestExpired", RETRY_CLOCK},
    {"RequestInTheFuture", RETRY_CLOCK},
    {"InvalidSignatureException", RETRY_CLOCK},
    {"SignatureDoesNotMatch", RETRY_CLOCK},
};

struct retry_policy retry_policy_default(void)
{
    return (struct retry_policy){
        .attempts_max = 3, .base_ms = 50, .throttled_ms = 1000, .delay_max_ms = 20000};
}

static enum retry_class by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0)
            return names[i].class;
    }
    return RETRY_NO;
}

enum retry_class retry_classify(const struct http_response *response, const struct error *err)
{
    char name[HTTP_ERROR_NAME_SIZE];
    enum retry_class class;

    if (response == NULL)
        return err->retryable ? RETRY_TRANSIENT : RETRY_NO;
    if (response->status < 400)
        return RETRY_NO;
    http_error_name(response, name);
    class = by_name(name);
    if (class != RETRY_NO || response->status == 429)
        return class == RETRY_NO ? RETRY_THROTTLED : class;
    return response->status == 500 || (response->status >= 502 && response->status <= 504)
               ? RETRY_TRANSIENT
               : RETRY_NO;
}

static int64_t backoff(const struct retry_policy *policy, const struct retry_failure *failure,
                       struct rng *rng)
{
    int64_t most = failure->class == RETRY_THROTTLED ? policy->throttled_ms : policy->base_ms;

    for (int i = 1; i < failure->attempt && most < policy->delay_max_ms; i++)
        most *= 2;
    if (most > policy->delay_max_ms)
        most = policy->delay_max_ms;
    return (int64_t)(rng_unit(rng) * (double)most);
}

struct retry_decision retry_decide(const struct retry_policy *policy, struct retry_budget *budget,
                                   const struct retry_failure *failure, struct rng *rng)
{
    struct retry_decision decision = {
        .charged = failure->class == RETRY_THROTTLED ? RETRY_COST_THROTTLED : RETRY_COST};
    int64_t latest;

    if (failure->class == RETRY_NO || failure->attempt >= policy->attempts_max ||
        budget->tokens < decision.charged)
        return (struct retry_decision){.again = false};
    budget->tokens -= decision.charged;
    decision.again = true;
    if (failure->class != RETRY_CLOCK) /* a corrected clock needs no wait */
        decision.delay_ms = backoff(policy, failure, rng);
    latest = decision.delay_ms + HINT_EXTRA_MS;
    if (failure->hint_ms > decision.delay_ms)
        decision.delay_ms = failure->hint_ms < latest ? failure->hint_ms : latest;
    return decision;
}

void retry_succeeded(struct retry_budget *budget, int charged)
{
    budget->tokens += charged > 0 ? charged : 1;
    if (budget->tokens > RETRY_TOKENS)
        budget->tokens = RETRY_TOKENS;
}

static int64_t parse_number(const char *text)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || value < 0 || value > HINT_MAX_MS ? -1
                                                                                         : value;
}

int64_t retry_hint_ms(const struct http_response *response, int64_t now_ms)
{
    const char *ms = http_header(response, "x-amz-retry-after");
    const char *after = http_header(response, "retry-after");
    int64_t value = ms ? parse_number(ms) : -1;

    if (value >= 0 || after == NULL)
        return value;
    value = parse_number(after);
    if (value >= 0)
        return value <= HINT_MAX_MS / 1000 ? value * 1000 : HINT_MAX_MS;
    if (http_date_parse(after, &value) < 0)
        return -1;
    return value > now_ms ? value - now_ms : 0;
}
