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
    char *name;
    bool begun;     /* the first bytes were looked at */
    bool gzip;      /* and they are gzip's */
    bool in_member; /* inside a gzip member, so the end of the file would be a cut */
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
        error_set_errno(err, errno == EACCES ? ERR_PERM : ERR_IO, errno, "FileError", "cannot open %s", path);
        return NULL;
    }
    in = mem_calloc(1, sizeof(*in));
    in->fd = fd;
    in->name = mem_strdup(standard ? "standard input" : path);
    return in;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

/* Refill the raw buffer after what is left in it: 0 also at the end of the file, which is then noted. */
static int fill(struct input *in, struct error *err)
{
    ssize_t got;

    if (in->start > 0) {
        memmove(in->raw, in->raw + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    do {
        got = read(in->fd, in->raw + in->end, sizeof(in->raw) - in->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(err, ERR_IO, errno, "ReadFailed", "cannot read %s", in->name);
    in->ended = got == 0;
    in->end += (size_t)got;
    return 0;
}

static bool looks_like_gzip(const struct input *in)
{
    return in->end - in->start >= 2 && in->raw[in->start] == 0x1f && in->raw[in->start + 1] == 0x8b;
}

static int begin(struct input *in, struct error *err)
{
    while (in->end - in->start < 2 && !in->ended) {
        if (fill(in, err) < 0)
            return -1;
    }
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

/* Between members: go on with the next one; anything else after a member is ignored, as gzip(1) does. */
static void next_member(struct input *in)
{
    in->in_member = false;
    if (looks_like_gzip(in)) {
        inflateReset(&in->zip);
    } else {
        in->start = in->end;
        in->ended = true;
    }
}

static ssize_t read_gzip(struct input *in, char *data, size_t size, struct error *err)
{
    in->zip.next_out = (unsigned char *)data;
    in->zip.avail_out = (uInt)(size < UINT32_MAX ? size : UINT32_MAX);
    while (in->zip.next_out == (unsigned char *)data) {
        int status;

        if (in->end - in->start < 2 && !in->ended && fill(in, err) < 0)
            return -1;
        if (in->start == in->end && in->ended) {
            if (in->in_member)
                return error_set(err, ERR_DATA, "GzipCut", "%s: the gzip stream is cut short", in->name);
            return 0;
        }
        in->in_member = true;
        in->zip.next_in = in->raw + in->start;
        in->zip.avail_in = (uInt)(in->end - in->start);
        status = inflate(&in->zip, Z_NO_FLUSH);
        in->start = in->end - in->zip.avail_in;
        if (status == Z_STREAM_END) {
            if (in->end - in->start < 2 && !in->ended && fill(in, err) < 0)
                return -1;
            next_member(in);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return error_set(err, ERR_DATA, "GzipDamaged", "%s: damaged gzip data (%s)", in->name,
                             in->zip.msg ? in->zip.msg : "zlib");
        }
    }
    return (ssize_t)(in->zip.next_out - (unsigned char *)data);
}

ssize_t input_read(struct input *in, char *data, size_t size, struct error *err)
{
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
