#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/xml.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "offline/bucket_reply.h"
#include "offline/folder.h"
#include "offline/query.h"

enum { ID_SIZE = 33, PARTS_MAX = 10000, CHUNK = 1 << 16 };

/* ROOT/.uploads/ID/NUMBER: no bucket's name starts with a dot. */
static char *upload_path(const struct bucket_object *object, const char *id, const char *name)
{
    return mem_printf("%s/.uploads/%s%s%s", object->root, id, *name ? "/" : "", name);
}

static void create(const struct bucket_object *object, struct reply *reply)
{
    char id[ID_SIZE];
    char *folder;
    struct error err;

    snprintf(id, sizeof(id), "%016llx%016llx", (unsigned long long)rng_secret(),
             (unsigned long long)rng_secret());
    folder = upload_path(object, id, "");
    if (file_make_dir(folder, &err) < 0) {
        bucket_fail(reply, &err);
    } else {
        buf_addf(&reply->body, "<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>",
                 object->bucket);
        bucket_add_text(&reply->body, object->key);
        buf_addf(&reply->body, "</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id);
    }
    free(folder);
}

static void put_part(const struct bucket_object *object, const struct http_request *http,
                     const char *id, const char *number, struct reply *reply)
{
    char *path = upload_path(object, id, number);
    struct file_write write = {
        .path = path, .data = http->body, .len = http->body_len, .no_sync = true};
    char etag[BUCKET_ETAG_SIZE];
    struct error err;
    struct stat file;

    if (file_write_atomic(&write, NULL, &err) < 0 || stat(path, &file) < 0) {
        bucket_error(reply, 500, "InternalError", "The part cannot be written");
    } else {
        bucket_etag(&file, etag);
        reply_header(reply, "etag", "%s", etag);
    }
    free(path);
}

static int append(int to, const char *path)
{
    char *chunk = mem_alloc(CHUNK);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = from < 0 ? -1 : 0;

    while (from >= 0 && (got = read(from, chunk, CHUNK)) > 0) {
        if (write(to, chunk, (size_t)got) != got) {
            got = -1;
            break;
        }
    }
    if (from >= 0)
        close(from);
    free(chunk);
    return got < 0 ? -1 : 0;
}

/* The parts that the body lists, in its order, which must be ascending. */
static int append_listed(const struct bucket_object *object, const struct http_request *http,
                         const char *id, int to)
{
    struct xml xml;
    struct error err;
    enum xml_event event;
    long last = 0;
    int status = 0;

    xml_init(&xml, http->body ? http->body : "", http->body_len);
    while (status == 0 && (event = xml_next(&xml, &err)) != XML_DONE) {
        char name[24];
        char *path;
        long number;

        if (event == XML_BAD)
            status = -1;
        if (event != XML_END || !xml_is(&xml, "PartNumber"))
            continue;
        number = strtol(xml_text(&xml, NULL), NULL, 10);
        snprintf(name, sizeof(name), "%ld", number);
        path = upload_path(object, id, name);
        status = number > last ? append(to, path) : -1;
        free(path);
        last = number;
    }
    xml_clear(&xml);
    return status == 0 && last > 0 ? 0 : -1;
}

static void remove_upload(const struct bucket_object *object, const char *id)
{
    char *folder = upload_path(object, id, "");
    struct file_list list = {0};
    struct error err;

    if (file_list_dir(folder, &list, &err) == 0) {
        for (size_t i = 0; i < list.count; i++) {
            char *path = upload_path(object, id, list.names[i]);

            unlink(path);
            free(path);
        }
        file_list_free(&list);
    }
    rmdir(folder);
    free(folder);
}

static void complete(const struct bucket_object *object, const struct http_request *http,
                     const char *id, struct reply *reply)
{
    char *part = mem_printf("%s%s", object->path, FOLDER_PART);
    struct error err;
    int to = -1;

    if (file_make_parent(object->path, &err) == 0)
        to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (to < 0 || append_listed(object, http, id, to) < 0) {
        bucket_error(reply, 400, "InvalidPart",
                     "One or more of the specified parts could not be found.");
    } else if (!bucket_condition(http, object->path, reply)) {
        /* said */
    } else if (rename(part, object->path) < 0) {
        bucket_error(reply, 500, "InternalError", "The object cannot be written");
    } else {
        struct stat file;
        char etag[BUCKET_ETAG_SIZE] = "";

        if (fstat(to, &file) == 0)
            bucket_etag(&file, etag);
        buf_addf(&reply->body, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>",
                 object->bucket);
        bucket_add_text(&reply->body, object->key);
        buf_addf(&reply->body, "</Key><ETag>%s</ETag></CompleteMultipartUploadResult>", etag);
        remove_upload(object, id);
    }
    if (to >= 0)
        close(to);
    unlink(part);
    free(part);
}

/* Such an upload is under way. */
static bool is_upload(const struct bucket_object *object, const char *id)
{
    char *folder = upload_path(object, id, "");
    bool there = strlen(id) == ID_SIZE - 1 && strspn(id, "0123456789abcdef") == ID_SIZE - 1 &&
                 file_is_dir(folder);

    free(folder);
    return there;
}

bool bucket_upload(const struct bucket_object *object, const struct http_request *http,
                   struct reply *reply)
{
    char id[ID_SIZE] = "";
    char number[16] = "";
    char none[8];
    bool post = strcmp(http->method, "POST") == 0;
    bool named = query_get(http->query, "uploadId", id, sizeof(id));

    if (post && query_get(http->query, "uploads", none, sizeof(none))) {
        create(object, reply);
        return true;
    }
    if (!named && strstr(http->query, "uploadId=") == NULL)
        return false;
    query_get(http->query, "partNumber", number, sizeof(number));
    if (!is_upload(object, id))
        bucket_error(reply, 404, "NoSuchUpload", "The specified multipart upload does not exist.");
    else if (post)
        complete(object, http, id, reply);
    else if (strcmp(http->method, "DELETE") == 0)
        remove_upload(object, id);
    else if (strcmp(http->method, "PUT") == 0 && strspn(number, "0123456789") == strlen(number) &&
             strtol(number, NULL, 10) >= 1 && strtol(number, NULL, 10) <= PARTS_MAX)
        put_part(object, http, id, number, reply);
    else
        bucket_error(reply, 400, "InvalidArgument", "Part number must be from 1 to 10000");
    if (reply->status == 200 && strcmp(http->method, "DELETE") == 0)
        reply->status = 204;
    return true;
}
