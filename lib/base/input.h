#ifndef MAKI_BASE_INPUT_H
#define MAKI_BASE_INPUT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * A stream of bytes from a file or standard input, decompressed on the way if it starts as gzip
 * does (RFC 1952: 1f 8b); several gzip members in a row are read as one, zeros behind the last are
 * padding. Memory does not depend on the stream's size.
 */
struct input;

/* Open a file, or standard input for "-". NULL with an error. The name is kept for messages. */
struct input *input_open(const char *path, struct error *err);

/* The same for bytes that come from elsewhere: `read` gives up to `size` of them, 0 at their end,
 * -1 with an error. The context must outlive the input. */
struct input_source {
    ssize_t (*read)(void *context, char *data, size_t size, struct error *err);
    void *context;
};
struct input *input_open_source(const struct input_source *source, const char *name);

/*
 * Up to `size` bytes: how many came, 0 at the end, -1 with ERR_IO, or ERR_DATA for a gzip stream
 * that is damaged, cut, or followed by something else.
 */
ssize_t input_read(struct input *in, char *data, size_t size, struct error *err);

/* "-" reads as "standard input". */
const char *input_name(const struct input *in);

void input_close(struct input *in);

#endif
