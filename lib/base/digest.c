#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

struct digest {
    EVP_MD_CTX *ctx;
};

/* OpenSSL fails here only without memory, which is fatal everywhere in this program. */
static void must(int ok)
{
    if (!ok)
        abort();
}

static void write_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

void digest_hex(const unsigned char bytes[DIGEST_SIZE], char out[DIGEST_HEX_SIZE])
{
    write_hex(bytes, DIGEST_SIZE, out);
}

struct digest *digest_new(void)
{
    struct digest *d = mem_alloc(sizeof(*d));

    d->ctx = EVP_MD_CTX_new();
    must(d->ctx != NULL && EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL));
    return d;
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    must(EVP_DigestUpdate(d->ctx, data, len));
}

static void digest_finish(struct digest *d, unsigned char out[DIGEST_SIZE])
{
    must(EVP_DigestFinal_ex(d->ctx, out, NULL));
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

void digest_finish_hex(struct digest *d, char out[DIGEST_HEX_SIZE])
{
    unsigned char bytes[DIGEST_SIZE];

    digest_finish(d, bytes);
    digest_hex(bytes, out);
}

void digest_sha256(const void *data, size_t len, unsigned char out[DIGEST_SIZE])
{
    struct digest *d = digest_new();

    digest_add(d, data, len);
    digest_finish(d, out);
}

void digest_sha256_hex(const void *data, size_t len, char out[DIGEST_HEX_SIZE])
{
    unsigned char bytes[DIGEST_SIZE];

    digest_sha256(data, len, bytes);
    digest_hex(bytes, out);
}

void digest_sha1_hex(const void *data, size_t len, char out[DIGEST_SHA1_HEX_SIZE])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size;

    must(EVP_Digest(data, len, bytes, &size, EVP_sha1(), NULL));
    write_hex(bytes, size, out);
}
