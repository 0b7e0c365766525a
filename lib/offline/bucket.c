#include "offline/bucket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/s3_checksum.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/uri.h"
#include "offline/bucket_reply.h"
#include "offline/folder.h"

enum { NAME_BYTES_MAX = 4096, PATH_BYTES_MAX = 8192, GET_BYTES_MAX = 48 << 20 };

static void set_facts(struct reply *reply, const struct stat *file)
{
    char etag[BUCKET_ETAG_SIZE];
    char time[64];

    bucket_etag(file, etag);
    time_format((int64_t)file->st_mtim.tv_sec * 1000, "%a, %d %b %Y %H:%M:%S GMT", time,
                sizeof(time));
    reply_header(reply, "etag", "%s", etag);
    reply_header(reply, "last-modified", "%s", time);
    reply_header(reply, "accept-ranges", "bytes");
    reply_header(reply, "content-type", "binary/octet-stream");
}

/* "bytes=1-5" or "bytes=1-" within a file; false if it is none of its. */
static bool read_range(const char *range, int64_t size, int64_t *first, int64_t *last)
{
    char *end;

    if (strncmp(range, "bytes=", 6) != 0)
        return false;
    *first = strtoll(range + 6, &end, 10);
    if (end == range + 6 || *end != '-' || *first < 0 || *first >= size)
        return false;
    *last = end[1] ? strtoll(end + 1, &end, 10) : size - 1;
    if (*last >= size)
        *last = size - 1;
    return *last >= *first;
}

static int read_part(int fd, int64_t first, int64_t len, struct buf *out)
{
    while (len > 0) {
        char *room = buf_room(out, (size_t)len);
        ssize_t got = room ? pread(fd, room, (size_t)len, first) : -1;

        if (got <= 0)
            return -1;
        buf_commit(out, (size_t)got);
        first += got;
        len -= got;
    }
    return 0;
}

static void get_open(const struct http_request *http, int fd, const struct stat *file,
                     struct reply *reply)
{
    const char *range = bucket_header(http, "range");
    const char *match = bucket_header(http, "if-match");
    int64_t first = 0;
    int64_t last = file->st_size - 1;
    bool head = strcmp(http->method, "HEAD") == 0;
    char etag[BUCKET_ETAG_SIZE];

    bucket_etag(file, etag);
    set_facts(reply, file);
    if (match != NULL && strcmp(match, etag) != 0) {
        bucket_error(reply, 412, "PreconditionFailed",
                     "At least one of the pre-conditions you specified did not hold");
        return;
    }
    if (range != NULL && !read_range(range, file->st_size, &first, &last)) {
        bucket_error(reply, 416, "InvalidRange", "The requested range is not satisfiable");
        return;
    }
    if (head) {
        reply_header(reply, "content-length", "%lld", (long long)file->st_size);
        return;
    }
    if (range != NULL) {
        reply->status = 206;
        reply_header(reply, "content-range", "bytes %lld-%lld/%lld", (long long)first,
                     (long long)last, (long long)file->st_size);
    }
    if (last - first + 1 > GET_BYTES_MAX ||
        read_part(fd, first, last - first + 1, &reply->body) < 0)
        bucket_error(reply, 500, "InternalError", "The object cannot be read at once");
}

static void get_object(const struct bucket_object *object, const struct http_request *http,
                       struct reply *reply)
{
    int fd = open(object->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat file;

    if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
        bucket_error(reply, 404, "NoSuchKey", "The specified key does not exist.");
    else
        get_open(http, fd, &file, reply);
    if (fd >= 0)
        close(fd);
    if (strcmp(http->method, "HEAD") == 0)
        buf_reset(&reply->body);
}

/* Whether what came is what was sent, as far as the request tells. */
static bool is_intact(const struct http_request *http, struct reply *reply)
{
    for (int kind = 0; kind < S3_CHECKSUM_COUNT; kind++) {
        const char *said = bucket_header(http, s3_checksum_header((enum s3_checksum)kind));
        char own[S3_CHECKSUM_SIZE];

        if (said == NULL)
            continue;
        s3_checksum((enum s3_checksum)kind, http->body, http->body_len, own);
        if (strcmp(own, said) != 0) {
            bucket_error(reply, 400, "BadDigest",
                         "The checksum you specified did not match the calculated checksum.");
            return false;
        }
        reply_header(reply, s3_checksum_header((enum s3_checksum)kind), "%s", own);
    }
    return true;
}

static void put_object(const struct bucket_object *object, const struct http_request *http,
                       struct reply *reply)
{
    struct file_write write = {.path = object->path,
                               .data = http->body ? http->body : "",
                               .len = http->body_len,
                               .no_clobber = bucket_header(http, "if-none-match") != NULL,
                               .no_sync = true};
    bool existed = false;
    struct error err;
    struct stat file;
    char etag[BUCKET_ETAG_SIZE];

