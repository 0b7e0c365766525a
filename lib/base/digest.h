#ifndef MAKI_BASE_DIGEST_H
#define MAKI_BASE_DIGEST_H

#include <stddef.h>

/* SHA-256 (FIPS 180-4), at once or piece by piece. */
enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 65 };

void digest_sha256(const void *data, size_t len, unsigned char out[DIGEST_SIZE]);

/* The same as 64 lower-case hexadecimal digits and a NUL. */
void digest_sha256_hex(const void *data, size_t len, char out[DIGEST_HEX_SIZE]);

/* SHA-1, as 40 digits and a NUL: for file names that others have chosen so, never for trust. */
enum { DIGEST_SHA1_HEX_SIZE = 41 };
void digest_sha1_hex(const void *data, size_t len, char out[DIGEST_SHA1_HEX_SIZE]);

/* A result's bytes as such digits. */
void digest_hex(const unsigned char bytes[DIGEST_SIZE], char out[DIGEST_HEX_SIZE]);

struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, const void *data, size_t len);

/* Gives the result and frees d. */
void digest_finish_hex(struct digest *d, char out[DIGEST_HEX_SIZE]);

#endif
