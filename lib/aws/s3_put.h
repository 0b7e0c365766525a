#ifndef MAKI_AWS_S3_PUT_H
#define MAKI_AWS_S3_PUT_H

#include <stdbool.h>

#include "aws/s3_multipart.h"
#include "aws/s3_request.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * Storing one object, while others are under way: in one request, or, from S3_PUT_ONE_BYTES on, by
 * a multipart upload, which is aborted if it fails. The object is there, whole and for good, or it
 * is not. A struct s3_put is the caller's, from s3_put_init to s3_put_clear, for one object after
 * the other.
 */
enum { S3_PUT_ONE_BYTES = 16 << 20 };

struct s3_put {
    struct http_transport *transport;
    struct s3_object object;
    struct s3_put_params params;
    struct s3_request request;
    struct s3_multipart *multipart; /* NULL for one request */
    int conflicts;
    bool over;
    struct error err; /* once it is over: ERR_NONE if it is stored */
};

void s3_put_init(struct s3_put *put, struct http_transport *transport);

/* Waits for what is on its way. Before its transport is freed. */
void s3_put_clear(struct s3_put *put);

/*
 * Start; put->over tells when it is done, from within http_wait, and put->err how. A condition that
 * is not met is the error "PreconditionFailed". All that the arguments point to is borrowed until
 * then. -1 if it cannot be sent at all.
 */
int s3_put_start(struct s3_put *put, const struct s3_object *object,
                 const struct s3_put_params *params, struct error *err);

/* The content type that fits the end of a key. Static. */
const char *s3_content_type(const char *key);

#endif
