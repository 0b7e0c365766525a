#include "aws/s3_multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3_error.h"
#include "aws/xml.h"
#include "base/mem.h"

enum { UPLOAD_ID_BYTES_MAX = 4096, ETAG_BYTES_MAX = 128, COMPLETE_TRIES_MAX = 4 };

/* One of the requests for parts that are on their way. */
struct lane {
    struct s3_multipart *multipart;
    struct s3_request request;
    int number; /* of its part, from 1; 0: free */
};

struct s3_multipart {
    struct http_transport *transport;
    const struct s3_object *object;
    const struct s3_put_params *params;
    s3_multipart_done_fn *done;
    void *context;
    struct s3_request request; /* all but the parts */
    struct lane lanes[S3_PARTS_IN_FLIGHT];
    struct buf upload_id;
    struct s3_part *parts;
    size_t part_bytes;
    int part_count;
    int sent; /* parts 1 to this one were */
    int under_way;
    int tries;        /* of completing */
    struct error err; /* what went wrong first */
};

static struct s3_call call_of(const struct s3_multipart *m)
{
    return (struct s3_call){"s3:PutObject", m->object->bucket, m->object->key};
}

static bool has_failed(const struct s3_multipart *m)
{
    return m->err.kind != ERR_NONE;
}

/* Note what a response (or none) means, unless it is what was wanted. True if it is. */
static bool is_good(struct s3_multipart *m, const struct http_response *response,
                    const struct error *cause, struct error *err)
{
    const struct s3_call call = call_of(m);

    if (response != NULL && response->status == 200)
        return true;
    if (response == NULL)
        s3_error_none(cause, &call, err);
    else
        s3_error_read(response, &call, err);
    return false;
}

static void fail(struct s3_multipart *m, const struct error *err)
{
    if (!has_failed(m))
        m->err = *err;
}

static void finish(struct s3_multipart *m)
{
    m->done(m->context, &m->err);
}

/* Whatever comes of it: why the upload failed is what counts. A lifecycle rule takes what stays. */
static void on_aborted(void *context, const struct http_response *response, const struct error *err)
{
    (void)response;
    (void)err;
    finish(context);
}

/* Once no part is on its way any more: one that came later would bring the upload's bill back. */
static void abort_upload(struct s3_multipart *m)
{
    struct error ignored;

    if (s3_request_abort(&m->request, m->object, buf_str(&m->upload_id), &ignored) < 0 ||
        http_submit(m->transport, &m->request.http, on_aborted, m, &ignored) < 0)
        finish(m);
}

static void complete(struct s3_multipart *m);

/* Is the 200's body the result, rather than an <Error> or nothing? */
static bool is_result(struct s3_multipart *m, const struct http_response *response,
                      struct error *err)
{
    const struct s3_call call = call_of(m);
    struct http_response failed = *response;
    struct error ignored;
    struct buf etag;
    bool found;

    buf_init(&etag, ETAG_BYTES_MAX);
    found = xml_find(response->body, response->body_len, "CompleteMultipartUploadResult/ETag",
                     &etag, &ignored) == 1;
    buf_clear(&etag);
    failed.status = 500; /* what it would be, had it not begun as a 200 */
    if (!found)
        s3_error_read(&failed, &call, err);
    return found;
}

static void on_completed(void *context, const struct http_response *response,
                         const struct error *cause)
{
    struct s3_multipart *m = context;
    struct error err;

    if (is_good(m, response, cause, &err) && is_result(m, response, &err)) {
        finish(m);
    } else if (response != NULL && err.retryable && m->tries < COMPLETE_TRIES_MAX) {
        complete(m);
    } else {
        fail(m, &err);
        abort_upload(m);
    }
}

static void complete(struct s3_multipart *m)
{
    struct error err;

    m->tries++;
    if (s3_request_complete(&m->request, m->object, buf_str(&m->upload_id), m->parts, m->part_count,
                            &m->params->condition, &err) < 0 ||
        http_submit(m->transport, &m->request.http, on_completed, m, &err) < 0) {
        fail(m, &err);
        abort_upload(m);
    }
}

static void send_parts(struct s3_multipart *m);

