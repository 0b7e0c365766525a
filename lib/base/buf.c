#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t bytes_max)
{
    assert(bytes_max > 0);
    *b = (struct buf){.max = bytes_max};
}

void buf_init_secret(struct buf *b, size_t bytes_max)
{
    buf_init(b, bytes_max);
    b->secret = true;
}

/* Of a secret, nothing stays behind. */
static void wipe(struct buf *b, size_t from, size_t to)
{
    if (b->secret && b->data != NULL)
        mem_wipe(b->data + from, to - from);
}

void buf_clear(struct buf *b)
{
    wipe(b, 0, b->cap);
    free(b->data);
    *b = (struct buf){.max = b->max, .secret = b->secret};
}

void buf_reset(struct buf *b)
{
    wipe(b, 0, b->len);
    b->len = 0;
    b->full = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

/* Room for `need` bytes in all. Where realloc would leave a copy of a secret behind, the bytes move
 * by hand. */
static void grow(struct buf *b, size_t need)
{
    struct buf old = *b;

    if (!b->secret || b->data == NULL || need <= b->cap) {
        b->data = mem_grow(b->data, &b->cap, need, 1);
        return;
    }
    b->data = mem_grow(NULL, &b->cap, need, 1);
    memcpy(b->data, old.data, old.len + 1);
    wipe(&old, 0, old.cap);
    free(old.data);
}

char *buf_room(struct buf *b, size_t len)
{
    if (b->full || len > b->max - b->len) {
        b->full = true;
        return NULL;
    }
    grow(b, b->len + len + 1);
    b->data[b->len] = '\0'; /* also if nothing gets committed */
    return b->data + b->len;
}

void buf_commit(struct buf *b, size_t len)
{
    assert(len < b->cap - b->len);
    b->len += len;
    b->data[b->len] = '\0';
}

int buf_add(struct buf *b, const void *bytes, size_t len)
{
    char *room = buf_room(b, len);

    if (room == NULL)
        return -1;
    if (len > 0)
        memcpy(room, bytes, len);
    buf_commit(b, len);
    return 0;
}

int buf_adds(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;
    int need;
    char *room;

    va_start(args, format);
    need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    room = buf_room(b, need < 0 ? SIZE_MAX : (size_t)need);
    if (room == NULL)
        return -1;
    va_start(args, format);
    vsnprintf(room, (size_t)need + 1, format, args);
    va_end(args);
    buf_commit(b, (size_t)need);
    return 0;
}

void buf_truncate(struct buf *b, size_t len)
{
    if (len < b->len) {
        wipe(b, len, b->len);
        b->len = len;
        b->data[len] = '\0';
    }
}

void buf_consume(struct buf *b, size_t len)
{
    if (len >= b->len) {
        buf_truncate(b, 0);
        return;
    }
    memmove(b->data, b->data + len, b->len - len);
    buf_truncate(b, b->len - len);
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
    char *data = b->data ? b->data : mem_strdup("");

    *b = (struct buf){.max = b->max, .secret = b->secret};
    return data;
}

bool buf_full(const struct buf *b)
{
    return b->full;
}
