#ifndef MAKI_BASE_BUF_H
#define MAKI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A growing byte buffer with a mandatory maximum. Once an append would pass the maximum the buffer
 * is `full`: that append and all later ones leave it unchanged and return -1, so a chain of appends
 * may be checked once, at its end, with buf_full(). The bytes are always followed by a NUL that
 * `len` does not count.
 */
struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    bool full;
    bool secret;
};

/* Start an empty buffer of at most `bytes_max` bytes; nothing is allocated yet. buf_clear frees and
 * leaves it empty. */
void buf_init(struct buf *b, size_t bytes_max);
void buf_clear(struct buf *b);

/* The same for what must not stay in memory: bytes are overwritten before their place is given
 * back, also on growing. */
void buf_init_secret(struct buf *b, size_t bytes_max);

/* Forget the content, keep the memory: for scratch that is used again for each record. */
void buf_reset(struct buf *b);

/* Append bytes, a C string, one character, formatted text. 0, or -1 once the buffer is full. */
int buf_add(struct buf *b, const void *bytes, size_t len);
int buf_adds(struct buf *b, const char *text);
int buf_addc(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) int buf_addf(struct buf *b, const char *format, ...);

/* Room for `len` more bytes, written by the caller at the returned address, then counted with
 * buf_commit. NULL when full. */
char *buf_room(struct buf *b, size_t len);
void buf_commit(struct buf *b, size_t len);

/* Shorten to `len` bytes; does nothing if it is shorter already. */
void buf_truncate(struct buf *b, size_t len);

/* Drop `len` bytes (at most all) from the front. */
void buf_consume(struct buf *b, size_t len);

/* The content as a C string, never NULL, valid until the next change. */
const char *buf_str(const struct buf *b);

/* Hand the content over to the caller, who frees it; the buffer is empty afterwards. */
char *buf_take(struct buf *b);

bool buf_full(const struct buf *b);

#endif
