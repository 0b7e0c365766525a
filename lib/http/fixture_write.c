#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "http/fixture.h"
#include "http/scrub.h"
#include "json/json.h"
#include "json/scan.h"

enum { HEADERS_MAX = 1000, QUERY_BYTES_MAX = 1 << 20 };

/* What json_indent makes of a text, in bytes; deep nesting grows by its depth each line. */
static size_t indented_len(const char *text, size_t len)
{
    size_t total = len;
    size_t depth = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') {
            for (i++; i < len && text[i] != '"'; i++)
                i += text[i] == '\\';
        } else if (strchr("{[,", text[i]) != NULL) {
            depth += text[i] != ',';
            total += 1 + 2 * depth;
        } else if (strchr("}]", text[i]) != NULL) {
            depth -= depth > 0;
            total += 1 + 2 * depth;
        } else {
            total += text[i] == ':';
        }
    }
    return total;
}

/* True for JSON whose bytes can be had back from its indented form: compact, and text that every
 * reader takes. */
static bool stands_as_json(const char *body, size_t len)
{
    struct scan_notes notes;
    struct error ignored;
    struct buf compact;
    bool stands;

    if ((*body != '{' && *body != '[') || scan_json(body, len, &notes, &ignored) < 0 ||
        notes.bad_utf8 || notes.lone_surrogate)
        return false;
    buf_init(&compact, len);
    json_compact(&compact, body, len);
    stands = compact.len == len;
    buf_clear(&compact);
    return stands && indented_len(body, len) <= 16 * len + 4096;
}

/* True for UTF-8 in which nothing is invisible but tabs and line ends. */
static bool stands_as_text(const char *body, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)body[i];

        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
    }
    return utf8_valid_prefix(body, len) == len;
}

/* Each line an element, so that a change of one is a change of one line of the file. */
static void add_lines(struct buf *out, const char *body, size_t len)
{
    const char *end = body + len;
    const char *line = body;
    const char *newline;

    buf_adds(out, ",\"bodyLines\":[");
    while ((newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        json_write_string(out, line, (size_t)(newline - line));
        buf_addc(out, ',');
        line = newline + 1;
    }
    json_write_string(out, line, (size_t)(end - line));
    buf_addc(out, ']');
}

static void add_body(struct buf *out, const char *body, size_t len)
{
    if (len == 0)
        return;
    if (stands_as_json(body, len)) {
        buf_adds(out, ",\"body\":");
        buf_add(out, body, len);
    } else if (!stands_as_text(body, len)) {
        buf_adds(out, ",\"bodyBase64\":\"");
        base64_encode(out, body, len);
        buf_addc(out, '"');
    } else if (memchr(body, '\n', len) != NULL) {
        add_lines(out, body, len);
    } else {
        buf_adds(out, ",\"bodyText\":");
        json_write_string(out, body, len);
    }
}

static int compare_headers(const void *a, const void *b)
{
    return strcmp(((const struct http_header *)a)->name, ((const struct http_header *)b)->name);
}

/* The headers that are kept, sorted by name; of two with one name the first, as http_header has
 * it. `method` is NULL for a request. */
static void add_headers(struct buf *out, const struct http_header *headers, size_t count,
                        const char *method)
{
    struct http_header kept[HEADERS_MAX];
    size_t kept_count = 0;

    for (size_t i = 0; i < count && kept_count < HEADERS_MAX; i++) {
        bool keep = method ? scrub_keeps_response_header(method, headers[i].name)
                           : scrub_keeps_request_header(headers[i].name);

        for (size_t k = 0; k < kept_count && keep; k++)
            keep = strcmp(kept[k].name, headers[i].name) != 0;
        if (keep)
            kept[kept_count++] = headers[i];
    }
    if (kept_count == 0)
        return;
    qsort(kept, kept_count, sizeof(*kept), compare_headers);
    buf_adds(out, ",\"headers\":{");
    for (size_t i = 0; i < kept_count; i++) {
        struct buf value;

        buf_init(&value, QUERY_BYTES_MAX);
        if (strcmp(kept[i].name, "location") == 0)
            scrub_url(&value, kept[i].value);
        else
            buf_adds(&value, kept[i].value);
        if (i > 0)
            buf_addc(out, ',');
        json_write_string(out, kept[i].name, strlen(kept[i].name));
        buf_addc(out, ':');
        json_write_string(out, buf_str(&value), value.len);
        buf_clear(&value);
    }
    buf_addc(out, '}');
}

static void add_member(struct buf *out, const char *name, const char *value)
{
    buf_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
    json_write_string(out, value, strlen(value));
}

int fixture_add_request(struct buf *out, const struct http_request *request)
{
    struct buf query;

    buf_init(&query, QUERY_BYTES_MAX);
    scrub_query(&query, request->query ? request->query : "");
    buf_addc(out, '{');
    add_member(out, "service", request->service);
    add_member(out, "method", request->method);
    add_member(out, "path", request->path);
    if (query.len > 0)
        add_member(out, "query", buf_str(&query));
    buf_clear(&query);
    add_headers(out, request->headers, request->header_count, NULL);
    add_body(out, request->body, request->body_len);
    return buf_addc(out, '}');
}

int fixture_add_response(struct buf *out, const char *method, const struct http_response *response)
{
    struct buf body;

    buf_init(&body, response->body_len + 1024);
    scrub_response_body(&body, response);
    buf_addf(out, "{\"status\":%d", response->status);
    if (response->attempts > 1)
        buf_addf(out, ",\"attempts\":%d", response->attempts);
    add_headers(out, response->headers, response->header_count, method);
    add_body(out, buf_str(&body), body.len);
    buf_clear(&body);
    return buf_addc(out, '}');
}

int fixture_join(struct buf *out, struct json_span request, struct json_span responses)
{
    struct buf compact;

    buf_init(&compact, FIXTURE_BYTES_MAX);
    buf_addf(&compact, "{\"version\":%d,\"request\":", FIXTURE_VERSION);
    buf_add(&compact, request.at, request.len);
    buf_adds(&compact, ",\"responses\":[");
    buf_add(&compact, responses.at, responses.len);
    buf_adds(&compact, "]}");
    if (buf_full(&compact))
        out->full = true;
    else
        json_indent(out, compact.data, compact.len);
    buf_clear(&compact);
    return buf_addc(out, '\n');
}
