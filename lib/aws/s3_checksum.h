#ifndef MAKI_AWS_S3_CHECKSUM_H
#define MAKI_AWS_S3_CHECKSUM_H

#include <stddef.h>

#include "base/error.h"
#include "http/transport.h"

/*
 * The checksums of S3's x-amz-checksum-* headers: base64 of the big-endian number or of the digest.
 * See https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
enum s3_checksum {
    S3_CRC32, /* what SDKs send by default */
    S3_SHA256,
    S3_CRC32C,
    S3_CRC64NVME, /* what S3 itself adds to objects that came without one */
    S3_CHECKSUM_COUNT,
};
enum { S3_CHECKSUM_SIZE = 48 };

/* "CRC32", as x-amz-checksum-algorithm names it, and "x-amz-checksum-crc32". */
const char *s3_checksum_name(enum s3_checksum kind);
const char *s3_checksum_header(enum s3_checksum kind);

void s3_checksum(enum s3_checksum kind, const void *data, size_t len, char text[S3_CHECKSUM_SIZE]);

/*
 * Hold a whole object's body against the checksums in its response. 0 also where there is none that
 * can be checked: those of a multipart upload's parts ("…-N") cannot. -1 with ERR_DATA
 * "ChecksumMismatch", which is retryable.
 */
int s3_checksum_verify(const struct http_response *response, struct error *err);

#endif
