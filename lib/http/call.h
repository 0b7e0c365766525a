#ifndef MAKI_HTTP_CALL_H
#define MAKI_HTTP_CALL_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/transport.h"

/* One request and waiting for its answer, for those who have nothing else to do meanwhile. */

/* A response that outlives its request. The caller owns it, from http_call_init to http_call_clear,
 * and may use it for one call after the other. */
struct http_call {
    struct http_response response; /* of the latest call; points into what follows */
    struct buf body;
    struct buf header_text; /* "name\0value\0…" */
    struct http_header *headers;
    size_t header_cap;
    struct error err;
    bool over;
    bool came;
};

/* Bodies of over `body_bytes_max` are refused. */
void http_call_init(struct http_call *call, size_t body_bytes_max);
void http_call_clear(struct http_call *call);

/*
 * Send the request and wait for what comes: 0 with call->response, whatever its status; -1 with the
 * error that kept one from coming. Other requests that are in flight at the same transport go on
 * meanwhile, and their callbacks are called.
 */
int http_call(struct http_call *call, struct http_transport *t, const struct http_request *request,
              struct error *err);

#endif
