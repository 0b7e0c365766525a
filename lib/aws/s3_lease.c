#include "aws/s3_lease.h"

#include <string.h>

#include "aws/s3_error.h"
#include "aws/s3_get.h"
#include "base/clock.h"
#include "http/call.h"
#include "json/json.h"

enum { LEASE_BYTES_MAX = 4096, TRIES = 3 };

/* What lies there now. */
struct found {
    struct buf text;
    char etag[128]; /* "": there is none */
    jv value;
};

static void found_clear(struct found *f)
{
    buf_clear(&f->text);
    jv_free(f->value);
}

static int look(struct http_transport *t, const struct s3_object *object, struct found *f,
                struct error *err)
{
    struct error ignored;

    *f = (struct found){.value = jv_invalid()};
    buf_init(&f->text, LEASE_BYTES_MAX);
    if (s3_get_whole(t, object, &f->text, f->etag, err) < 0) {
        *f->etag = '\0';
        return strcmp(err->code, "NoSuchKey") == 0 || strcmp(err->code, "NotFound") == 0 ? 0 : -1;
    }
    f->value = json_parse(buf_str(&f->text), f->text.len, NULL, &ignored);
    return 0;
}

static bool is_mine(const struct found *f, const struct s3_lease *lease)
{
    const char *owner = json_str(f->value, "owner", NULL);

    return owner != NULL && strcmp(owner, lease->owner) == 0;
}

/* A lease that cannot be read is nobody's. */
static bool is_anothers(const struct found *f, const struct s3_lease *lease, struct error *err)
{
    const char *expires = json_str(f->value, "expires", NULL);
    const char *owner = json_str(f->value, "owner", NULL);
    int64_t expires_ms;

    if (*f->etag == '\0' || is_mine(f, lease) || owner == NULL || expires == NULL ||
        time_parse_iso(expires, &expires_ms) < 0 || expires_ms <= lease->now_ms)
        return false;
    error_set(err, ERR_TEMP, "Leased",
              "already running: s3://%s/%s is held by %.200s until %.40s, unless it is renewed",
              lease->object.bucket, lease->object.key, owner, expires);
    return true;
}

/* Write it, on condition that nobody else did: 1 if so, 0 if another was faster, -1 with an error.
 */
static int write_lease(struct http_transport *t, const struct s3_lease *lease,
                       const struct found *f, struct error *err)
{
    const struct s3_call what = {"s3:PutObject", lease->object.bucket, lease->object.key};
    struct s3_put_params params = {.content_type = "application/json", .checksum = S3_CRC32};
    char expires[TIME_ISO_SIZE];
    struct s3_request request;
    struct http_call call;
    struct buf text;
    jv value = jv_object();
    int status;

    time_format_iso(lease->now_ms + lease->seconds * 1000, expires);
    json_set_str(&value, "owner", lease->owner);
    json_set_str(&value, "expires", expires);
    buf_init(&text, LEASE_BYTES_MAX);
    json_write(&text, value);
    jv_free(value);
    params.data = buf_str(&text);
    params.len = text.len;
    if (*f->etag != '\0')
        params.condition.if_match = f->etag;
    else
        params.condition.if_none = true;
    s3_request_init(&request);
    http_call_init(&call, LEASE_BYTES_MAX);
    status = s3_request_put(&request, &lease->object, &params, err);
    if (status == 0)
        status = http_call(&call, t, &request.http, err);
    if (status == 0) {
        status = call.response.status == 200;
        if (call.response.status != 200 && call.response.status != 412 &&
            call.response.status != 409)
            status = s3_error_read(&call.response, &what, err);
    }
    http_call_clear(&call);
    s3_request_clear(&request);
    buf_clear(&text);
    return status;
}

int s3_lease_take(struct http_transport *t, const struct s3_lease *lease, struct error *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct found f;
        int status = look(t, &lease->object, &f, err);

        if (status == 0)
            status = is_anothers(&f, lease, err) ? -1 : write_lease(t, lease, &f, err);
        found_clear(&f);
        if (status != 0)
            return status < 0 ? -1 : 0;
    }
    return error_set(err, ERR_TEMP, "Leased", "already running: others are writing s3://%s/%s",
                     lease->object.bucket, lease->object.key);
}

int s3_lease_release(struct http_transport *t, const struct s3_lease *lease, struct error *err)
{
    struct s3_lease over = *lease;
    struct found f;
    int status = look(t, &lease->object, &f, err);

    /* it is made to expire, on the same condition: a DELETE would have none */
    over.seconds = 0;
    if (status == 0 && *f.etag != '\0' && is_mine(&f, lease))
        status = write_lease(t, &over, &f, err);
    found_clear(&f);
    return status < 0 ? -1 : 0;
}
