#include "http/transport.h"

#include <string.h>

int http_submit(struct http_transport *t, const struct http_request *request, http_done_fn *done,
                void *context, struct error *err)
{
    return t->ops->submit(t, request, done, context, err);
}

int http_wait(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    return t->ops->wait(t, timeout_ms, err);
}

void http_free(struct http_transport *t)
{
    if (t != NULL)
        t->ops->free(t);
}

static const char *find_header(const struct http_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(headers[i].name, name) == 0)
            return headers[i].value;
    }
    return NULL;
}

const char *http_header(const struct http_response *response, const char *name)
{
    return find_header(response->headers, response->header_count, name);
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return find_header(request->headers, request->header_count, name);
}
