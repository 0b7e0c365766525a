#ifndef MAKI_AWS_S3_ERROR_H
#define MAKI_AWS_S3_ERROR_H

#include <stdbool.h>

#include "base/error.h"
#include "http/transport.h"

/* Which request failed at what, for the message. */
struct s3_call {
    const char *action; /* the IAM action that it needs: "s3:GetObject" */
    const char *bucket;
    const char *key; /* "" for the bucket itself */
};

/*
 * Turn an error response of S3 into a struct error: the name from the XML body's Code, else by
 * status (a HEAD has no body); message "s3://b/k: NAME (403): what S3 says; what to do". Kinds:
 * ERR_PERM for credentials and permission, ERR_CONFIG for buckets, ERR_DATA for the object or key,
 * ERR_TEMP for throttling and conflicts, else ERR_UNAVAILABLE. See
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. Always returns -1.
 */
int s3_error_read(const struct http_response *response, const struct s3_call *call,
                  struct error *err);

/* The same for a request that got no response: puts the object in front. Returns -1. */
int s3_error_none(const struct error *cause, const struct s3_call *call, struct error *err);

/*
 * True for what concerns the credentials or the bucket, so that no other object would fare better;
 * false for what is about one object (gone, denied, archived, damaged) or may be.
 */
bool s3_error_is_general(const struct error *err);

#endif
