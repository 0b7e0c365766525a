#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* Large enough that system calls do not matter, small enough that a pipeline keeps moving. */
enum { OUT_BUFFER_BYTES = 65536 };

struct out {
    int fd;
    char *name;
    size_t len;
    struct error failed; /* the first failure; kind ERR_NONE until then */
    char data[OUT_BUFFER_BYTES];
};

static struct out *out_new(int fd, const char *name)
{
    struct out *out = mem_alloc(sizeof(*out));

    out->fd = fd;
    out->name = mem_strdup(name);
    out->len = 0;
    error_clear(&out->failed);
    return out;
}

struct out *out_stdout(void)
{
    return out_new(STDOUT_FILENO, "standard output");
}

struct out *out_open(const char *path, struct error *err)
{
    int fd;

    if (file_make_parent(path, err) < 0)
        return NULL;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        error_set_errno(err, ERR_CANTCREAT, errno, "FileError", "cannot create %s", path);
        return NULL;
    }
    return out_new(fd, path);
}

/* Die as a filter does whose reader has gone, also where the parent had SIGPIPE ignored. */
static void die_of_sigpipe(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    sigaction(SIGPIPE, &standard, NULL);
    raise(SIGPIPE);
}

static int write_out(struct out *out, const char *data, size_t len, struct error *err)
{
    while (out->failed.kind == ERR_NONE && len > 0) {
        ssize_t put = write(out->fd, data, len);

        if (put >= 0) {
            data += put;
            len -= (size_t)put;
        } else if (errno != EINTR) {
            if (errno == EPIPE && out->fd == STDOUT_FILENO)
                die_of_sigpipe();
            error_set_errno(&out->failed, ERR_IO, errno, "WriteFailed", "cannot write to %s",
                            out->name);
        }
    }
    if (out->failed.kind == ERR_NONE)
        return 0;
    *err = out->failed;
    return -1;
}

int out_flush(struct out *out, struct error *err)
{
    int status = write_out(out, out->data, out->len, err);

    out->len = 0;
    return status;
}

static int out_add(struct out *out, const char *data, size_t len, struct error *err)
{
    if (len > sizeof(out->data) - out->len && out_flush(out, err) < 0)
        return -1;
    if (len > sizeof(out->data))
        return write_out(out, data, len, err);
    memcpy(out->data + out->len, data, len);
    out->len += len;
    return out->failed.kind == ERR_NONE ? 0 : (*err = out->failed, -1);
}

int out_line(struct out *out, const char *data, size_t len, struct error *err)
{
    if (out_add(out, data, len, err) < 0)
        return -1;
    return out_add(out, "\n", 1, err);
}

int out_buf(struct out *out, const struct buf *line, struct error *err)
{
    return out_line(out, buf_str(line), line->len, err);
}

int out_close(struct out *out, struct error *err)
{
    int status;

    if (out == NULL)
        return 0;
    status = out_flush(out, err);
    if (out->fd != STDOUT_FILENO && status == 0 && fsync(out->fd) < 0 && errno != EINVAL &&
        errno != EROFS)
        status =
            error_set_errno(err, ERR_IO, errno, "WriteFailed", "cannot write to %s", out->name);
    if (close(out->fd) < 0 && status == 0) /* NFS and quotas report here */
        status =
            error_set_errno(err, ERR_IO, errno, "WriteFailed", "cannot write to %s", out->name);
    free(out->name);
    free(out);
    return status;
}
