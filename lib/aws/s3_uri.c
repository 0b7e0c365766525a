#include "aws/s3_uri.h"

#include <string.h>

static const char scheme[] = "s3://";
static const char bucket_bytes[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

bool s3_uri_is(const char *text)
{
    return strncmp(text, scheme, sizeof(scheme) - 1) == 0;
}

int s3_uri_parse(struct s3_uri *uri, const char *text, struct error *err)
{
    const char *bucket = text + sizeof(scheme) - 1;
    size_t len;

    if (!s3_uri_is(text))
        return error_set(err, ERR_USAGE, "BadUri", "'%.200s' is no s3://BUCKET[/KEY]", text);
    len = strcspn(bucket, "/");
    /* letters and digits at the start: "." and ".." are no buckets, "-x" is no option */
    if (len == 0 || len > S3_BUCKET_BYTES_MAX || strspn(bucket, bucket_bytes) < len ||
        strchr(".-_", bucket[0]) != NULL)
        return error_set(err, ERR_USAGE, "BadUri", "'%.200s': '%.*s' cannot be a bucket's name",
                         text, (int)(len < 100 ? len : 100), bucket);
    uri->key = bucket + len + (bucket[len] == '/');
    if (strlen(uri->key) > S3_KEY_BYTES_MAX)
        return error_set(err, ERR_USAGE, "BadUri", "'%.100s…': a key has at most %d bytes", text,
                         S3_KEY_BYTES_MAX);
    memcpy(uri->bucket, bucket, len);
    uri->bucket[len] = '\0';
    return 0;
}
