#ifndef MAKI_AWS_FETCH_H
#define MAKI_AWS_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * How credential providers call a server: one request, and waiting for its answer. What is injected
 * here verifies TLS, follows no redirects, and neither logs nor records anything: all that goes by
 * is secret.
 */
struct aws_fetch {
    const char *method;
    const char *url; /* absolute, as on the wire */
    const struct http_header *headers;
    size_t header_count;
    const char *body;
    size_t body_len;
    int64_t timeout_ms; /* of one attempt */
    int attempts_max;   /* calls in all, where there is no answer, or one of 429 or 5xx */
    bool direct;        /* through no proxy: the address means this machine or its host */
};

/* 0 with any status: *status is set, and the body is appended to `body`. -1 when no answer came. */
typedef int aws_fetch_fn(void *context, const struct aws_fetch *fetch, int *status,
                         struct buf *body, struct error *err);

/* The one that really does; the context is this. */
struct aws_fetch_live {
    const struct clock *clock;
    const char *ca_bundle;
};
int aws_fetch_live(void *context, const struct aws_fetch *fetch, int *status, struct buf *body,
                   struct error *err);

#endif
