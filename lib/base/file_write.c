#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"

/* A file on its way: open, locked, and under another name until it is whole. */
struct temporary {
    int fd;
    char name[48];
};

/* Callers tell a full disk, and a folder in the file's place, from the rest by the code. */
static int fail(struct error *err, const char *path)
{
    int saved = errno;
    const char *code = "FileError";

    if (saved == ENOSPC || saved == EDQUOT || saved == EFBIG)
        code = "NoSpace";
    else if (saved == EISDIR)
        code = "IsFolder";
    return error_set_errno(err, ERR_CANTCREAT, saved, code, "cannot write %s", path);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data += put;
        len -= (size_t)put;
    }
    return 0;
}

static int open_in(int dir_fd, const char *name, int flags)
{
    return openat(dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
}

/* Lock the open file: 1 if it is ours now, 0 if the name leads elsewhere by now (try again), -1 if
 * another writer has it. */
static int claim(int dir_fd, const struct temporary *t)
{
    struct stat held;
    struct stat named;

    if (flock(t->fd, LOCK_EX | LOCK_NB) < 0 || fstat(t->fd, &held) < 0)
        return -1;
    if (fstatat(dir_fd, t->name, &named, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -1;
    if (held.st_dev != named.st_dev || held.st_ino != named.st_ino)
        return 0;
    /* it has another name too: its writer was killed between the two steps of publish_new */
    if (held.st_nlink > 1)
        return unlinkat(dir_fd, t->name, 0) < 0 ? -1 : 0;
    return S_ISREG(held.st_mode) && (held.st_size == 0 || ftruncate(t->fd, 0) == 0) ? 1 : -1;
}

/*
 * The temporary name follows from the file's, so what a killed writer left is taken over by the
 * next writer of the same file and does not lie about for ever. The lock tells a leftover from the
 * file of a writer at work; beside one of those, and where locks or that name cannot be had, the
 * name is a random one.
 */
static int open_temporary(int dir_fd, const char *name, struct temporary *t)
{
    char hex[DIGEST_HEX_SIZE];
    int claimed = 0;

    digest_sha256_hex(name, strlen(name), hex);
    snprintf(t->name, sizeof(t->name), ".maki-%.32s", hex);
    for (int tries = 0; claimed == 0 && tries < 8; tries++) {
        t->fd = open_in(dir_fd, t->name, 0);
        if (t->fd < 0)
            break;
        claimed = claim(dir_fd, t);
        if (claimed > 0)
            return 0;
        close(t->fd);
    }
    do {
        snprintf(t->name, sizeof(t->name), ".maki-%016" PRIx64, rng_secret());
        t->fd = open_in(dir_fd, t->name, O_EXCL);
    } while (t->fd < 0 && errno == EEXIST);
    return t->fd < 0 ? -1 : 0;
}

static mode_t default_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return (mode_t)(0666 & ~mask);
}

/* NFS and quotas report at close, but the lock is to last until the file has its name: close a
 * copy. */
static int check_close(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    return copy < 0 ? -1 : close(copy);
}

static int fill(int fd, const struct file_write *write)
{
    if (write_all(fd, write->data, write->len) < 0)
        return -1;
    if (fchmod(fd, write->mode ? write->mode : default_mode()) < 0)
        return -1;
    return write->no_sync ? check_close(fd) : fsync(fd);
}

/* Give the finished file its name, unless it is taken. */
static int publish_new(int dir_fd, const char *temporary, const char *name, bool *existed)
{
    if (renameat2(dir_fd, temporary, dir_fd, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EINVAL ||
        errno == ENOSYS) { /* a file system that cannot (NFS): the same in two steps */
        if (linkat(dir_fd, temporary, dir_fd, name, 0) == 0)
            return unlinkat(dir_fd, temporary, 0);
    }
    if (errno != EEXIST)
        return -1;
    *existed = true;
    return unlinkat(dir_fd, temporary, 0);
}

static int sync_dir_fd(int dir_fd)
{
    /* some file systems cannot sync a folder */
    return fsync(dir_fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

/* The work, for a bare name in an open folder. -1 with errno. */
static int write_in(int dir_fd, const char *name, const struct file_write *write, bool *existed)
{
    struct temporary t = {.fd = -1};
    struct stat info;
    int status;

    if (write->no_clobber && fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        *existed = true; /* known beforehand: no need to write it first */
        return 0;
    }
    if (open_temporary(dir_fd, name, &t) < 0)
        return -1;
    status = fill(t.fd, write);
    if (status == 0)
        status = write->no_clobber ? publish_new(dir_fd, t.name, name, existed)
                                   : renameat(dir_fd, t.name, dir_fd, name);
    if (status < 0) {
        int saved = errno;

        unlinkat(dir_fd, t.name, 0);
        close(t.fd);
        errno = saved;
        return -1;
    }
    close(t.fd);
    return write->no_sync ? 0 : sync_dir_fd(dir_fd);
}

int file_write_atomic_at(int dir_fd, const struct file_write *write, bool *existed,
                         struct error *err)
{
    bool ignored = false;

    if (existed == NULL)
        existed = &ignored;
    *existed = false;
    return write_in(dir_fd, write->path, write, existed) < 0 ? fail(err, write->path) : 0;
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = fd < 0 ? -1 : sync_dir_fd(fd);

    if (fd >= 0)
        close(fd);
    return status;
}

int file_sync_parents(const char *dir, struct error *err)
{
    char *path = mem_strdup(dir);
    char *slash;
    int status = 0;

    while (status == 0 && (slash = strrchr(path, '/')) != NULL && slash != path) {
        *slash = '\0';
        status = sync_dir(path);
    }
    if (status == 0)
        status = sync_dir(*path == '/' ? "/" : ".");
    free(path);
    return status < 0 ? fail(err, dir) : 0;
}

int file_write_atomic(const struct file_write *write, bool *existed, struct error *err)
{
    const char *slash = strrchr(write->path, '/');
    const char *name = slash ? slash + 1 : write->path;
    size_t dir_len = slash == write->path ? 1 : (size_t)(name - write->path) - 1;
    char *dir = slash ? mem_strndup(write->path, dir_len) : mem_strdup(".");
    bool is_new = !file_is_dir(dir);
    bool ignored = false;
    int status = -1;
    int fd = -1;

    if (existed == NULL)
        existed = &ignored;
    *existed = false;
    if (file_make_dir(dir, err) < 0)
        goto done;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || write_in(fd, name, write, existed) < 0)
        status = fail(err, write->path);
    else
        status = is_new && !write->no_sync ? file_sync_parents(dir, err) : 0;
done:
    if (fd >= 0)
        close(fd);
    free(dir);
    return status;
}
