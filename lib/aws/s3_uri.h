#ifndef MAKI_AWS_S3_URI_H
#define MAKI_AWS_S3_URI_H

#include <stdbool.h>

#include "base/error.h"

/* What stands in a "s3://BUCKET[/KEY]" that a user wrote. The key is taken as it is written: no
 * byte of it is an escape. */
enum {
    S3_BUCKET_BYTES_MAX = 255, /* of buckets made before 2018; 63 today */
    S3_KEY_BYTES_MAX = 1024,
};

struct s3_uri {
    char bucket[S3_BUCKET_BYTES_MAX + 1];
    const char *key; /* of the text that was read; "" for none */
};

/* True for what starts with "s3://". */
bool s3_uri_is(const char *text);

/* `text` must outlive the result. -1 with ERR_USAGE for no bucket, one that cannot be one, or a key
 * that is too long. */
int s3_uri_parse(struct s3_uri *uri, const char *text, struct error *err);

#endif
