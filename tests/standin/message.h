#ifndef MAKI_STANDIN_MESSAGE_H
#define MAKI_STANDIN_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "http/transport.h"

/* Reading HTTP/1.1 requests (RFC 9112), strictly: what two readers could read in two ways is
 * refused. */
enum {
    MESSAGE_HEAD_BYTES_MAX = 64 * 1024,
    MESSAGE_BODY_BYTES_MAX = 64 << 20,
    MESSAGE_HEADERS_MAX = 60, /* fewer than a signature may cover */
};

enum message_state {
    MESSAGE_PARTIAL,  /* more bytes are needed */
    MESSAGE_COMPLETE, /* `total` bytes are a request */
    MESSAGE_BAD,      /* it is none; `status` and `problem` say why, and nothing can follow it */
};

struct message {
    struct buf head; /* what the fields point to */
    bool has_head;
    size_t head_len; /* in the bytes that came */
    size_t total;    /* head and body */
    const char *method, *path, *query;
    struct http_header headers[MESSAGE_HEADERS_MAX]; /* names in lower case */
    size_t header_count;
    const char *body; /* in the bytes that came */
    size_t body_len;
    bool last;      /* the client will close, or wants it */
    bool expecting; /* it waits for "100 Continue" before it sends its body */
    int status;
    const char *problem;
};

void message_init(struct message *m);
void message_clear(struct message *m);

/* Look at all that came so far for one request, from its first byte on. */
enum message_state message_read(struct message *m, const char *data, size_t len);

/* Be ready for the next one. */
void message_reset(struct message *m);

/* A header's value, the first of that name; NULL if there is none. */
const char *message_header(const struct message *m, const char *name);

#endif
