#ifndef MAKI_AWS_S3_MULTIPART_H
#define MAKI_AWS_S3_MULTIPART_H

#include <stddef.h>

#include "aws/s3_request.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * A multipart upload of bytes in memory: parts of S3_PART_BYTES (larger where 10,000 would not do),
 * a few at a time. If anything fails, the upload is aborted, so that no parts stay behind to be
 * paid for. A CompleteMultipartUpload may answer 200 with an <Error>; that is a failure, too, and
 * it is sent again. See https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
enum { S3_PART_BYTES = 8 << 20, S3_PARTS_IN_FLIGHT = 4 };

struct s3_multipart;

/* How it ended: err's kind is ERR_NONE when the object is stored. */
typedef void s3_multipart_done_fn(void *context, const struct error *err);

/*
 * Begin. `done` is called once, from within http_wait. `object` and `params` with all they point to
 * must live until then. NULL with an error if it cannot be sent at all. s3_multipart_free after
 * `done`.
 */
struct s3_multipart *s3_multipart_start(struct http_transport *transport,
                                        const struct s3_object *object,
                                        const struct s3_put_params *params,
                                        s3_multipart_done_fn *done, void *context,
                                        struct error *err);
void s3_multipart_free(struct s3_multipart *multipart);

#endif