static void on_part(void *context, const struct http_response *response, const struct error *cause)
{
    struct lane *lane = context;
    struct s3_multipart *m = lane->multipart;
    struct s3_part *part = &m->parts[lane->number - 1];
    const char *etag = NULL;
    struct error err;

    m->under_way--;
    lane->number = 0;
    if (is_good(m, response, cause, &err)) {
        etag = http_header(response, "etag");
        if (etag == NULL || strlen(etag) > ETAG_BYTES_MAX)
            error_set(&err, ERR_UNAVAILABLE, "BadResponse",
                      "s3://%s/%.200s: a part without an ETag", m->object->bucket, m->object->key);
        else
            part->etag = mem_strdup(etag);
    }
    if (part->etag == NULL)
        fail(m, &err);
    send_parts(m);
}

static int send_part(struct s3_multipart *m, struct lane *lane, struct error *err)
{
    size_t start = (size_t)m->sent * m->part_bytes;
    size_t len = m->params->len - start;

    lane->multipart = m;
    lane->number = m->sent + 1;
    if (len > m->part_bytes)
        len = m->part_bytes;
    if (s3_request_part(&lane->request, m->object, buf_str(&m->upload_id), lane->number,
                        m->params->data + start, len, err) < 0 ||
        http_submit(m->transport, &lane->request.http, on_part, lane, err) < 0) {
        lane->number = 0;
        return -1;
    }
    memcpy(m->parts[m->sent].checksum, lane->request.checksum, S3_CHECKSUM_SIZE);
    m->sent++;
    m->under_way++;
    return 0;
}

static void send_parts(struct s3_multipart *m)
{
    struct error err;

    for (int i = 0; i < S3_PARTS_IN_FLIGHT && m->sent < m->part_count && !has_failed(m); i++) {
        if (m->lanes[i].number == 0 && send_part(m, &m->lanes[i], &err) < 0)
            fail(m, &err);
    }
    if (m->under_way > 0)
        return;
    if (has_failed(m))
        abort_upload(m);
    else
        complete(m);
}

static void on_created(void *context, const struct http_response *response,
                       const struct error *cause)
{
    struct s3_multipart *m = context;
    struct error err;

    if (!is_good(m, response, cause, &err)) {
        fail(m, &err);
        finish(m);
        return;
    }
    if (xml_find(response->body, response->body_len, "InitiateMultipartUploadResult/UploadId",
                 &m->upload_id, &err) <= 0 ||
        m->upload_id.len == 0) {
        error_set(&err, ERR_UNAVAILABLE, "BadResponse", "s3://%s/%.200s: an upload without an id",
                  m->object->bucket, m->object->key);
        fail(m, &err);
        finish(m);
        return;
    }
    send_parts(m);
}

static struct s3_multipart *new_multipart(struct http_transport *transport,
                                          const struct s3_object *object,
                                          const struct s3_put_params *params)
{
    struct s3_multipart *m = mem_calloc(1, sizeof(*m));
    size_t least = (params->len + S3_PARTS_MAX - 1) / S3_PARTS_MAX;

    m->transport = transport;
    m->object = object;
    m->params = params;
    m->part_bytes = least > S3_PART_BYTES ? least : S3_PART_BYTES;
    m->part_count = (int)((params->len + m->part_bytes - 1) / m->part_bytes);
    m->parts = mem_calloc((size_t)m->part_count, sizeof(*m->parts));
    s3_request_init(&m->request);
    for (int i = 0; i < S3_PARTS_IN_FLIGHT; i++)
        s3_request_init(&m->lanes[i].request);
    buf_init(&m->upload_id, UPLOAD_ID_BYTES_MAX);
    return m;
}

struct s3_multipart *s3_multipart_start(struct http_transport *transport,
                                        const struct s3_object *object,
                                        const struct s3_put_params *params,
                                        s3_multipart_done_fn *done, void *context,
                                        struct error *err)
{
    struct s3_multipart *m = new_multipart(transport, object, params);

    m->done = done;
    m->context = context;
    if (s3_request_create_upload(&m->request, object, params->content_type, true, err) == 0 &&
        http_submit(transport, &m->request.http, on_created, m, err) == 0)
        return m;
    s3_multipart_free(m);
    return NULL;
}

void s3_multipart_free(struct s3_multipart *m)
{
    if (m == NULL)
        return;
    s3_request_clear(&m->request);
    for (int i = 0; i < S3_PARTS_IN_FLIGHT; i++)
        s3_request_clear(&m->lanes[i].request);
    for (int i = 0; i < m->part_count; i++)
        free(m->parts[i].etag);
    free(m->parts);
    buf_clear(&m->upload_id);
    free(m);
}
