#ifndef MAKI_STANDIN_FAULTS_H
#define MAKI_STANDIN_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"

/*
 * What goes wrong on demand. Set as one JSON object, which replaces all that was set before; each
 * member may be left out:
 *
 *   latencyMs     how long every answer takes
 *   rate, burst   requests a second that are served, the others get 429 ThrottlingException; and
 *                 how many at once after a pause (half a second's worth)
 *   retryAfter    the Retry-After header of such a 429, as text
 *   skewSeconds   how far this server's clock is ahead of the true time
 *   denyModels    models that answer 403 AccessDeniedException
 *   batch         what jobs_set takes (lib/offline/jobs.h)
 *   rules         [{"operation": "Converse", "model": "…", "first": 3, "count": 2, "every": 1,
 *                   "do": "error", …}]
 *
 * A rule counts the requests that it is about (operation and model, all if left out), from 1 on.
 * From `first` on it applies to each `every`-th, `count` times in all; 0 is for ever. What it does:
 *
 *   error      answer `status`, `type`, `message`, perhaps with `retryAfter`
 *   html       answer `status` with a page of HTML
 *   garbage    200, and a body that is no JSON
 *   body       answer `status` (200) with the text `body`
 *   empty      200 without a body
 *   cut        close the connection behind the answer's head
 *   cut-body   close it in the middle of the body
 *   close      close it without an answer
 *   reset      reset it without an answer
 *   slow       send the body in ten parts, `ms` apart
 *   delay      answer `ms` later than usual
 *   noise      send bytes that are not HTTP
 */
enum { FAULT_RULES_MAX = 32 };

enum fault_kind {
    FAULT_NONE,
    FAULT_ERROR,
    FAULT_HTML,
    FAULT_GARBAGE,
    FAULT_BODY,
    FAULT_EMPTY,
    FAULT_CUT,
    FAULT_CUT_BODY,
    FAULT_CLOSE,
    FAULT_RESET,
    FAULT_SLOW,
    FAULT_DELAY,
    FAULT_NOISE,
};

struct fault_rule {
    const char *operation, *model; /* NULL: all */
    int64_t first, count, every;
    int64_t seen, applied;
    enum fault_kind kind;
    int status;
    const char *type, *message, *retry_after, *body;
    int64_t ms;
};

struct faults {
    jv setting; /* what the rest points into */
    int64_t latency_ms;
    int64_t skew_ms;
    double rate, burst, tokens;
    int64_t refilled_ms;
    const char *retry_after;
    struct fault_rule rules[FAULT_RULES_MAX];
    size_t rule_count;
};

void faults_init(struct faults *f);
void faults_clear(struct faults *f);

/* Set from JSON text. -1 with an error, and all stays as it was. */
int faults_set(struct faults *f, const char *text, size_t len, struct error *err);

/* The rule that applies to a request of this operation, for this model; NULL if none does. Counts
 * it. */
const struct fault_rule *faults_match(struct faults *f, const char *operation, const char *model);

/* Whether a request at this monotonic time is one too many. */
bool faults_throttle(struct faults *f, int64_t now_ms);

bool faults_deny(const struct faults *f, const char *model);

#endif
