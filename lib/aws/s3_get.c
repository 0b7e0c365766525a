#include "aws/s3_get.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3_error.h"
#include "base/mem.h"
#include "http/call.h"

/* An object that grew since it was listed may still come whole. */
enum { WAIT_MS = 1000, WHOLE_BYTES_MAX = 64 << 20 };

void s3_get_init(struct s3_get *get, struct http_transport *transport)
{
    *get = (struct s3_get){.transport = transport};
    for (int i = 0; i < 2; i++) {
        struct s3_piece *piece = &get->pieces[i];

        s3_request_init(&piece->request);
        buf_init(&piece->data, WHOLE_BYTES_MAX);
    }
}

static int wait_for(struct s3_get *get, struct s3_piece *piece, struct error *err)
{
    while (piece->asked && !piece->over) {
        if (http_wait(get->transport, WAIT_MS, err) < 0)
            return -1;
    }
    return 0;
}

static void forget_names(struct s3_get *get)
{
    free(get->names);
    get->names = NULL;
}

void s3_get_clear(struct s3_get *get)
{
    struct error ignored;

    for (int i = 0; i < 2; i++) {
        /* what a broken transport may still write to is left to it */
        if (wait_for(get, &get->pieces[i], &ignored) < 0)
            return;
        s3_request_clear(&get->pieces[i].request);
        buf_clear(&get->pieces[i].data);
    }
    forget_names(get);
}

static struct s3_call call_of(const struct s3_object *object)
{
    return (struct s3_call){"s3:GetObject", object->bucket, object->key};
}

/* "bytes 0-8388607/20000000": how large it is now. */
static bool read_total(const char *text, int64_t first, int64_t *total)
{
    char *end;
    const char *slash = text ? strchr(text, '/') : NULL;

    if (slash == NULL || strncmp(text, "bytes ", 6) != 0 || strtoll(text + 6, &end, 10) != first)
        return false;
    errno = 0;
    *total = strtoll(slash + 1, &end, 10);
    return errno == 0 && end != slash + 1 && *end == '\0' && *total > first;
}

static int changed(const struct s3_get *get, struct error *err)
{
    error_set(err, ERR_TEMP, "ChangedMeanwhile", "s3://%s/%.200s: it changed while it was read",
              get->object.bucket, get->object.key);
    err->retryable = true;
    return -1;
}

/* Bytes of a range: as many as were asked for, and no others. */
static int check_range(struct s3_piece *piece, const struct http_response *response)
{
    struct s3_get *get = piece->get;
    int64_t total = 0;
    int64_t left;

    if (!read_total(http_header(response, "content-range"), piece->first, &total))
        return error_set(&piece->err, ERR_UNAVAILABLE, "BadResponse",
                         "s3://%s/%.200s: the answer does not tell which bytes it has",
                         get->object.bucket, get->object.key);
    if (piece->first == 0)
        get->size = total;
    left = get->size - piece->first;
    if (total != get->size ||
        (int64_t)response->body_len != (left < S3_PIECE_BYTES ? left : S3_PIECE_BYTES))
        return changed(get, &piece->err);
    return 0;
}

static int check_whole(struct s3_piece *piece, const struct http_response *response)
{
    struct s3_get *get = piece->get;

    if (piece->first > 0)
        return changed(get, &piece->err);
    get->size = get->next = (int64_t)response->body_len;
    if (s3_checksum_verify(response, &piece->err) == 0)
        return 0;
    return error_prefix(&piece->err, "s3://%s/%.200s", get->object.bucket, get->object.key);
}

static void on_piece(void *context, const struct http_response *response, const struct error *cause)
{
    struct s3_piece *piece = context;
    struct s3_get *get = piece->get;
    const struct s3_call call = call_of(&get->object);
    const char *etag = response ? http_header(response, "etag") : NULL;
    int status;

    piece->over = true;
    error_clear(&piece->err);
    if (response == NULL)
        status = s3_error_none(cause, &call, &piece->err);
    else if (response->status == 412)
        status = changed(get, &piece->err);
    else if (response->status == 206)
        status = check_range(piece, response);
    else if (response->status == 200)
        status = check_whole(piece, response);
    else
        status = s3_error_read(response, &call, &piece->err);
    if (status < 0 || response == NULL)
        return;
    if (piece->first == 0 && etag != NULL && strlen(etag) < sizeof(get->etag))
        snprintf(get->etag, sizeof(get->etag), "%s", etag);
    if (buf_add(&piece->data, response->body, response->body_len) < 0)
        error_set(&piece->err, ERR_DATA, "ObjectTooLarge", "s3://%s/%.200s: over %d bytes at once",
                  get->object.bucket, get->object.key, WHOLE_BYTES_MAX);
}

