#include "http/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { HEADER_BYTES_MAX = 256 << 10, WAIT_MS = 1000 };

void http_call_init(struct http_call *call, size_t body_bytes_max)
{
    *call = (struct http_call){0};
    buf_init(&call->body, body_bytes_max);
    buf_init(&call->header_text, HEADER_BYTES_MAX);
}

void http_call_clear(struct http_call *call)
{
    buf_clear(&call->body);
    buf_clear(&call->header_text);
    free(call->headers);
    call->headers = NULL;
    call->header_cap = 0;
}

static void keep_headers(struct http_call *call, const struct http_response *response)
{
    const char *p;

    buf_reset(&call->header_text);
    for (size_t i = 0; i < response->header_count; i++) {
        const struct http_header *h = &response->headers[i];

        buf_add(&call->header_text, h->name, strlen(h->name) + 1);
        buf_add(&call->header_text, h->value, strlen(h->value) + 1);
    }
    if (buf_full(&call->header_text))
        return;
    call->headers = mem_grow(call->headers, &call->header_cap, response->header_count + 1,
                             sizeof(*call->headers));
    p = call->header_text.data;
    for (size_t i = 0; i < response->header_count; i++) {
        call->headers[i].name = p;
        p += strlen(p) + 1;
        call->headers[i].value = p;
        p += strlen(p) + 1;
    }
}

static void on_done(void *context, const struct http_response *response, const struct error *err)
{
    struct http_call *call = context;

    call->over = true;
    call->came = false;
    if (response == NULL) {
        call->err = *err;
        return;
    }
    keep_headers(call, response);
    buf_reset(&call->body);
    buf_add(&call->body, response->body, response->body_len);
    if (buf_full(&call->body) || buf_full(&call->header_text)) {
        error_set(&call->err, ERR_DATA, "ResponseTooLarge", "the response is larger than %zu bytes",
                  call->body.max);
        return;
    }
    call->response = *response;
    call->response.headers = call->headers;
    call->response.body = buf_str(&call->body);
    call->came = true;
}

int http_call(struct http_call *call, struct http_transport *t, const struct http_request *request,
              struct error *err)
{
    call->over = false;
    if (http_submit(t, request, on_done, call, err) < 0)
        return -1;
    while (!call->over) {
        if (http_wait(t, WAIT_MS, err) < 0)
            return -1;
    }
    if (!call->came)
        *err = call->err;
    return call->came ? 0 : -1;
}
