#include "aws/s3_checksum.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/digest.h"

static const struct {
    const char *name;
    const char *header;
} kinds[S3_CHECKSUM_COUNT] = {
    [S3_CRC32] = {"CRC32", "x-amz-checksum-crc32"},
    [S3_SHA256] = {"SHA256", "x-amz-checksum-sha256"},
    [S3_CRC32C] = {"CRC32C", "x-amz-checksum-crc32c"},
    [S3_CRC64NVME] = {"CRC64NVME", "x-amz-checksum-crc64nvme"},
};

/* Polynomials with the lowest power in the highest bit, as these CRCs read their bits. */
static const uint32_t crc32c_polynomial = UINT32_C(0x82f63b78);
static const uint64_t crc64nvme_polynomial = UINT64_C(0x9a6c9329ac4bc9b5);

const char *s3_checksum_name(enum s3_checksum kind)
{
    return kinds[kind].name;
}

const char *s3_checksum_header(enum s3_checksum kind)
{
    return kinds[kind].header;
}

/* A CRC of up to 64 bits that starts and ends inverted, a byte at a time. The table is made for
 * each object: 2 µs, and nothing to share. */
static uint64_t reflected_crc(uint64_t polynomial, uint64_t all, const unsigned char *p, size_t len)
{
    uint64_t table[256];
    uint64_t crc = all;

    for (unsigned i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = (table[i] >> 1) ^ (table[i] & 1 ? polynomial : 0);
    }
    for (size_t i = 0; i < len; i++)
        crc = (crc >> 8) ^ table[(crc ^ p[i]) & 0xff];
    return crc ^ all;
}

static uint32_t zlib_crc32(const unsigned char *p, size_t len)
{
    uLong crc = crc32(0, NULL, 0);

    for (uInt part; len > 0; p += part, len -= part) {
        part = len < (1U << 30) ? (uInt)len : 1U << 30;
        crc = crc32(crc, p, part);
    }
    return (uint32_t)crc;
}

static size_t big_endian(uint64_t value, size_t size, unsigned char *out)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    return size;
}

/* RFC 4648, section 4. */
static void base64(const unsigned char *in, size_t len, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned group = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                         (left > 2 ? (unsigned)in[i + 2] : 0);

        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[group & 63] : '=';
    }
    *out = '\0';
}

void s3_checksum(enum s3_checksum kind, const void *data, size_t len, char text[S3_CHECKSUM_SIZE])
{
    unsigned char bytes[DIGEST_SIZE];
    size_t size;

    if (kind == S3_SHA256) {
        digest_sha256(data, len, bytes);
        size = DIGEST_SIZE;
    } else if (kind == S3_CRC32) {
        size = big_endian(zlib_crc32(data, len), 4, bytes);
    } else if (kind == S3_CRC32C) {
        size = big_endian(reflected_crc(crc32c_polynomial, UINT32_MAX, data, len), 4, bytes);
    } else {
        size = big_endian(reflected_crc(crc64nvme_polynomial, UINT64_MAX, data, len), 8, bytes);
    }
    base64(bytes, size, text);
}

int s3_checksum_verify(const struct http_response *response, struct error *err)
{
    const char *type = http_header(response, "x-amz-checksum-type");

    if (type != NULL && strcmp(type, "COMPOSITE") == 0)
        return 0;
    for (int i = 0; i < S3_CHECKSUM_COUNT; i++) {
        const char *told = http_header(response, kinds[i].header);
        char text[S3_CHECKSUM_SIZE];

        if (told == NULL || strchr(told, '-') != NULL) /* no digit of base64 */
            continue;
        s3_checksum((enum s3_checksum)i, response->body, response->body_len, text);
        if (strcmp(text, told) == 0)
            return 0;
        error_set(err, ERR_DATA, "ChecksumMismatch",
                  "the bytes that came do not have the %s that S3 tells (%s, not %.60s)",
                  kinds[i].name, text, told);
        err->retryable = true;
        return -1;
    }
    return 0;
}
