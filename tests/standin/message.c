#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void message_init(struct message *m)
{
    memset(m, 0, sizeof(*m));
    buf_init(&m->head, MESSAGE_HEAD_BYTES_MAX);
}

void message_clear(struct message *m)
{
    buf_clear(&m->head);
}

void message_reset(struct message *m)
{
    struct buf head = m->head;

    buf_reset(&head);
    *m = (struct message){.head = head};
}

const char *message_header(const struct message *m, const char *name)
{
    for (size_t i = 0; i < m->header_count; i++) {
        if (strcmp(m->headers[i].name, name) == 0)
            return m->headers[i].value;
    }
    return NULL;
}

static int refuse(struct message *m, int status, const char *problem)
{
    m->status = status;
    m->problem = problem;
    return -1;
}

/* The next line, its end replaced by NUL; NULL if it has a bare CR or LF in it. */
static char *next_line(char **at)
{
    char *line = *at;
    char *end = strstr(line, "\r\n");

    if (end == NULL)
        return NULL;
    *end = '\0';
    *at = end + 2;
    return strpbrk(line, "\r\n") == NULL ? line : NULL;
}

/* "POST /path?query HTTP/1.1" */
static int read_start(struct message *m, char *line)
{
    char *target = line ? strchr(line, ' ') : NULL;
    char *version = target ? strchr(target + 1, ' ') : NULL;
    char *query;

    if (version == NULL)
        return refuse(m, 400, "the first line is none of HTTP");
    *target++ = '\0';
    *version++ = '\0';
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return refuse(m, 505, "only HTTP/1.1 and 1.0 are spoken here");
    m->last = strcmp(version, "HTTP/1.0") == 0;
    if (*line == '\0' || strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(line))
        return refuse(m, 400, "the method is none");
    if (*target != '/')
        return refuse(m, 400, "the target is no path");
    for (const char *p = target; *p; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '#')
            return refuse(m, 400, "the target has characters that must be encoded");
    }
    query = strchr(target, '?');
    if (query != NULL)
        *query++ = '\0';
    m->method = line;
    m->path = target;
    m->query = query ? query : "";
    return 0;
}

/* "Name: value", the name lowered, no white space around the value. */
static int read_header(struct message *m, char *line)
{
    char *colon = line ? strchr(line, ':') : NULL;
    char *value;
    size_t len;

    if (colon == NULL || colon == line || strcspn(line, " \t") < (size_t)(colon - line))
        return refuse(m, 400, "a header line is none");
    if (m->header_count == MESSAGE_HEADERS_MAX)
        return refuse(m, 431, "too many headers");
    *colon = '\0';
    for (char *p = line; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    value = colon + 1 + strspn(colon + 1, " \t");
    for (len = strlen(value); len > 0 && strchr(" \t", value[len - 1]) != NULL; len--)
        value[len - 1] = '\0';
    m->headers[m->header_count++] = (struct http_header){line, value};
    return 0;
}

/* How long the body is: by one Content-Length of digits only, or none. */
static int read_length(struct message *m)
{
    const char *length = NULL;

    for (size_t i = 0; i < m->header_count; i++) {
        if (strcmp(m->headers[i].name, "transfer-encoding") == 0)
            return refuse(m, 501, "transfer codings are not understood here");
        if (strcmp(m->headers[i].name, "content-length") != 0)
            continue;
        if (length != NULL)
            return refuse(m, 400, "more than one Content-Length");
        length = m->headers[i].value;
    }
    if (length != NULL && (*length == '\0' || strspn(length, "0123456789") != strlen(length)))
        return refuse(m, 400, "Content-Length is no number");
    if (length != NULL &&
        (strlen(length) > 9 || strtoul(length, NULL, 10) > MESSAGE_BODY_BYTES_MAX))
        return refuse(m, 413, "the body is too large");
    m->body_len = length ? strtoul(length, NULL, 10) : 0;
    return 0;
}

static int read_head(struct message *m)
{
    char *at = m->head.data;
    const char *connection, *expect;

    if (read_start(m, next_line(&at)) < 0)
        return -1;
    while (strncmp(at, "\r\n", 2) != 0) {
        if (read_header(m, next_line(&at)) < 0)
            return -1;
    }
    if (message_header(m, "host") == NULL)
        return refuse(m, 400, "there is no Host");
    connection = message_header(m, "connection");
    expect = message_header(m, "expect");
    m->last = m->last || (connection != NULL && strcasecmp(connection, "close") == 0);
    m->expecting = expect != NULL && strcasecmp(expect, "100-continue") == 0;
    return read_length(m);
}

enum message_state message_read(struct message *m, const char *data, size_t len)
{
    if (!m->has_head) {
        size_t look = len < MESSAGE_HEAD_BYTES_MAX ? len : MESSAGE_HEAD_BYTES_MAX;
        const char *end = len > 0 ? memmem(data, look, "\r\n\r\n", 4) : NULL;

        if (end == NULL && len < MESSAGE_HEAD_BYTES_MAX)
            return MESSAGE_PARTIAL;
        if (end == NULL || buf_add(&m->head, data, (size_t)(end + 4 - data)) < 0) {
            refuse(m, 431, "the head is too large, or none");
            return MESSAGE_BAD;
        }
        if (strlen(m->head.data) != m->head.len) {
            refuse(m, 400, "the head has a NUL in it");
            return MESSAGE_BAD;
        }
        if (read_head(m) < 0)
            return MESSAGE_BAD;
        m->has_head = true;
        m->head_len = (size_t)(end + 4 - data);
        m->total = m->head_len + m->body_len;
    }
    m->body = data + m->head_len;
    return len >= m->total ? MESSAGE_COMPLETE : MESSAGE_PARTIAL;
}
