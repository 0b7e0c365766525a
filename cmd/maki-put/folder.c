/* A folder as a target: keys are paths below it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "target.h"

struct folder {
    const char *path;
    struct put_options options;
    int root;
    char *entered; /* the folder, relative to the root, that `dir` is: consecutive keys mostly share
                      it */
    int dir;
    enum put_outcome outcome; /* of the object that was stored last */
    struct error err;
};

/* Things that are about this key alone, so that others may still be stored. */
static enum put_outcome outcome_of(int errno_value)
{
    return errno_value == ENOTDIR || errno_value == ELOOP || errno_value == EISDIR ||
                   errno_value == ENAMETOOLONG
               ? PUT_REFUSED
               : PUT_FAILED;
}

static bool is_link(int parent, const char *name)
{
    struct stat info;

    return fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

static enum put_outcome cannot_enter(int parent, const char *name, int errno_value,
                                     struct error *err)
{
    if (is_link(parent, name)) {
        error_set(err, ERR_CANTCREAT, "Link",
                  "the folder %s is a symbolic link, which could lead elsewhere; remove it", name);
        return PUT_REFUSED;
    }
    error_set_errno(err, ERR_CANTCREAT, errno_value, "FileError", "cannot enter the folder %s",
                    name);
    return outcome_of(errno_value);
}

static int open_folder(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The folder `name` in an open one, made if it is missing: a descriptor, or -1 with errno. Links
 * are not followed. */
static int step(const struct folder *f, int parent, const char *name)
{
    int fd = open_folder(parent, name);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(parent, name, 0777) < 0 && errno != EEXIST)
        return -1;
    if (!f->options.no_sync && fsync(parent) < 0 && errno != EINVAL)
        return -1;
    return open_folder(parent, name);
}

static void leave(struct folder *f)
{
    if (f->entered != NULL)
        close(f->dir);
    free(f->entered);
    f->entered = NULL;
}

/*
 * Go to the folder that the key's first `len` bytes name, one segment after the other from the
 * root. Each is opened relative to the one before and without following links, so that nobody who
 * can write below the target leads an object out of it: not by a link that lies there, nor by one
 * that is put there meanwhile.
 */
static enum put_outcome enter(struct folder *f, const char *key, size_t len, struct error *err)
{
    char *way;
    char *rest;
    char *name;
    enum put_outcome outcome = PUT_STORED;
    int at;

    if (f->entered != NULL && strlen(f->entered) == len && memcmp(f->entered, key, len) == 0)
        return PUT_STORED;
    leave(f);
    at = fcntl(f->root, F_DUPFD_CLOEXEC, 0);
    rest = way = mem_strndup(key, len);
    while (at >= 0 && outcome == PUT_STORED && len > 0 && (name = strsep(&rest, "/")) != NULL) {
        int next = step(f, at, name);

        if (next < 0)
            outcome = cannot_enter(at, name, errno, err);
        close(at);
        at = next;
    }
    free(way);
    if (outcome != PUT_STORED)
        return outcome;
    if (at < 0) {
        error_set_errno(err, ERR_IO, errno, "FileError", "cannot enter the folder");
        return PUT_FAILED;
    }
    f->entered = mem_strndup(key, len);
    f->dir = at;
    return PUT_STORED;
}

static enum put_outcome store(struct folder *f, const struct put_object *object, struct error *err)
{
    const char *slash = strrchr(object->key, '/');
    enum put_outcome outcome =
        enter(f, object->key, slash ? (size_t)(slash - object->key) : 0, err);
    bool existed = false;
    struct file_write write = {
        .path = slash ? slash + 1 : object->key,
        .data = object->data,
        .len = object->len,
        .no_clobber = f->options.no_clobber,
        .no_sync = f->options.no_sync,
    };

    if (outcome != PUT_STORED)
        return outcome;
    if (file_write_atomic_at(f->dir, &write, &existed, err) < 0)
        return strcmp(err->code, "IsFolder") == 0 ? PUT_REFUSED : PUT_FAILED;
    return existed ? PUT_EXISTED : PUT_STORED;
}

static void folder_start(void *state, size_t slot, const struct put_object *object)
{
    struct folder *f = state;

    (void)slot; /* there is one: a disk gains nothing from more */
    f->outcome = store(f, object, &f->err);
    if (f->outcome == PUT_FAILED) {
        struct error cause = f->err;

        error_set(&f->err, cause.kind, cause.code,
                  "%s; when that is mended, run the same command again", cause.message);
    }
    if (f->outcome == PUT_FAILED || f->outcome == PUT_REFUSED)
        error_prefix(&f->err, "%s/%.200s", f->path, object->key);
}

static bool folder_is_over(void *state, size_t slot)
{
    (void)state;
    (void)slot;
    return true;
}

static enum put_outcome folder_finish(void *state, size_t slot, struct error *err)
{
    struct folder *f = state;

    (void)slot;
    if (f->outcome == PUT_FAILED || f->outcome == PUT_REFUSED)
        *err = f->err;
    return f->outcome;
}

static void folder_close(void *state)
{
    struct folder *f = state;

    leave(f);
    close(f->root);
    free(f);
}

int folder_open(struct put_target *target, const char *path, const struct put_options *options,
                struct error *err)
{
    bool is_new = !file_is_dir(path);
    struct folder *f;
    int root;

    if (file_make_dir(path, err) < 0 ||
        (is_new && !options->no_sync && file_sync_parents(path, err) < 0))
        return -1;
    root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || faccessat(root, ".", W_OK | X_OK, AT_EACCESS) < 0) {
        error_set_errno(err, ERR_CANTCREAT, errno, "FileError",
                        "cannot store anything in the folder %s", path);
        if (root >= 0)
            close(root);
        return -1;
    }
    f = mem_calloc(1, sizeof(*f));
    f->path = path;
    f->options = *options;
    f->root = root;
    *target =
        (struct put_target){f, 1, false, folder_start, folder_is_over, folder_finish, folder_close};
    return 0;
}
