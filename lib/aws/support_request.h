#ifndef MAKI_AWS_SUPPORT_REQUEST_H
#define MAKI_AWS_SUPPORT_REQUEST_H

#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"
#include "json/json.h"

/* One operation of the AWS Support API on the wire: the AWS JSON 1.1 protocol. Internal to
 * aws/support.c. */

/* As many as the API gives at once; and no conversation has more. */
enum { SUPPORT_PAGE_SIZE = 100, SUPPORT_COMMUNICATIONS_MAX = 100000 };

struct support_request {
    struct buf target;
    struct buf body;
    struct http_header headers[2];
    struct http_request http;
};

void support_request_init(struct support_request *r);
void support_request_clear(struct support_request *r);

/* Takes the input. The request borrows from `r` and lives until it is made again. */
const struct http_request *support_request_make(struct support_request *r, const char *operation,
                                                jv input);

/* The response's object, in which `list` is an array; jv_invalid() with an error. A new value. */
jv support_response_read(const struct http_response *response, const char *list, struct error *err);

#endif
