#ifndef MAKI_OFFLINE_REPLY_H
#define MAKI_OFFLINE_REPLY_H

#include "base/buf.h"
#include "http/transport.h"

/* An answer of the stand-in under construction; used again for the next one. */
enum { REPLY_HEADERS_MAX = 12, REPLY_HEADER_SIZE = 256, REPLY_BYTES_MAX = 64 << 20 };

struct reply {
    int status;
    struct buf body;
    struct http_header headers[REPLY_HEADERS_MAX];
    char values[REPLY_HEADERS_MAX][REPLY_HEADER_SIZE];
    size_t header_count;
};

void reply_init(struct reply *reply);
void reply_clear(struct reply *reply);

/* Start over: status 200, an empty body, the headers content-type and x-amzn-requestid. */
void reply_start(struct reply *reply, const char *content_type, const char *request_id);

/* Set a header, in place of one of that name; `name` must be lower case and outlive the reply. */
__attribute__((format(printf, 3, 4))) void reply_header(struct reply *reply, const char *name,
                                                        const char *format, ...);

/*
 * An error as the services with JSON bodies give it: the type in a header, the message in the body,
 * whatever was in it before.
 */
__attribute__((format(printf, 4, 5))) void reply_error(struct reply *reply, int status,
                                                       const char *type, const char *format, ...);

#endif
