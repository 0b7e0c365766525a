#include "aws/fetch.h"

#include "http/call.h"
#include "http/live.h"

enum { BODY_BYTES_MAX = 1 << 20 };

static int prepare(void *context, const struct http_request *request, int64_t now_ms,
                   struct http_attempt *attempt, struct error *err)
{
    const struct aws_fetch *fetch = context;

    (void)now_ms;
    attempt->headers = request->headers;
    attempt->header_count = request->header_count;
    return buf_adds(&attempt->url, fetch->url) < 0
               ? error_set(err, ERR_CONFIG, "UrlTooLong", "the URL is too long")
               : 0;
}

/* A transport of its own for each: this is rare, and nothing of it stays in memory. */
int aws_fetch_live(void *context, const struct aws_fetch *fetch, int *status, struct buf *body,
                   struct error *err)
{
    const struct aws_fetch_live *o = context;
    struct aws_fetch target = *fetch;
    struct http_request request = {
        .service = "credentials",
        .method = fetch->method,
        .path = "",
        .query = "",
        .headers = fetch->headers,
        .header_count = fetch->header_count,
        .body = fetch->body,
        .body_len = fetch->body_len,
    };
    struct http_live_options options = {
        .prepare = prepare,
        .context = &target,
        .clock = o->clock,
        .retry = retry_policy_default(),
        .in_flight_max = 1,
        .connect_timeout_ms = fetch->timeout_ms,
        .total_timeout_ms = fetch->timeout_ms,
        .response_bytes_max = BODY_BYTES_MAX,
        .ca_bundle = o->ca_bundle,
        .direct = fetch->direct,
        .secret = true,
    };
    struct http_transport *live;
    struct http_call call;
    int result;

    options.retry.attempts_max = fetch->attempts_max;
    live = http_live_new(&options);
    http_call_init(&call, BODY_BYTES_MAX);
    call.body.secret = true;
    result = http_call(&call, live, &request, err);
    if (result == 0) {
        *status = call.response.status;
        if (buf_add(body, call.body.data, call.body.len) < 0)
            result = error_set(err, ERR_DATA, "ResponseTooLarge", "the response is too long");
    }
    http_call_clear(&call);
    http_free(live);
    return result;
}
