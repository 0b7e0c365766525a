#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/uri.h"
#include "http/fixture.h"
#include "http/scrub.h"
#include "json/scan.h"

enum { QUERY_BYTES_MAX = 1 << 20, PARAMETERS_MAX = 1000, WORDS_MAX = 80 };

/* Two different texts never give the same bytes: each part has its length before it. */
static void add_part(struct digest *d, const char *text, size_t len)
{
    char count[32];

    snprintf(count, sizeof(count), "%zu:", len);
    digest_add(d, count, strlen(count));
    digest_add(d, text, len);
}

static int compare_parameters(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parameters sorted; beyond a number that no request of ours has, as they are. */
static void add_query(struct digest *d, const char *query)
{
    struct buf text;
    char *parameters[PARAMETERS_MAX];
    size_t count = 0;
    char *rest = NULL;

    buf_init(&text, QUERY_BYTES_MAX);
    scrub_query(&text, query);
    if (text.len > 0) {
        for (char *p = strtok_r(text.data, "&", &rest); p != NULL && count < PARAMETERS_MAX;
             p = strtok_r(NULL, "&", &rest))
            parameters[count++] = p;
    }
    if (count > 0)
        qsort(parameters, count, sizeof(*parameters), compare_parameters);
    for (size_t i = 0; i < count; i++)
        add_part(d, parameters[i], strlen(parameters[i]));
    if (count == PARAMETERS_MAX || buf_full(&text))
        add_part(d, query, strlen(query));
    buf_clear(&text);
}

static void add_headers(struct digest *d, const struct http_request *request)
{
    for (const char *const *name = scrub_meaning; *name != NULL; name++) {
        const char *value = http_request_header(request, *name);

        if (value == NULL)
            continue;
        add_part(d, *name, strlen(*name));
        add_part(d, value, strlen(value));
    }
}

static bool is_json(const struct http_request *request)
{
    struct scan_notes notes;
    struct error ignored;

    return request->body_len > 0 && strchr("{[ \t\r\n", *request->body) != NULL &&
           scan_json(request->body, request->body_len, &notes, &ignored) == 0;
}

static void add_body(struct digest *d, const struct http_request *request)
{
    struct buf canonical;

    if (!is_json(request)) {
        add_part(d, request->body ? request->body : "", request->body_len);
        return;
    }
    buf_init(&canonical, 3 * request->body_len);
    json_span_canonical(json_span_whole(request->body, request->body_len), &canonical);
    add_part(d, "json", 4);
    add_part(d, buf_str(&canonical), canonical.len);
    buf_clear(&canonical);
}

void fixture_digest(const struct http_request *request, char digest[FIXTURE_DIGEST_SIZE])
{
    struct digest *d = digest_new();
    const char *parts[] = {"maki fixture 1", request->method, request->service, request->path};
    char hex[DIGEST_HEX_SIZE];

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        add_part(d, parts[i], strlen(parts[i]));
    add_query(d, request->query ? request->query : "");
    digest_add(d, "|", 1);
    add_headers(d, request);
    digest_add(d, "|", 1);
    add_body(d, request);
    digest_finish_hex(d, hex);
    memcpy(digest, hex, FIXTURE_DIGEST_SIZE - 1);
    digest[FIXTURE_DIGEST_SIZE - 1] = '\0';
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool fixture_same(const struct http_request *a, const struct http_request *b)
{
    for (const char *const *name = scrub_meaning; *name != NULL; name++) {
        if (!same_text(http_request_header(a, *name), http_request_header(b, *name)))
            return false;
    }
    return strcmp(a->method, b->method) == 0 && strcmp(a->service, b->service) == 0 &&
           strcmp(a->path, b->path) == 0 &&
           same_text(a->query ? a->query : "", b->query ? b->query : "") &&
           a->body_len == b->body_len &&
           (a->body_len == 0 || memcmp(a->body, b->body, a->body_len) == 0);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_';
}

/* Append what may stand in a file's name, at most `max` bytes; all else becomes one '-'. */
static void add_words(struct buf *out, const char *text, size_t max)
{
    size_t start = out->len;

    for (; *text != '\0' && out->len - start < max; text++) {
        if (is_word(*text))
            buf_addc(out, *text);
        else if (out->len > start && out->data[out->len - 1] != '-')
            buf_addc(out, '-');
    }
    if (out->len > start && out->data[out->len - 1] == '-')
        buf_truncate(out, out->len - 1);
}

/* A service or a method as a name: not hidden, never "..", and never empty. */
static void add_name(struct buf *out, const char *text)
{
    size_t start = out->len;

    add_words(out, text, 40);
    for (size_t i = start; i < out->len && out->data[i] == '.'; i++)
        out->data[i] = '_';
    if (out->len == start)
        buf_addc(out, '_');
}

char *fixture_name(const struct http_request *request, const char *digest)
{
    const char *target = http_request_header(request, "x-amz-target");
    const char *dot = target ? strrchr(target, '.') : NULL;
    struct buf name;
    struct buf path;
    size_t before;

    buf_init(&name, 512);
    buf_init(&path, 4096);
    uri_decode(&path, request->path, strnlen(request->path, path.max / 2), false);
    add_name(&name, request->service);
    buf_addc(&name, '/');
    add_name(&name, request->method);
    buf_addc(&name, '-');
    before = name.len;
    add_words(&name, dot ? dot + 1 : buf_str(&path), WORDS_MAX);
    if (name.len > before)
        buf_addc(&name, '-');
    buf_adds(&name, digest);
    buf_adds(&name, ".json");
    buf_clear(&path);
    return buf_take(&name);
}

bool fixture_name_digest(const char *name, char digest[FIXTURE_DIGEST_SIZE])
{
    enum { DIGITS = FIXTURE_DIGEST_SIZE - 1, END = sizeof(".json") - 1 };
    size_t len = strlen(name);
    const char *at;

    if (len < DIGITS + END + 1)
        return false;
    at = name + len - END - DIGITS;
    if (at[-1] != '-' || strcmp(at + DIGITS, ".json") != 0 ||
        strspn(at, "0123456789abcdef") != DIGITS)
        return false;
    memcpy(digest, at, DIGITS);
    digest[DIGITS] = '\0';
    return true;
}
