#include "http/error_name.h"

#include <stdio.h>
#include <string.h>

#include "json/json.h"

/* "namespace#Name:http://…" holds Name; what follows the colon may have a '#' too. */
static void copy_name(char name[HTTP_ERROR_NAME_SIZE], const char *text)
{
    size_t len = strcspn(text, ":,");
    const char *hash = memchr(text, '#', len);
    size_t before = hash ? (size_t)(hash + 1 - text) : 0;

    len -= before;
    snprintf(name, HTTP_ERROR_NAME_SIZE, "%.*s",
             (int)(len < HTTP_ERROR_NAME_SIZE ? len : HTTP_ERROR_NAME_SIZE), text + before);
}

static void name_from_json(const struct http_response *response, char name[HTTP_ERROR_NAME_SIZE])
{
    struct error ignored;
    jv body = json_parse(response->body, response->body_len, NULL, &ignored);
    const char *type = json_str(body, "__type", NULL);

    if (type == NULL)
        type = json_str(body, "code", NULL);
    if (type != NULL)
        copy_name(name, type);
    jv_free(body);
}

/* S3 and STS: the first <Code> is the error's. */
static void name_from_xml(const struct http_response *response, char name[HTTP_ERROR_NAME_SIZE])
{
    const char *start = memmem(response->body, response->body_len, "<Code>", 6);
    size_t len;

    if (start == NULL)
        return;
    start += 6;
    len = strnlen(start, (size_t)(response->body + response->body_len - start));
    if (memchr(start, '<', len) != NULL)
        len = strcspn(start, "<");
    snprintf(name, HTTP_ERROR_NAME_SIZE, "%.*s",
             (int)(len < HTTP_ERROR_NAME_SIZE ? len : HTTP_ERROR_NAME_SIZE), start);
}

void http_error_name(const struct http_response *response, char name[HTTP_ERROR_NAME_SIZE])
{
    const char *header = http_header(response, "x-amzn-errortype");

    *name = '\0';
    if (header != NULL)
        copy_name(name, header);
    else if (response->body_len > 0 && *response->body == '{')
        name_from_json(response, name);
    else if (response->body_len > 0 && *response->body == '<')
        name_from_xml(response, name);
}
