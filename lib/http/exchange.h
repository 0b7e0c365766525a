#ifndef MAKI_HTTP_EXCHANGE_H
#define MAKI_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "http/live.h"

/* One request on libcurl: its handle, what is sent, what comes back. Internal to lib/http. */
struct exchange {
    CURL *easy;
    struct curl_slist *sent; /* request headers, for libcurl */
    struct http_attempt attempt;
    struct buf body;
    struct buf header_text; /* "name\0value\0…" */
    struct http_header *headers;
    size_t header_count, header_cap;
    char problem[CURL_ERROR_SIZE];
};

/* What stays the same from attempt to attempt. */
struct exchange_limits {
    long connect_timeout_ms;
    long idle_timeout_s;
    long total_timeout_ms;
    size_t response_bytes_max;
    const char *ca_bundle;
    const char *user_agent;
    bool direct;
    bool secret;
};

void exchange_init(struct exchange *x, const struct exchange_limits *limits);
void exchange_clear(struct exchange *x);

/* Make the handle ready for an attempt at `request`, for which x->attempt was filled in. -1 with an
 * error. */
int exchange_start(struct exchange *x, const struct http_request *request,
                   const struct exchange_limits *limits, struct error *err);

/*
 * After libcurl is done with it: the response, which borrows from the exchange until the next
 * start, or -1 and the error that kept one from coming.
 */
int exchange_result(struct exchange *x, CURLcode code, struct http_response *response,
                    struct error *err);

#endif