    if (!bucket_condition(http, object->path, reply))
        return;
    if (file_write_atomic(&write, &existed, &err) < 0 || lstat(object->path, &file) < 0) {
        bucket_fail(reply, &err);
    } else if (existed) {
        bucket_error(reply, 412, "PreconditionFailed",
                     "At least one of the pre-conditions you specified did not hold");
    } else {
        bucket_etag(&file, etag);
        reply_header(reply, "etag", "%s", etag);
    }
}

static void answer_object(const struct bucket_object *object, const struct http_request *http,
                          struct reply *reply)
{
    if (strcmp(http->method, "PUT") == 0 && !is_intact(http, reply))
        return;
    if (bucket_upload(object, http, reply))
        return;
    if (strcmp(http->method, "GET") == 0 || strcmp(http->method, "HEAD") == 0) {
        get_object(object, http, reply);
    } else if (strcmp(http->method, "PUT") == 0) {
        put_object(object, http, reply);
    } else if (strcmp(http->method, "DELETE") == 0) {
        reply->status = 204;
        if (unlink(object->path) < 0 && errno != ENOENT && errno != ENOTDIR && errno != EISDIR)
            bucket_error(reply, 500, "InternalError", "The object cannot be deleted");
    } else {
        bucket_error(reply, 405, "MethodNotAllowed",
                     "The specified method is not allowed against this resource.");
    }
}

static void answer_named(const char *root, const char *bucket, const char *key,
                         const struct http_request *http, struct reply *reply)
{
    struct buf path;
    struct error err;

    if (*key == '\0') {
        if (strcmp(http->method, "GET") == 0)
            bucket_list(root, bucket, http->query, reply);
        else if (strcmp(http->method, "HEAD") != 0 && strcmp(http->method, "PUT") != 0)
            bucket_error(reply, 405, "MethodNotAllowed",
                         "The specified method is not allowed against this resource.");
        return;
    }
    buf_init(&path, PATH_BYTES_MAX);
    if (folder_path(root, bucket, key, &path, &err) < 0)
        bucket_fail(reply, &err);
    else
        answer_object(&(struct bucket_object){root, bucket, key, buf_str(&path)}, http, reply);
    buf_clear(&path);
}

void bucket_answer(const char *root, const struct http_request *http, struct reply *reply)
{
    const char *wire = http->path + (*http->path == '/');
    size_t len = strcspn(wire, "/");
    struct buf bucket, key;

    reply_header(reply, "content-type", "application/xml");
    reply_header(reply, "x-amz-request-id", "%s", reply->values[1]);
    buf_init(&bucket, NAME_BYTES_MAX);
    buf_init(&key, NAME_BYTES_MAX);
    uri_decode(&bucket, wire, len, false);
    if (wire[len] == '/')
        uri_decode(&key, wire + len + 1, strlen(wire + len + 1), false);
    if (buf_full(&bucket) || buf_full(&key) || strlen(buf_str(&bucket)) != bucket.len ||
        strlen(buf_str(&key)) != key.len)
        bucket_error(reply, 400, "InvalidURI", "Couldn't parse the specified URI.");
    else
        answer_named(root, buf_str(&bucket), buf_str(&key), http, reply);
    buf_clear(&bucket);
    buf_clear(&key);
}
