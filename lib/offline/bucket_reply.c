#include "offline/bucket_reply.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"

void bucket_error(struct reply *reply, int status, const char *code, const char *message)
{
    reply->status = status;
    reply_header(reply, "content-type", "application/xml");
    buf_reset(&reply->body);
    buf_addf(&reply->body,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s"
             "</Message></Error>",
             code, message);
}

void bucket_fail(struct reply *reply, const struct error *err)
{
    if (strcmp(err->code, "InvalidBucketName") == 0 || strcmp(err->code, "KeyTooLongError") == 0)
        bucket_error(reply, 400, err->code, "The name is not valid here");
    else if (strcmp(err->code, "IsFolder") == 0)
        bucket_error(reply, 400, "InvalidArgument",
                     "The folder that stands for S3 cannot hold both a and a/b");
    else
        bucket_error(reply, 500, "InternalError",
                     "The folder that stands for S3 cannot be written or read");
}

void bucket_add_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '&')
            buf_adds(out, "&amp;");
        else if (*text == '<')
            buf_adds(out, "&lt;");
        else if (*text == '>')
            buf_adds(out, "&gt;");
        else if ((unsigned char)*text < ' ')
            buf_addf(out, "&#%d;", *text);
        else
            buf_addc(out, *text);
    }
}

void bucket_etag(const struct stat *file, char etag[BUCKET_ETAG_SIZE])
{
    char text[128];
    char hex[DIGEST_HEX_SIZE];

    snprintf(text, sizeof(text), "%lld %lld %lld.%09ld", (long long)file->st_ino,
             (long long)file->st_size, (long long)file->st_mtim.tv_sec, file->st_mtim.tv_nsec);
    digest_sha256_hex(text, strlen(text), hex);
    snprintf(etag, BUCKET_ETAG_SIZE, "\"%.32s\"", hex);
}

const char *bucket_header(const struct http_request *http, const char *name)
{
    for (size_t i = 0; i < http->header_count; i++) {
        if (strcasecmp(http->headers[i].name, name) == 0)
            return http->headers[i].value;
    }
    return NULL;
}

bool bucket_condition(const struct http_request *http, const char *path, struct reply *reply)
{
    const char *none = bucket_header(http, "if-none-match");
    const char *match = bucket_header(http, "if-match");
    char etag[BUCKET_ETAG_SIZE] = "";
    struct stat file;

    if (lstat(path, &file) == 0)
        bucket_etag(&file, etag);
    if (match != NULL && *etag == '\0') {
        bucket_error(reply, 404, "NoSuchKey", "The specified key does not exist.");
        return false;
    }
    if ((none != NULL && *etag != '\0') || (match != NULL && strcmp(match, etag) != 0)) {
        bucket_error(reply, 412, "PreconditionFailed",
                     "At least one of the pre-conditions you specified did not hold");
        return false;
    }
    return true;
}
