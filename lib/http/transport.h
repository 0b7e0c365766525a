#ifndef MAKI_HTTP_TRANSPORT_H
#define MAKI_HTTP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * The one seam between the programs and the world: a request goes in, a response comes back, and
 * whoever asks cannot tell whether it came from the network, a recording or the offline stand-in.
 * Many requests may be in flight; answers come by callback, in any order, only from within
 * http_wait. Nothing here blocks but http_wait.
 */
struct http_header {
    const char *name; /* lower case */
    const char *value;
};

struct http_request {
    const char *service; /* endpoint prefix: "bedrock-runtime", "bedrock", "s3", "support" */
    const char *method;
    const char *path;  /* as on the wire, percent-encoded */
    const char *query; /* as on the wire without '?'; "" for none */
    const struct http_header *headers;
    size_t header_count;
    const char *body;
    size_t body_len;
};

struct http_response {
    int status;
    const struct http_header *headers;
    size_t header_count;
    const char *body; /* NUL-terminated */
    size_t body_len;
    int attempts;       /* calls that were made to get it */
    int64_t latency_ms; /* of the last of them */
};

/*
 * What came of a request: a response of any status, or NULL and the error that kept one from
 * coming. Both live until the callback returns. It may submit further requests.
 */
typedef void http_done_fn(void *context, const struct http_response *response,
                          const struct error *err);

/* A transport. Each kind embeds this struct first. */
struct http_transport {
    const struct http_transport_ops *ops;
};

struct http_transport_ops {
    const char *name; /* "live", "record", "replay", "offline" */
    int (*submit)(struct http_transport *t, const struct http_request *request, http_done_fn *done,
                  void *context, struct error *err);
    int (*wait)(struct http_transport *t, int64_t timeout_ms, struct error *err);
    void (*free)(struct http_transport *t);
};

/*
 * Start a request. It and all it points to must stay unchanged until `done` was called, which never
 * happens within http_submit. -1 if the transport cannot take it at all; `done` is then not called.
 */
int http_submit(struct http_transport *t, const struct http_request *request, http_done_fn *done,
                void *context, struct error *err);

/* Run until at least one request is done, or `timeout_ms` have passed: how many were done; 0 also
 * if none is in flight. */
int http_wait(struct http_transport *t, int64_t timeout_ms, struct error *err);

/* NULL is fine. Requests in flight are dropped without a callback. */
void http_free(struct http_transport *t);

/* A header's value by its lower-case name, or NULL; of several the first. */
const char *http_header(const struct http_response *response, const char *name);
const char *http_request_header(const struct http_request *request, const char *name);

#endif
