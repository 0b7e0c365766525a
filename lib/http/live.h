#ifndef MAKI_HTTP_LIVE_H
#define MAKI_HTTP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/retry.h"
#include "http/transport.h"

/*
 * The transport over the network: one libcurl multi pool for everything, with a bounded number of
 * requests in flight, kept-alive connections, retries by retry.h, and a speed by pace.h. Where a
 * request goes and how it is signed is not known here: that is asked for each attempt, since a
 * signature grows old.
 */

/* One attempt, ready to be sent. What it points to must live until the next one is prepared. */
struct http_attempt {
    struct buf url; /* absolute; initialised by the caller */
    const struct http_header *headers;
    size_t header_count;
};

/* Fill in where to send a request and with which headers, as of `now_ms`, the service's time. -1:
 * it cannot be sent at all. */
typedef int http_prepare_fn(void *context, const struct http_request *request, int64_t now_ms,
                            struct http_attempt *attempt, struct error *err);

/*
 * Look at a response before the retry policy does. True: it taught something, and the attempt is to
 * be prepared anew and sent at once (at most REVIEWS_MAX times a request).
 */
typedef bool http_review_fn(void *context, const struct http_request *request,
                            const struct http_response *response);

struct http_live_options {
    http_prepare_fn *prepare;
    http_review_fn *review; /* NULL for none */
    void *context;          /* for both */
    const struct clock *clock;
    struct retry_policy retry;
    uint64_t seed;              /* of the jitter */
    double requests_per_minute; /* 0: no limit */
    double tokens_per_minute;   /* 0: no limit; a request's tokens are reckoned from its size */
    size_t in_flight_max;       /* 0: 64 */
    int64_t connect_timeout_ms; /* 0: 10 s */
    int64_t idle_timeout_ms;    /* nothing sent or received for so long, but for POST; 0: 120 s */
    int64_t total_timeout_ms;   /* one attempt; 0: 15 min */
    size_t response_bytes_max;  /* 0: 64 MiB */
    const char *ca_bundle;      /* file with certificates; NULL: libcurl's own default */
    const char *user_agent;
    bool direct; /* through no proxy, whatever the environment says */
    bool secret; /* what comes back is: it is wiped from memory */
};

/* All that the options point to must outlive it. Free with http_free. */
struct http_transport *http_live_new(const struct http_live_options *options);

#endif
