#ifndef MAKI_HTTP_RETRY_H
#define MAKI_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "http/transport.h"

/*
 * When a failed request is worth another try, and when: the AWS SDKs' standard mode. Pure policy:
 * no clock, no I/O. One retry budget is shared by all requests of a process, so that a service in
 * trouble is not asked ever harder.
 */
enum retry_class {
    RETRY_NO,        /* the answer stands: success, or an error that another try cannot mend */
    RETRY_TRANSIENT, /* 5xx, broken connection, time-out */
    RETRY_THROTTLED, /* asked too fast */
    RETRY_CLOCK,     /* perhaps signed with a wrong clock; the response's Date tells */
};

struct retry_policy {
    int attempts_max;     /* calls in all; 1 means no retry */
    int64_t base_ms;      /* first delay after a transient failure */
    int64_t throttled_ms; /* first delay after throttling */
    int64_t delay_max_ms;
};

/* 3 attempts, 50 ms, 1 s, 20 s. */
struct retry_policy retry_policy_default(void);

/* A retry takes from the budget, a success gives back. */
struct retry_budget {
    int tokens; /* starts at RETRY_TOKENS */
};

enum { RETRY_TOKENS = 500, RETRY_COST = 14, RETRY_COST_THROTTLED = 5 };

/* Of a response, or of the error where none came (`retryable` decides). Error names are AWS's. */
enum retry_class retry_classify(const struct http_response *response, const struct error *err);

struct retry_failure {
    enum retry_class class;
    int attempt;     /* which one failed, from 1 */
    int64_t hint_ms; /* the wait the service asked for; negative: none */
};

struct retry_decision {
    bool again;
    int64_t delay_ms; /* before the next attempt */
    int charged;      /* what it took from the budget, for retry_succeeded */
};

/* Decide what follows a failure; `rng` gives the jitter. */
struct retry_decision retry_decide(const struct retry_policy *policy, struct retry_budget *budget,
                                   const struct retry_failure *failure, struct rng *rng);

/* A request succeeded: give back what its last retry cost, or 1 where it had none. */
void retry_succeeded(struct retry_budget *budget, int charged);

/* What x-amz-retry-after (milliseconds) or Retry-After (seconds, or a date as of wall time
 * `now_ms`) ask for; -1: nothing. */
int64_t retry_hint_ms(const struct http_response *response, int64_t now_ms);

#endif
