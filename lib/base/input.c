#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

enum { INPUT_BUFFER_BYTES = 65536 };

struct input {
    int fd;
    struct input_source source; /* in place of the file, if it has a `read` */
    char *name;
    bool begun;        /* the first bytes were looked at */
    bool gzip;         /* and they are gzip's */
    bool member_ended; /* otherwise the end of the file would be a cut */
    bool ended;
    z_stream zip;
    size_t start; /* raw[start..end) is not used yet */
    size_t end;
    unsigned char raw[INPUT_BUFFER_BYTES];
};

struct input *input_open(const char *path, struct error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct input *in;

    if (fd < 0) {
        error_set_errno(err, errno == EACCES ? ERR_PERM : ERR_IO, errno, "FileError",
                        "cannot open %s", path);
        return NULL;
    }
    in = mem_calloc(1, sizeof(*in));
    in->fd = fd;
    in->name = mem_strdup(standard ? "standard input" : path);
    return in;
}

struct input *input_open_source(const struct input_source *source, const char *name)
{
    struct input *in = mem_calloc(1, sizeof(*in));

    in->fd = STDIN_FILENO; /* not ours to close, and not read */
    in->source = *source;
    in->name = mem_strdup(name);
    return in;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

static ssize_t read_fd(struct input *in, struct error *err)
{
    ssize_t got;

    do {
        got = read(in->fd, in->raw + in->end, sizeof(in->raw) - in->end);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? error_set_errno(err, ERR_IO, errno, "ReadFailed", "cannot read %s", in->name)
                   : got;
}

/* Refill the raw buffer after what is left in it: 0 also at the end of the file, which is then
 * noted. */
static int fill(struct input *in, struct error *err)
{
    ssize_t got;

    if (in->start > 0) {
        memmove(in->raw, in->raw + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    got = in->source.read ? in->source.read(in->source.context, (char *)in->raw + in->end,
                                            sizeof(in->raw) - in->end, err)
                          : read_fd(in, err);
    if (got < 0)
        return -1;
    in->ended = got == 0;
    in->end += (size_t)got;
    return 0;
}

static bool looks_like_gzip(const struct input *in)
{
    return in->end - in->start >= 2 && in->raw[in->start] == 0x1f && in->raw[in->start + 1] == 0x8b;
}

/* At least two bytes to look at, unless the stream ends before; a pipe may hand over one at a time.
 */
static int look_ahead(struct input *in, struct error *err)
{
    while (in->end - in->start < 2 && !in->ended) {
        if (fill(in, err) < 0)
            return -1;
    }
    return 0;
}

static int begin(struct input *in, struct error *err)
{
    if (look_ahead(in, err) < 0)
        return -1;
    in->begun = true;
    in->gzip = looks_like_gzip(in);
    if (in->gzip && inflateInit2(&in->zip, 15 + 16) != Z_OK)
        return error_set(err, ERR_INTERNAL, "Zlib", "cannot start zlib");
    return 0;
}

static ssize_t read_plain(struct input *in, char *data, size_t size, struct error *err)
{
    size_t len;

    if (in->start == in->end && !in->ended && fill(in, err) < 0)
        return -1;
    len = in->end - in->start < size ? in->end - in->start : size;
    memcpy(data, in->raw + in->start, len);
    in->start += len;
    return (ssize_t)len;
}

/*
 * Behind a member: another one, the end, or zeros up to the end (padding of tapes and archives).
 * Anything else is an error: gzip(1) ignores it with a warning, but here it may be somebody's
 * records, as after `cat a.gz b.jsonl`.
 */
static int next_member(struct input *in, struct error *err)
{
    for (;;) {
        if (look_ahead(in, err) < 0)
            return -1;
        if (looks_like_gzip(in)) {
            in->member_ended = false;
            return inflateReset(&in->zip) == Z_OK
                       ? 0
                       : error_set(err, ERR_INTERNAL, "Zlib", "cannot start zlib");
        }
        if (in->start == in->end)
            return 0;
        if (in->raw[in->start++] != 0)
            return error_set(err, ERR_DATA, "GzipTrailing",
                             "%s: something else follows the gzip data", in->name);
    }
}

static ssize_t read_gzip(struct input *in, char *data, size_t size, struct error *err)
{
    in->zip.next_out = (unsigned char *)data;
    in->zip.avail_out = (uInt)(size < UINT32_MAX ? size : UINT32_MAX);
    while (in->zip.next_out == (unsigned char *)data) {
        int status;

        if ((in->member_ended && next_member(in, err) < 0) || look_ahead(in, err) < 0)
            return -1;
        if (in->start == in->end && in->member_ended)
            return 0;
        if (in->start == in->end)
            return error_set(err, ERR_DATA, "GzipCut", "%s: the gzip stream is cut short",
                             in->name);
        in->zip.next_in = in->raw + in->start;
        in->zip.avail_in = (uInt)(in->end - in->start);
        status = inflate(&in->zip, Z_NO_FLUSH);
        in->start = in->end - in->zip.avail_in;
        in->member_ended = status == Z_STREAM_END;
        if (status != Z_STREAM_END && status != Z_OK && status != Z_BUF_ERROR)
            return error_set(err, ERR_DATA, "GzipDamaged", "%s: damaged gzip data (%s)", in->name,
                             in->zip.msg ? in->zip.msg : "zlib");
    }
    return (ssize_t)(in->zip.next_out - (unsigned char *)data);
}

ssize_t input_read(struct input *in, char *data, size_t size, struct error *err)
{
    if (size == 0)
        return 0;
    if (!in->begun && begin(in, err) < 0)
        return -1;
    return in->gzip ? read_gzip(in, data, size, err) : read_plain(in, data, size, err);
}

void input_close(struct input *in)
{
    if (in == NULL)
        return;
    if (in->gzip)
        inflateEnd(&in->zip);
    if (in->fd != STDIN_FILENO)
        close(in->fd);
    free(in->name);
    free(in);
}
