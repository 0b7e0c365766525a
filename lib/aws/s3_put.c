#include "aws/s3_put.h"

#include <string.h>

#include "aws/s3_error.h"

enum { WAIT_MS = 1000, CONFLICTS_MAX = 4 };

void s3_put_init(struct s3_put *put, struct http_transport *transport)
{
    *put = (struct s3_put){.transport = transport, .over = true};
    s3_request_init(&put->request);
}

void s3_put_clear(struct s3_put *put)
{
    struct error ignored;

    while (!put->over) {
        if (http_wait(put->transport, WAIT_MS, &ignored) < 0)
            return; /* what a broken transport may still write to is left to it */
    }
    s3_multipart_free(put->multipart);
    put->multipart = NULL;
    s3_request_clear(&put->request);
}

static void on_multipart(void *context, const struct error *err)
{
    struct s3_put *put = context;

    put->err = *err;
    put->over = true;
}

static int start_multipart(struct s3_put *put, struct error *err)
{
    put->multipart =
        s3_multipart_start(put->transport, &put->object, &put->params, on_multipart, put, err);
    return put->multipart ? 0 : -1;
}

/* Is there an object of that key already? */
static void on_head(void *context, const struct http_response *response, const struct error *cause)
{
    struct s3_put *put = context;
    const struct s3_call call = {"s3:PutObject", put->object.bucket, put->object.key};
    int status = 0;

    if (response == NULL)
        status = s3_error_none(cause, &call, &put->err);
    else if (response->status == 200)
        status = error_set(&put->err, ERR_TEMP, "PreconditionFailed",
                           "s3://%s/%.200s: there is an object of that key already", call.bucket,
                           call.key);
    put->over = status < 0 || start_multipart(put, &put->err) < 0;
}

/* Many bytes are not sent only to be refused; and of the servers that are not Amazon's, some take
 * no condition when an upload is completed. */
static int ask_first(struct s3_put *put, struct error *err)
{
    return s3_request_head(&put->request, &put->object, err) < 0
               ? -1
               : http_submit(put->transport, &put->request.http, on_head, put, err);
}

static void on_put(void *context, const struct http_response *response, const struct error *cause)
{
    struct s3_put *put = context;
    const struct s3_call call = {"s3:PutObject", put->object.bucket, put->object.key};

    error_clear(&put->err);
    put->over = true;
    if (response == NULL)
        s3_error_none(cause, &call, &put->err);
    else if (response->status != 200)
        s3_error_read(response, &call, &put->err);
    /* two at once wrote that key; the loser is asked to come again, and then knows */
    if (response != NULL && response->status == 409 && put->conflicts++ < CONFLICTS_MAX &&
        http_submit(put->transport, &put->request.http, on_put, put, &put->err) == 0)
        put->over = false;
}

int s3_put_start(struct s3_put *put, const struct s3_object *object,
                 const struct s3_put_params *params, struct error *err)
{
    put->object = *object;
    put->params = *params;
    put->conflicts = 0;
    error_clear(&put->err);
    s3_multipart_free(put->multipart);
    put->multipart = NULL;
    if (params->len < S3_PUT_ONE_BYTES) {
        if (s3_request_put(&put->request, &put->object, &put->params, err) < 0 ||
            http_submit(put->transport, &put->request.http, on_put, put, err) < 0)
            return -1;
    } else if ((params->condition.if_none ? ask_first(put, err) : start_multipart(put, err)) < 0) {
        return -1;
    }
    put->over = false;
    return 0;
}

const char *s3_content_type(const char *key)
{
    static const char *const types[][2] = {
        {".json", "application/json"},         {".jsonl", "application/jsonl"},
        {".ndjson", "application/jsonl"},      {".gz", "application/gzip"},
        {".txt", "text/plain; charset=utf-8"}, {".md", "text/markdown; charset=utf-8"},
    };
    size_t len = strlen(key);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t end = strlen(types[i][0]);

        if (len > end && strcmp(key + len - end, types[i][0]) == 0)
            return types[i][1];
    }
    return "application/octet-stream";
}
