#include "aws/s3_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aws/s3_uri.h"
#include "base/uri.h"

/* A part list has some 150 bytes a part. */
enum { PATH_BYTES_MAX = 8 << 10, QUERY_BYTES_MAX = 32 << 10, BODY_BYTES_MAX = 4 << 20 };

void s3_request_init(struct s3_request *r)
{
    *r = (struct s3_request){0};
    buf_init(&r->path, PATH_BYTES_MAX);
    buf_init(&r->query, QUERY_BYTES_MAX);
    buf_init(&r->body, BODY_BYTES_MAX);
}

void s3_request_clear(struct s3_request *r)
{
    buf_clear(&r->path);
    buf_clear(&r->query);
    buf_clear(&r->body);
}

static void add_header(struct s3_request *r, const char *name, const char *value)
{
    r->headers[r->http.header_count++] = (struct http_header){name, value};
}

/* Queries are built in the order of their names, as they are signed. */
static void add_query(struct s3_request *r, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(&r->query, "%s%s=", r->query.len ? "&" : "", name);
    uri_encode(&r->query, value, strlen(value), "");
}

static void begin(struct s3_request *r, const char *method, const char *bucket)
{
    buf_reset(&r->path);
    buf_reset(&r->query);
    buf_reset(&r->body);
    r->http = (struct http_request){
        .service = "s3", .method = method, .headers = r->headers, .body = "", .body_len = 0};
    buf_addc(&r->path, '/');
    uri_encode(&r->path, bucket, strlen(bucket), "");
}

static int begin_object(struct s3_request *r, const char *method, const struct s3_object *object,
                        struct error *err)
{
    size_t len = strlen(object->key);

    if (len == 0 || len > S3_KEY_BYTES_MAX)
        return error_set(err, ERR_DATA, "BadKey", "a key has 1 to %d bytes, not %zu",
                         S3_KEY_BYTES_MAX, len);
    begin(r, method, object->bucket);
    buf_addc(&r->path, '/');
    uri_encode(&r->path, object->key, len, "/");
    return 0;
}

static int finish(struct s3_request *r, struct error *err)
{
    if (buf_full(&r->path) || buf_full(&r->query) || buf_full(&r->body))
        return error_set(err, ERR_DATA, "RequestTooLarge", "the request is too large");
    r->http.path = buf_str(&r->path);
    r->http.query = buf_str(&r->query);
    return 0;
}

int s3_request_list(struct s3_request *r, const struct s3_list_params *params, struct error *err)
{
    char keys_max[16];

    begin(r, "GET", params->bucket);
    snprintf(keys_max, sizeof(keys_max), "%d", params->keys_max);
    add_query(r, "continuation-token", params->continuation_token);
    add_query(r, "delimiter", params->delimiter);
    add_query(r, "encoding-type", params->url_encoding ? "url" : NULL);
    add_query(r, "fetch-owner", params->fetch_owner ? "true" : NULL);
    add_query(r, "list-type", "2");
    add_query(r, "max-keys", params->keys_max ? keys_max : NULL);
    add_query(r, "prefix", params->prefix);
    add_query(r, "start-after", params->start_after);
    return finish(r, err);
}

int s3_request_get(struct s3_request *r, const struct s3_object *object,
                   const struct s3_get_params *params, struct error *err)
{
    if (begin_object(r, "GET", object, err) < 0)
        return -1;
    if (params->if_match != NULL)
        add_header(r, "if-match", params->if_match);
    if (params->ranged) {
        snprintf(r->range, sizeof(r->range), "bytes=%" PRId64 "-%" PRId64, params->first,
                 params->last);
        add_header(r, "range", r->range);
    }
    add_header(r, "x-amz-checksum-mode", "ENABLED");
    add_query(r, "x-id", "GetObject");
    return finish(r, err);
}

int s3_request_head(struct s3_request *r, const struct s3_object *object, struct error *err)
{
    return begin_object(r, "HEAD", object, err) < 0 ? -1 : finish(r, err);
}

