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

const char *http_header(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (strcmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    }
    return NULL;
}
