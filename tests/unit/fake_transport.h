#ifndef MAKI_TESTS_FAKE_TRANSPORT_H
#define MAKI_TESTS_FAKE_TRANSPORT_H

/*
 * A transport for tests. The n-th request gets what the script says; the test decides how many
 * requests one wait completes and in which order. It counts, keeps a copy of every request, and
 * notices a request that changed while it was in flight.
 *
 *   struct fake_answer script[] = {{.body = "{…}"}, {.status = 429, .type = "ThrottlingException"},
 * {.error = "Timeout"}}; struct fake_transport fake; fake_init(&fake, script, 3); … &fake.base …
 *   fake_clear(&fake);
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/rng.h"
#include "http/transport.h"

struct fake_answer {
    int status;        /* 0 means 200 */
    const char *body;  /* NULL means empty */
    const char *type;  /* x-amzn-errortype; NULL for none */
    const char *error; /* no response at all, but an error of this code; NULL for a response */
    size_t body_len;   /* of a body with NULs; 0 means the C string's */
    const struct http_header *headers; /* besides x-amzn-errortype */
    size_t header_count;
    int attempts; /* 0 means 1 */
};

enum { FAKE_HEADERS_MAX = 32 };

enum fake_order { FAKE_FIFO, FAKE_LIFO, FAKE_SHUFFLED };

struct fake_pending {
    const struct http_request *request;
    http_done_fn *done;
    void *context;
    struct fake_answer answer;
    char digest[DIGEST_HEX_SIZE];
};

/* A request as it came; the strings are the fake's. */
struct fake_request {
    char *path;
    char *body;
};

struct fake_transport {
    struct http_transport base;
    const struct fake_answer *script; /* its last answer is given to all that follow */
    size_t script_count;
    /* In place of the script: the answer to request `n`, counted from 0. */
    void (*answer)(struct fake_transport *fake, size_t n, const struct http_request *request,
                   struct fake_answer *answer);
    void *context; /* for `answer` */
    enum fake_order order;
    uint64_t seed;     /* of the shuffled order */
    size_t per_wait;   /* requests that one wait completes; 0 means all */
    long long refused; /* the number of the request that is refused, counted from 0; -1 for none */
    long long wait_failure; /* the number of the wait that fails; -1 for none */

    size_t submitted, completed, waits;
    size_t in_flight, in_flight_most;
    size_t changed; /* requests that did not stay as they were */
    struct fake_request *requests;
    size_t requests_cap;
    struct fake_pending *pending;
    size_t pending_cap;
};

static inline void fake_digest(const struct http_request *request, char digest[DIGEST_HEX_SIZE])
{
    struct digest *d = digest_new();

    digest_add(d, request->path, strlen(request->path) + 1);
    digest_add(d, request->body, request->body_len);
    digest_finish_hex(d, digest);
}

static inline int fake_submit(struct http_transport *t, const struct http_request *request,
                              http_done_fn *done, void *context, struct error *err)
{
    struct fake_transport *fake = (struct fake_transport *)t;
    size_t n = fake->submitted++;
    struct fake_pending *p;

    fake->requests = mem_grow(fake->requests, &fake->requests_cap, n + 1, sizeof(*fake->requests));
    fake->requests[n] =
        (struct fake_request){mem_strdup(request->path),
                              mem_strndup(request->body ? request->body : "", request->body_len)};
    if (fake->refused == (long long)n)
        return error_set(err, ERR_UNAVAILABLE, "Refused", "the transport takes no request");
    fake->pending =
        mem_grow(fake->pending, &fake->pending_cap, fake->in_flight + 1, sizeof(*fake->pending));
    p = &fake->pending[fake->in_flight++];
    *p = (struct fake_pending){.request = request, .done = done, .context = context};
    fake_digest(request, p->digest);
    if (fake->answer != NULL)
        fake->answer(fake, n, request, &p->answer);
    else if (fake->script_count > 0)
        p->answer = fake->script[n < fake->script_count ? n : fake->script_count - 1];
    if (fake->in_flight > fake->in_flight_most)
        fake->in_flight_most = fake->in_flight;
    return 0;
}

static inline struct fake_pending fake_take(struct fake_transport *fake)
{
    size_t i = 0;
    struct fake_pending taken;

    if (fake->order == FAKE_LIFO) {
        i = fake->in_flight - 1;
    } else if (fake->order == FAKE_SHUFFLED) {
        struct rng rng = rng_derive(fake->seed, "order", fake->completed);

        i = (size_t)rng_below(&rng, fake->in_flight);
    }
    taken = fake->pending[i];
    memmove(&fake->pending[i], &fake->pending[i + 1], (fake->in_flight - i - 1) * sizeof(taken));
    fake->in_flight--;
    fake->completed++;
    return taken;
}

static inline void fake_complete(struct fake_transport *fake)
{
    struct fake_pending p = fake_take(fake);
    struct http_header headers[FAKE_HEADERS_MAX];
    struct http_response response = {.status = p.answer.status ? p.answer.status : 200,
                                     .attempts = p.answer.attempts ? p.answer.attempts : 1};
    char digest[DIGEST_HEX_SIZE];
    struct error err;

    fake_digest(p.request, digest);
    fake->changed += strcmp(digest, p.digest) != 0;
    if (p.answer.error != NULL) {
        error_set(&err, ERR_UNAVAILABLE, p.answer.error, "no response: %s", p.answer.error);
        err.retryable = true;
        err.attempts = 3;
        p.done(p.context, NULL, &err);
        return;
    }
    assert(p.answer.header_count < FAKE_HEADERS_MAX);
    for (size_t i = 0; i < p.answer.header_count; i++)
        headers[response.header_count++] = p.answer.headers[i];
    if (p.answer.type != NULL)
        headers[response.header_count++] = (struct http_header){"x-amzn-errortype", p.answer.type};
    response.headers = headers;
    response.body = p.answer.body ? p.answer.body : "";
    response.body_len = p.answer.body_len ? p.answer.body_len : strlen(response.body);
    p.done(p.context, &response, NULL);
}

static inline int fake_wait(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    struct fake_transport *fake = (struct fake_transport *)t;
    size_t todo =
        fake->per_wait && fake->per_wait < fake->in_flight ? fake->per_wait : fake->in_flight;

    (void)timeout_ms;
    if (fake->wait_failure == (long long)fake->waits++)
        return error_set(err, ERR_UNAVAILABLE, "Broken", "the transport broke");
    /* what a callback submits is for a later wait */
    for (size_t i = 0; i < todo; i++)
        fake_complete(fake);
    return (int)todo;
}

static inline void fake_free(struct http_transport *t)
{
    (void)t; /* the test owns it: fake_clear */
}

static const struct http_transport_ops fake_ops = {"fake", fake_submit, fake_wait, fake_free};

static inline void fake_init(struct fake_transport *fake, const struct fake_answer *script,
                             size_t count)
{
    *fake = (struct fake_transport){
        .script = script, .script_count = count, .refused = -1, .wait_failure = -1};
    fake->base.ops = &fake_ops;
}

static inline void fake_clear(struct fake_transport *fake)
{
    for (size_t i = 0; i < fake->submitted; i++) {
        free(fake->requests[i].path);
        free(fake->requests[i].body);
    }
    free(fake->requests);
    free(fake->pending);
    fake->requests = NULL;
    fake->pending = NULL;
}

#endif