int s3_request_delete(struct s3_request *r, const struct s3_object *object, struct error *err)
{
    if (begin_object(r, "DELETE", object, err) < 0)
        return -1;
    add_query(r, "x-id", "DeleteObject");
    return finish(r, err);
}

static void add_condition(struct s3_request *r, const struct s3_condition *condition)
{
    if (condition->if_none)
        add_header(r, "if-none-match", "*");
    if (condition->if_match != NULL)
        add_header(r, "if-match", condition->if_match);
}

static void add_body(struct s3_request *r, const char *data, size_t len, enum s3_checksum checksum)
{
    r->http.body = data;
    r->http.body_len = len;
    s3_checksum(checksum, data, len, r->checksum);
    add_header(r, s3_checksum_header(checksum), r->checksum);
    add_header(r, "x-amz-sdk-checksum-algorithm", s3_checksum_name(checksum));
}

int s3_request_put(struct s3_request *r, const struct s3_object *object,
                   const struct s3_put_params *params, struct error *err)
{
    if (begin_object(r, "PUT", object, err) < 0)
        return -1;
    add_header(r, "content-type", params->content_type);
    add_condition(r, &params->condition);
    if (params->sha256_hex != NULL)
        add_header(r, "x-amz-content-sha256", params->sha256_hex);
    add_body(r, params->data, params->len, params->checksum);
    add_query(r, "x-id", "PutObject");
    return finish(r, err);
}

int s3_request_create_upload(struct s3_request *r, const struct s3_object *object,
                             const char *content_type, bool checksum, struct error *err)
{
    if (begin_object(r, "POST", object, err) < 0)
        return -1;
    if (content_type != NULL)
        add_header(r, "content-type", content_type);
    if (checksum)
        add_header(r, "x-amz-checksum-algorithm", s3_checksum_name(S3_CRC32));
    add_query(r, "uploads", "");
    return finish(r, err);
}

int s3_request_part(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                    int number, const char *data, size_t len, struct error *err)
{
    char text[16];

    if (begin_object(r, "PUT", object, err) < 0)
        return -1;
    add_header(r, "content-type", "application/octet-stream");
    add_body(r, data, len, S3_CRC32);
    snprintf(text, sizeof(text), "%d", number);
    add_query(r, "partNumber", text);
    add_query(r, "uploadId", upload_id);
    add_query(r, "x-id", "UploadPart");
    return finish(r, err);
}

/* An ETag, which the server chose, as text of XML; its quotation marks, too, as the SDKs write
 * them. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            buf_adds(out, "&amp;");
            break;
        case '<':
            buf_adds(out, "&lt;");
            break;
        case '>':
            buf_adds(out, "&gt;");
            break;
        case '"':
            buf_adds(out, "&quot;");
            break;
        default:
            buf_addc(out, *text);
        }
    }
}

int s3_request_complete(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                        const struct s3_part *parts, int count,
                        const struct s3_condition *condition, struct error *err)
{
    if (begin_object(r, "POST", object, err) < 0)
        return -1;
    add_header(r, "content-type", "application/xml");
    add_condition(r, condition);
    buf_adds(&r->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><CompleteMultipartUpload "
                       "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (int i = 0; i < count; i++) {
        buf_adds(&r->body, "<Part><ETag>");
        add_escaped(&r->body, parts[i].etag);
        buf_addf(&r->body,
                 "</ETag><ChecksumCRC32>%s</ChecksumCRC32><PartNumber>%d</PartNumber></Part>",
                 parts[i].checksum, i + 1);
    }
    buf_adds(&r->body, "</CompleteMultipartUpload>");
    add_query(r, "uploadId", upload_id);
    r->http.body = buf_str(&r->body);
    r->http.body_len = r->body.len;
    return finish(r, err);
}

int s3_request_abort(struct s3_request *r, const struct s3_object *object, const char *upload_id,
                     struct error *err)
{
    if (begin_object(r, "DELETE", object, err) < 0)
        return -1;
    add_query(r, "uploadId", upload_id);
    add_query(r, "x-id", "AbortMultipartUpload");
    return finish(r, err);
}
