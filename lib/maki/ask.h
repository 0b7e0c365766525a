#ifndef MAKI_MAKI_ASK_H
#define MAKI_MAKI_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/converse.h"
#include "base/error.h"
#include "http/transport.h"
#include "maki/budget.h"
#include "maki/latency.h"
#include "json/json.h"

/*
 * Asking a model for a checked object, many at once. Each question is one user message to a task's
 * template. The answer (the forced tool's input, else JSON found in the text) is checked by the
 * task. Where the service refuses the way the question is put (see converse_chat_refused), all that
 * follow are put otherwise, and that one again. An invalid answer is given back to the model once,
 * with what is wrong; a second invalid one is a failure. Outcomes come in the order of the
 * questions, unless told otherwise. Answers are kept in a cache folder, if one is given, as soon as
 * they arrive: no call is paid for twice. Only answers that proved to be of no use are forgotten,
 * so that the same question can be put again.
 */
struct ask;

/* What came of a question. Lives until the callback returns. */
struct ask_outcome {
    jv result;                   /* what `check` made; jv_invalid() on failure */
    struct error err;            /* why it failed */
    struct converse_usage usage; /* of all calls for this question, those from the cache included */
    int calls;                   /* model calls that it took: 1, or 2 with a repair */
    int cached;                  /* how many of them the cache answered */
};

/* Make the result from the model's object (borrowed): a new value, or jv_invalid() with words that
 * the model can act on. */
typedef jv ask_check_fn(void *context, jv answer, struct error *err);

/* The question's outcome; `question` is what ask_submit was given. -1 stops everything (the caller
 * keeps the reason). */
typedef int ask_done_fn(void *context, void *question, const struct ask_outcome *outcome);

/*
 * Is the answer to a question known already, other than by the cache? KNOWN: it is the response's
 * body, to be put into `body`. HOPELESS: there is none and none is to be asked for; err says why.
 */
enum ask_known { ASK_UNKNOWN, ASK_KNOWN, ASK_HOPELESS };
typedef enum ask_known ask_known_fn(void *context, void *question, struct buf *body,
                                    struct error *err);

/* Free a question that gets no outcome, because everything stopped before. */
typedef void ask_drop_fn(void *question);

struct ask_options {
    struct http_transport *transport;
    struct converse_template *template; /* gives up what the service refuses */
    const char *cache_dir;              /* NULL for none */
    struct budget *budget;              /* NULL for none */
    size_t in_flight_max;
    bool unordered;
    ask_check_fn *check;
    ask_done_fn *done;
    ask_drop_fn *drop;
    ask_known_fn *known; /* NULL: none is */
    bool known_final;    /* what is known is not repaired by another call */
    void *context;       /* for check, done and known */
};

/* What all questions took together. */
struct ask_totals {
    long long calls;
    long long cached;
    long long repaired;
    long long refused; /* calls that the service refused for how they were put; put otherwise, and
                          not among the calls */
    struct converse_usage usage; /* paid for: without what the cache answered or was known */
    struct latency latency;      /* of the same calls */
    long long known;             /* answers that were known */
    struct converse_usage known_usage;
};

/* All in the options must outlive it. Free with ask_free. */
struct ask *ask_new(const struct ask_options *options);

/*
 * Put a question. The message is copied. Waits while too many are under way, so `done` may be
 * called for earlier questions. -1 with an error if the transport broke or an earlier question
 * failed in a way that all would, or with kind ERR_NONE if `done` said stop: then, and at every
 * later try, the question stays the caller's.
 */
int ask_submit(struct ask *ask, const char *message, size_t len, void *question, struct error *err);

/*
 * Wait until every question has its outcome. -1 as ask_submit, also where that said so before: what
 * stopped the questions stays.
 */
int ask_drain(struct ask *ask, struct error *err);

const struct ask_totals *ask_totals(const struct ask *ask);

/* Questions without an outcome are handed to `drop`. Free the transport first if any are under way:
 * it may look at them. */
void ask_free(struct ask *ask);

void ask_usage_add(struct converse_usage *sum, const struct converse_usage *usage);

/* {"input":n,"output":n}, and cacheRead and cacheWrite where there are any. A new value. */
jv ask_usage_object(const struct converse_usage *usage);

/* The first JSON object in a text that may have prose or code fences around it; jv_invalid() if
 * there is none. */
jv ask_find_object(const char *text);

#endif
