#include "aws/support_request.h"

#include <string.h>

#include "aws/service_error.h"
#include "json/json.h"

enum { BODY_BYTES_MAX = 64 << 10 };

void support_request_init(struct support_request *r)
{
    *r = (struct support_request){0};
    buf_init(&r->target, 256);
    buf_init(&r->body, BODY_BYTES_MAX);
}

void support_request_clear(struct support_request *r)
{
    buf_clear(&r->target);
    buf_clear(&r->body);
}

const struct http_request *support_request_make(struct support_request *r, const char *operation,
                                                jv input)
{
    buf_reset(&r->target);
    buf_reset(&r->body);
    buf_addf(&r->target, "AWSSupport_20130415.%s", operation);
    json_write(&r->body, input);
    jv_free(input);
    r->headers[0] = (struct http_header){"content-type", "application/x-amz-json-1.1"};
    r->headers[1] = (struct http_header){"x-amz-target", buf_str(&r->target)};
    r->http = (struct http_request){
        .service = "support",
        .method = "POST",
        .path = "/",
        .query = "",
        .headers = r->headers,
        .header_count = 2,
        .body = buf_str(&r->body),
        .body_len = r->body.len,
    };
    return &r->http;
}

jv support_response_read(const struct http_response *response, const char *list, struct error *err)
{
    jv page;

    if (response->status != 200) {
        service_error_read(response, err);
        if (strcmp(err->code, "SubscriptionRequiredException") == 0) {
            err->kind = ERR_PERM;
            error_prefix(err, "the AWS Support API needs a Business, Enterprise On-Ramp or "
                              "Enterprise support plan");
        } else {
            error_prefix(err, "AWS Support");
        }
        return jv_invalid();
    }
    page = json_parse(response->body, response->body_len, NULL, err);
    if (jv_is_valid(page) && json_is(json_get(page, list), JV_KIND_ARRAY))
        return page;
    jv_free(page);
    error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
              "AWS Support: the response is no JSON object with %s", list);
    return jv_invalid();
}