/* Ask for what comes next. */
static int ask(struct s3_get *get, struct s3_piece *piece, struct error *err)
{
    struct s3_get_params params = {
        .ranged = get->size > S3_PIECE_BYTES,
        .first = get->next,
        .last = get->next + S3_PIECE_BYTES - 1,
        .if_match = get->next > 0 && *get->etag ? get->etag : NULL,
    };

    piece->get = get;
    piece->first = get->next;
    piece->over = false;
    buf_reset(&piece->data);
    if (s3_request_get(&piece->request, &get->object, &params, err) < 0 ||
        http_submit(get->transport, &piece->request.http, on_piece, piece, err) < 0)
        return -1;
    piece->asked = true;
    get->next = params.ranged && get->next + S3_PIECE_BYTES < get->size ? get->next + S3_PIECE_BYTES
                                                                        : get->size;
    return 0;
}

static int stop(struct s3_get *get, struct error *err)
{
    for (int i = 0; i < 2; i++) {
        if (wait_for(get, &get->pieces[i], err) < 0)
            return -1;
        get->pieces[i].asked = false;
        /* a large object is not to hold memory for the rest of the bucket */
        if (get->pieces[i].data.cap > S3_PIECE_BYTES / 8)
            buf_clear(&get->pieces[i].data);
        buf_reset(&get->pieces[i].data);
    }
    return 0;
}

int s3_get_start(struct s3_get *get, const struct s3_object *object, int64_t size,
                 struct error *err)
{
    if (stop(get, err) < 0)
        return -1;
    forget_names(get);
    get->names = mem_printf("%s%c%s", object->bucket, '\0', object->key);
    get->object = (struct s3_object){get->names, get->names + strlen(object->bucket) + 1};
    get->turn = 0;
    get->used = 0;
    get->size = size;
    get->next = 0;
    *get->etag = '\0';
    return ask(get, &get->pieces[0], err);
}

/* The piece is there, or -1. */
static int await(struct s3_get *get, struct s3_piece *piece, struct error *err)
{
    if (wait_for(get, piece, err) < 0)
        return -1;
    if (piece->asked && piece->err.kind != ERR_NONE) {
        *err = piece->err;
        return -1;
    }
    return 0;
}

int s3_get_await(struct s3_get *get, struct error *err)
{
    return await(get, &get->pieces[get->turn], err);
}

/* The piece that is read is there; see to the one behind it. */
static int ask_ahead(struct s3_get *get, struct error *err)
{
    struct s3_piece *behind = &get->pieces[1 - get->turn];

    return behind->asked || get->next >= get->size ? 0 : ask(get, behind, err);
}

ssize_t s3_get_read(struct s3_get *get, char *data, size_t size, struct error *err)
{
    for (;;) {
        struct s3_piece *piece = &get->pieces[get->turn];
        size_t left;

        if (!piece->asked)
            return 0;
        if (await(get, piece, err) < 0 || ask_ahead(get, err) < 0)
            return -1;
        left = piece->data.len - get->used;
        if (left > size)
            left = size;
        if (left > 0) {
            memcpy(data, piece->data.data + get->used, left);
            get->used += left;
            return (ssize_t)left;
        }
        piece->asked = false;
        get->used = 0;
        get->turn = 1 - get->turn;
    }
}

int s3_get_whole(struct http_transport *transport, const struct s3_object *object, struct buf *out,
                 char *etag, struct error *err)
{
    const struct s3_get_params params = {0};
    const struct s3_call at = call_of(object);
    struct s3_request request;
    struct http_call call;
    struct error cause;
    int status;

    buf_reset(out);
    s3_request_init(&request);
    http_call_init(&call, WHOLE_BYTES_MAX);
    status = s3_request_get(&request, object, &params, err);
    if (status == 0 && http_call(&call, transport, &request.http, &cause) < 0)
        status = s3_error_none(&cause, &at, err);
    else if (status == 0 && call.response.status != 200)
        status = s3_error_read(&call.response, &at, err);
    else if (status == 0)
        status = s3_checksum_verify(&call.response, err);
    if (status == 0 && buf_add(out, call.response.body, call.response.body_len) < 0)
        status = error_set(err, ERR_DATA, "ObjectTooLarge", "s3://%s/%.200s: over %zu bytes",
                           object->bucket, object->key, out->max);
    if (status == 0 && etag != NULL) {
        const char *told = http_header(&call.response, "etag");

        snprintf(etag, sizeof(((struct s3_get *)0)->etag), "%s", told ? told : "");
    }
    http_call_clear(&call);
    s3_request_clear(&request);
    return status;
}
