#include "offline/job_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "offline/folder.h"

enum { PATH_BYTES_MAX = 8192, CHUNK = 1 << 16 };

int job_store_list(struct job_store *s, const char *bucket, const char *prefix,
                   job_store_each_fn *each, void *context, struct error *err)
{
    return s->ops->list(s, bucket, prefix, each, context, err);
}

int job_store_fetch(struct job_store *s, const char *bucket, const char *key, int fd,
                    struct error *err)
{
    return s->ops->fetch(s, bucket, key, fd, err);
}

int job_store_put(struct job_store *s, const char *bucket, const char *key, const char *path,
                  struct error *err)
{
    return s->ops->put(s, bucket, key, path, err);
}

void job_store_free(struct job_store *s)
{
    if (s != NULL)
        s->ops->free(s);
}

struct folder_store {
    struct job_store base;
    const char *root;
};

static const char *root_of(const struct job_store *s)
{
    return ((const struct folder_store *)s)->root;
}

static int list_folder(struct job_store *s, const char *bucket, const char *prefix,
                       job_store_each_fn *each, void *context, struct error *err)
{
    struct folder_list list;
    int status = folder_list(root_of(s), bucket, prefix, &list, err);

    for (size_t i = 0; status == 0 && i < list.count; i++) {
        if (each(context, list.items[i].key, (int64_t)list.items[i].file.st_size) != 0)
            break;
    }
    folder_list_clear(&list);
    return status;
}

/* All bytes from one descriptor to the other. */
static int copy(int from, int to, struct error *err)
{
    char *chunk = mem_alloc(CHUNK);
    ssize_t got;
    int status = 0;

    while (status == 0 && (got = read(from, chunk, CHUNK)) != 0) {
        for (ssize_t done = 0; status == 0 && done < got;) {
            ssize_t put = write(to, chunk + done, (size_t)(got - done));

            if (put < 0 && errno != EINTR)
                status = error_set_errno(err, ERR_IO, errno, "WriteFailed", "cannot write");
            else
                done += put > 0 ? put : 0;
        }
        if (got < 0 && errno != EINTR)
            status = error_set_errno(err, ERR_IO, errno, "ReadFailed", "cannot read");
    }
    free(chunk);
    return status;
}

static int fetch_folder(struct job_store *s, const char *bucket, const char *key, int fd,
                        struct error *err)
{
    struct buf path;
    int from = -1;
    int status;

    buf_init(&path, PATH_BYTES_MAX);
    status = folder_path(root_of(s), bucket, key, &path, err);
    if (status == 0 && (from = open(buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
        status = error_set(err, ERR_DATA, "NoSuchKey", "The specified key does not exist.");
    if (status == 0)
        status = copy(from, fd, err);
    if (from >= 0)
        close(from);
    buf_clear(&path);
    return status;
}

/* Beside its place first, so that it is there whole or not at all. */
static int put_folder(struct job_store *s, const char *bucket, const char *key, const char *path,
                      struct error *err)
{
    struct buf place, part;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = -1;
    int status;

    buf_init(&place, PATH_BYTES_MAX);
    buf_init(&part, PATH_BYTES_MAX + 16);
    status = folder_path(root_of(s), bucket, key, &place, err);
    buf_addf(&part, "%s%s", buf_str(&place), FOLDER_PART);
    if (status == 0)
        status = file_make_parent(buf_str(&place), err);
    if (status == 0)
        to = open(buf_str(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (status == 0 && (from < 0 || to < 0))
        status = error_set_errno(err, ERR_IO, errno, "OpenFailed", "cannot store %s", key);
    if (status == 0)
        status = copy(from, to, err);
    if (status == 0)
        status = file_rename(buf_str(&part), buf_str(&place), err);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    buf_clear(&place);
    buf_clear(&part);
    return status;
}

static void free_folder(struct job_store *s)
{
    free(s);
}

struct job_store *job_store_folder_new(const char *root)
{
    static const struct job_store_ops ops = {list_folder, fetch_folder, put_folder, free_folder};
    struct folder_store *s = mem_calloc(1, sizeof(*s));

    s->base.ops = &ops;
    s->root = root;
    return &s->base;
}
