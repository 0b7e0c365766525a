#include "s3_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/s3_get.h"
#include "aws/s3_list.h"
#include "aws/s3_put.h"
#include "aws/session.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"

enum { CHUNK = 1 << 16, WAIT_MS = 1000 };

struct s3_store {
    struct job_store base;
    struct aws_session *session;
    struct http_transport *transport;
};

static struct http_transport *transport_of(struct job_store *s)
{
    return ((struct s3_store *)s)->transport;
}

static int list_s3(struct job_store *s, const char *bucket, const char *prefix,
                   job_store_each_fn *each, void *context, struct error *err)
{
    struct s3_list *list = s3_list_new(transport_of(s), bucket, prefix);
    struct s3_entry entry;
    int status;

    while ((status = s3_list_next(list, &entry, err)) == 1) {
        if (each(context, entry.key, entry.size) != 0) {
            status = 0;
            break;
        }
    }
    s3_list_free(list);
    return status;
}

struct sought {
    const char *key;
    int64_t size;
};

static int seek(void *context, const char *key, int64_t size)
{
    struct sought *sought = context;

    if (strcmp(key, sought->key) != 0)
        return 0;
    sought->size = size;
    return 1;
}

static int write_all(int fd, const char *data, ssize_t len, struct error *err)
{
    while (len > 0) {
        ssize_t put = write(fd, data, (size_t)len);

        if (put < 0)
            return error_set_errno(err, ERR_IO, errno, "WriteFailed", "cannot write");
        data += put;
        len -= put;
    }
    return 0;
}

static int fetch_s3(struct job_store *s, const char *bucket, const char *key, int fd,
                    struct error *err)
{
    struct s3_object object = {bucket, key};
    struct sought sought = {key, -1};
    char *chunk = mem_alloc(CHUNK);
    struct s3_get get;
    ssize_t got = -1;
    int status = list_s3(s, bucket, key, seek, &sought, err);

    s3_get_init(&get, transport_of(s));
    if (status == 0 && sought.size < 0)
        status = error_set(err, ERR_DATA, "NoSuchKey", "The specified key does not exist.");
    if (status == 0)
        status = s3_get_start(&get, &object, sought.size, err);
    while (status == 0 && (got = s3_get_read(&get, chunk, CHUNK, err)) > 0)
        status = write_all(fd, chunk, got, err);
    s3_get_clear(&get);
    free(chunk);
    return status == 0 && got == 0 ? 0 : -1;
}

static int send_put(struct job_store *s, const struct s3_object *object, const char *data,
                    size_t len, struct error *err)
{
    struct s3_put_params params = {
        .data = data, .len = len, .content_type = s3_content_type(object->key)};
    struct s3_put put;
    int status;

    s3_put_init(&put, transport_of(s));
    status = s3_put_start(&put, object, &params, err);
    while (status == 0 && !put.over)
        status = http_wait(transport_of(s), WAIT_MS, err) < 0 ? -1 : 0;
    if (status == 0 && put.err.kind != ERR_NONE) {
        *err = put.err;
        status = -1;
    }
    s3_put_clear(&put);
    return status;
}

static int put_s3(struct job_store *s, const char *bucket, const char *key, const char *path,
                  struct error *err)
{
    struct s3_object object = {bucket, key};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    void *data = MAP_FAILED;
    int status;

    if (fd < 0 || fstat(fd, &file) < 0) {
        status = error_set_errno(err, ERR_IO, errno, "ReadFailed", "cannot read %s", path);
    } else if (file.st_size == 0) {
        status = send_put(s, &object, "", 0, err);
    } else {
        data = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        status = data == MAP_FAILED
                     ? error_set_errno(err, ERR_IO, errno, "ReadFailed", "cannot map %s", path)
                     : send_put(s, &object, data, (size_t)file.st_size, err);
    }
    if (data != MAP_FAILED)
        munmap(data, (size_t)file.st_size);
    if (fd >= 0)
        close(fd);
    return status;
}

static void free_s3(struct job_store *s)
{
    struct s3_store *store = (struct s3_store *)s;

    http_free(store->transport);
    aws_session_free(store->session);
    free(store);
}

struct job_store *s3_store_new(struct error *err)
{
    static const struct job_store_ops ops = {list_s3, fetch_s3, put_s3, free_s3};
    struct aws_session_options options = {.clock = clock_system(), .seed = rng_secret()};
    struct s3_store *store = mem_calloc(1, sizeof(*store));

    store->base.ops = &ops;
    store->session = aws_session_new(&options, err);
    if (store->session == NULL) {
        free(store);
        return NULL;
    }
    store->transport = aws_session_transport(store->session);
    return &store->base;
}
