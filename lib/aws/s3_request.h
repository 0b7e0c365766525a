#ifndef MAKI_AWS_S3_REQUEST_H
#define MAKI_AWS_S3_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/s3_checksum.h"
#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * The requests of Amazon S3, as the AWS SDKs send them: target, headers and body. Nothing is sent
 * here. See
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 *
 * A struct s3_request is made once and filled in again and again; what it points to lives until the
 * next time. Strings and bodies that a function is given are borrowed for as long. All functions
 * return -1 with ERR_DATA for a key that is empty or too long.
 */
enum { S3_HEADERS_MAX = 8, S3_PARTS_MAX = 10000 };

struct s3_request {
    struct http_request http;
    struct http_header headers[S3_HEADERS_MAX];
    struct buf path;
    struct buf query;
    struct buf body; /* of those that have one of their own */
    char checksum[S3_CHECKSUM_SIZE];
    char range[64];
};

void s3_request_init(struct s3_request *r);
void s3_request_clear(struct s3_request *r);

struct s3_object {
    const char *bucket;
    const char *key;
};

/* ListObjectsV2; NULL, 0 and false stand for what is not sent. */
struct s3_list_params {
    const char *bucket;
    const char *prefix;
    const char *delimiter;
    const char *start_after;
    const char *continuation_token;
    int keys_max;
    bool url_encoding;
    bool fetch_owner;
};
int s3_request_list(struct s3_request *r, const struct s3_list_params *params, struct error *err);

/* GetObject: the whole of it with its checksum, or bytes first..last. */
struct s3_get_params {
    bool ranged;
    int64_t first;
    int64_t last;
    const char *if_match; /* an ETag, or NULL */
};
int s3_request_get(struct s3_request *r, const struct s3_object *object,
                   const struct s3_get_params *params, struct error *err);

int s3_request_head(struct s3_request *r, const struct s3_object *object, struct error *err);
int s3_request_delete(struct s3_request *r, const struct s3_object *object, struct error *err);

/* On what condition an object is stored: PutObject and CompleteMultipartUpload. */
struct s3_condition {
    bool if_none;         /* only if there is no object of that key */
    const char *if_match; /* only in place of this ETag; NULL: whatever is there */
};

struct s3_put_params {
    const char *data;
    size_t len;
    const char *content_type;
    const char *sha256_hex; /* of the data, where it is known already; NULL: it is not */
    enum s3_checksum checksum;
    struct s3_condition condition;
};
int s3_request_put(struct s3_request *r, const struct s3_object *object,
                   const struct s3_put_params *params, struct error *err);

/* CreateMultipartUpload. `checksum` false: parts come without (their checksums would be refused).
 */
int s3_request_create_upload(struct s3_request *r, const struct s3_object *object,
                             const char *content_type, bool checksum, struct error *err);

/* UploadPart with its CRC32, which r->checksum holds afterwards. Numbers count from 1. */
int s3_request_part(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                    int number, const char *data, size_t len, struct error *err);

/* CompleteMultipartUpload: parts 1, 2, … in order. */
struct s3_part {
    char *etag;
    char checksum[S3_CHECKSUM_SIZE]; /* CRC32 */
};
int s3_request_complete(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                        const struct s3_part *parts, int count,
                        const struct s3_condition *condition, struct error *err);

/* AbortMultipartUpload. */
int s3_request_abort(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                     struct error *err);

#endif
