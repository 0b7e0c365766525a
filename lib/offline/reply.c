#include "offline/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"

void reply_init(struct reply *reply)
{
    memset(reply, 0, sizeof(*reply));
    buf_init(&reply->body, REPLY_BYTES_MAX);
}

void reply_clear(struct reply *reply)
{
    buf_clear(&reply->body);
}

void reply_start(struct reply *reply, const char *content_type, const char *request_id)
{
    reply->status = 200;
    reply->header_count = 0;
    buf_reset(&reply->body);
    reply_header(reply, "content-type", "%s", content_type);
    reply_header(reply, "x-amzn-requestid", "%s", request_id);
}

void reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    size_t at = 0;
    va_list args;

    while (at < reply->header_count && strcmp(reply->headers[at].name, name) != 0)
        at++;
    if (at == REPLY_HEADERS_MAX)
        return;
    va_start(args, format);
    vsnprintf(reply->values[at], REPLY_HEADER_SIZE, format, args);
    va_end(args);
    reply->headers[at] = (struct http_header){name, reply->values[at]};
    reply->header_count += at == reply->header_count;
}

void reply_error(struct reply *reply, int status, const char *type, const char *format, ...)
{
    char message[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    reply->status = status;
    reply_header(reply, "content-type", "application/json");
    reply_header(reply, "x-amzn-errortype", "%s", type);
    buf_reset(&reply->body);
    buf_adds(&reply->body, "{\"message\":");
    json_write_string(&reply->body, message, strlen(message));
    buf_addc(&reply->body, '}');
}
