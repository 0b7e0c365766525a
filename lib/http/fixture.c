#include "http/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/json.h"
#include "json/scan.h"

enum { TEXTS_BYTES_MAX = 8 << 20, HEADERS_MAX = 1000, STATUS_MIN = 100, STATUS_MAX = 999 };

/* Headers and body of a request or a response, decoded. */
struct message {
    struct buf texts; /* one after the other, each with its NUL */
    struct http_header *headers;
    size_t header_count, header_cap;
    struct buf body;
};

struct fixture {
    char *name;
    struct buf text;
    struct json_span request_span;
    struct json_span *responses;
    size_t count, cap;
    struct message asked;
    struct http_request request;
    struct message answer;
};

static void message_init(struct message *m)
{
    *m = (struct message){0};
    buf_init(&m->texts, TEXTS_BYTES_MAX);
    buf_init(&m->body, FIXTURE_BYTES_MAX);
}

static void message_clear(struct message *m)
{
    buf_clear(&m->texts);
    buf_clear(&m->body);
    free(m->headers);
}

static int fail_at(const struct fixture *f, const char *at, struct error *err, const char *what)
{
    size_t line = 1;

    for (const char *p = f->text.data; p < at; p++)
        line += *p == '\n';
    return error_set(err, ERR_DATA, "BadFixture", "%s:%zu: %s", f->name, line, what);
}

/* One member of an object that is read: by name, with what is expected of it. */
struct member {
    const char *name;
    char kind; /* as json_span_kind; '*' for any */
    struct json_span span;
};

static struct member *find_member(struct member *members, size_t count, struct json_span name)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(members[i].name) + 2 == name.len &&
            memcmp(members[i].name, name.at + 1, name.len - 2) == 0)
            return &members[i];
    }
    return NULL;
}

/* Take the object apart. A name that is not expected is more likely a slip of the pen than a wish
 * to be ignored. */
static int read_members(const struct fixture *f, struct json_span object, struct member *members,
                        size_t count, struct error *err)
{
    struct json_walk walk;
    char what[160];

    if (json_span_kind(object) != '{')
        return fail_at(f, object.at, err, "an object is expected");
    json_walk_init(&walk, object);
    while (json_walk_next(&walk)) {
        struct member *m = find_member(members, count, walk.name);

        if (m == NULL) {
            snprintf(what, sizeof(what), "unknown member %.*s",
                     (int)(walk.name.len < 80 ? walk.name.len : 80), walk.name.at);
            return fail_at(f, walk.name.at, err, what);
        }
        if (m->kind != '*' && json_span_kind(walk.value) != m->kind) {
            snprintf(what, sizeof(what), "\"%s\" has a value of the wrong kind", m->name);
            return fail_at(f, walk.value.at, err, what);
        }
        m->span = walk.value;
    }
    return 0;
}

/* A string among the texts; it may hold no NUL. */
static int add_text(const struct fixture *f, struct message *m, struct json_span span,
                    struct error *err)
{
    size_t before = m->texts.len;

    if (json_span_text(span, &m->texts) < 0 ||
        memchr(m->texts.data + before, '\0', m->texts.len - before) != NULL ||
        buf_addc(&m->texts, '\0') < 0)
        return fail_at(f, span.at, err, "a string without \\u0000, and not too long, is expected");
    return 0;
}

static int add_headers(const struct fixture *f, struct message *m, struct json_span object,
                       struct error *err)
{
    struct json_walk walk;

    json_walk_init(&walk, object);
    while (json_walk_next(&walk)) {
        if (++m->header_count > HEADERS_MAX)
            return fail_at(f, walk.name.at, err, "too many headers");
        if (add_text(f, m, walk.name, err) < 0 || add_text(f, m, walk.value, err) < 0)
            return -1;
    }
    return 0;
}

/* Point to the texts, which have come to rest: `fields` first, then the headers. */
static void point_to_texts(struct message *m, const char **fields, size_t count)
{
    const char *p = buf_str(&m->texts);

    for (size_t i = 0; i < count; i++) {
        fields[i] = p;
        p += strlen(p) + 1;
    }
    m->headers = mem_grow(m->headers, &m->header_cap, m->header_count + 1, sizeof(*m->headers));
    for (size_t i = 0; i < m->header_count; i++) {
        m->headers[i].name = p;
        p += strlen(p) + 1;
        m->headers[i].value = p;
        p += strlen(p) + 1;
    }
}

static int add_lines(const struct fixture *f, struct buf *body, struct json_span lines,
                     struct error *err)
{
    struct json_walk walk;
    bool first = true;

    json_walk_init(&walk, lines);
    while (json_walk_next(&walk)) {
        if (!first)
            buf_addc(body, '\n');
        first = false;
        if (json_span_text(walk.value, body) < 0)
            return fail_at(f, walk.value.at, err, "a line of \"bodyLines\" is no string");
    }
    return 0;
}

/* The forms of a body stand last among the members of a message, in this order. */
enum { BODY_JSON, BODY_TEXT, BODY_LINES, BODY_BASE64, BODY_FORMS };

static int decode_base64(const struct fixture *f, struct buf *body, struct json_span span,
                         struct error *err)
{
    if (base64_decode(body, span.at + 1, span.len - 2) < 0)
        return fail_at(f, span.at, err, "\"bodyBase64\" is not base64");
    return 0;
}

static int read_body(const struct fixture *f, struct buf *body, const struct member *forms,
                     struct error *err)
{
    const struct json_span *given = NULL;
    int status = 0;

    buf_reset(body);
    for (size_t i = 0; i < BODY_FORMS; i++) {
        if (forms[i].span.at == NULL)
            continue;
        if (given != NULL)
            return fail_at(f, forms[i].span.at, err, "more than one body");
        given = &forms[i].span;
    }
    if (given == NULL)
        return 0;
    if (given == &forms[BODY_LINES].span)
        status = add_lines(f, body, *given, err);
    else if (given == &forms[BODY_BASE64].span)
        status = decode_base64(f, body, *given, err);
    else if (given == &forms[BODY_TEXT].span)
        json_span_text(*given, body);
    else
        json_compact(body, given->at, given->len);
    if (status == 0 && buf_full(body))
        status = fail_at(f, given->at, err, "the body is too large");
    return status;
}

static int read_request(struct fixture *f, struct error *err)
{
    enum { SERVICE, METHOD, PATH, QUERY, HEADERS, FORMS, COUNT = FORMS + BODY_FORMS };
    struct member members[COUNT] = {
        {.name = "service", .kind = '"'},   {.name = "method", .kind = '"'},
        {.name = "path", .kind = '"'},      {.name = "query", .kind = '"'},
        {.name = "headers", .kind = '{'},   {.name = "body", .kind = '*'},
        {.name = "bodyText", .kind = '"'},  {.name = "bodyLines", .kind = '['},
        {.name = "bodyBase64", .kind = '"'}};
    static const struct json_span empty = {"\"\"", 2};
    const char *fields[HEADERS];
    struct message *m = &f->asked;

    if (read_members(f, f->request_span, members, COUNT, err) < 0)
        return -1;
    for (size_t i = SERVICE; i <= PATH; i++) {
        if (members[i].span.at == NULL || members[i].span.len <= 2)
            return fail_at(f, f->request_span.at, err, "the request needs service, method, path");
    }
    for (size_t i = SERVICE; i <= QUERY; i++) {
        if (add_text(f, m, members[i].span.at ? members[i].span : empty, err) < 0)
            return -1;
    }
    if (add_headers(f, m, members[HEADERS].span, err) < 0 ||
        read_body(f, &m->body, members + FORMS, err) < 0)
        return -1;
    point_to_texts(m, fields, HEADERS);
    f->request = (struct http_request){
        .service = fields[SERVICE],
        .method = fields[METHOD],
        .path = fields[PATH],
        .query = fields[QUERY],
        .headers = m->headers,
        .header_count = m->header_count,
        .body = buf_str(&m->body),
        .body_len = m->body.len,
    };
    return 0;
}

static int read_responses(struct fixture *f, struct json_span responses, struct error *err)
{
    struct json_walk walk;

    json_walk_init(&walk, responses);
    while (json_walk_next(&walk)) {
        if (json_span_kind(walk.value) != '{')
            return fail_at(f, walk.value.at, err, "a response is no object");
        if (f->count >= FIXTURE_RESPONSES_MAX)
            return fail_at(f, walk.value.at, err, "too many responses");
        f->responses = mem_grow(f->responses, &f->cap, f->count + 1, sizeof(*f->responses));
        f->responses[f->count++] = walk.value;
    }
    if (f->count == 0)
        return fail_at(f, responses.at, err, "there is no response in it");
    return 0;
}

static int read_fixture(struct fixture *f, struct error *err)
{
    enum { VERSION, REQUEST, RESPONSES, COUNT };
    struct member members[COUNT] = {{.name = "version", .kind = '0'},
                                    {.name = "request", .kind = '{'},
                                    {.name = "responses", .kind = '['}};
    struct scan_notes notes;
    struct error why;
    long version;

    if (scan_json(buf_str(&f->text), f->text.len, &notes, &why) < 0)
        return fail_at(f, buf_str(&f->text) + notes.error_at, err, why.message);
    if (read_members(f, json_span_whole(f->text.data, f->text.len), members, COUNT, err) < 0)
        return -1;
    for (size_t i = 0; i < COUNT; i++) {
        if (members[i].span.at == NULL)
            return fail_at(f, f->text.data, err,
                           "no fixture: it needs version, request, responses");
    }
    if (json_span_int(members[VERSION].span, FIXTURE_VERSION, FIXTURE_VERSION, &version) < 0)
        return fail_at(f, members[VERSION].span.at, err,
                       "this version of maki reads fixtures of version 1 only");
    f->request_span = members[REQUEST].span;
    if (read_responses(f, members[RESPONSES].span, err) < 0)
        return -1;
    return read_request(f, err);
}

static struct fixture *fixture_new(const char *name)
{
    struct fixture *f = mem_calloc(1, sizeof(*f));

    f->name = mem_strdup(name);
    buf_init(&f->text, FIXTURE_BYTES_MAX);
    message_init(&f->asked);
    message_init(&f->answer);
    return f;
}

static struct fixture *finish(struct fixture *f, int status, struct error *err)
{
    if (status == 0)
        status = read_fixture(f, err);
    if (status == 0)
        return f;
    fixture_free(f);
    return NULL;
}

struct fixture *fixture_parse(const char *text, size_t len, const char *name, struct error *err)
{
    struct fixture *f = fixture_new(name);

    buf_add(&f->text, text, len);
    return finish(f, 0, err);
}

struct fixture *fixture_read(const char *path, struct error *err)
{
    struct fixture *f = fixture_new(path);

    return finish(f, file_read(path, &f->text, err), err);
}

void fixture_free(struct fixture *f)
{
    if (f == NULL)
        return;
    free(f->name);
    free(f->responses);
    buf_clear(&f->text);
    message_clear(&f->asked);
    message_clear(&f->answer);
    free(f);
}

const struct http_request *fixture_request(const struct fixture *f)
{
    return &f->request;
}

size_t fixture_count(const struct fixture *f)
{
    return f->count;
}

int fixture_response(struct fixture *f, size_t index, struct http_response *response,
                     struct error *err)
{
    enum { STATUS, ATTEMPTS, HEADERS, FORMS, COUNT = FORMS + BODY_FORMS };
    struct member members[COUNT] = {
        {.name = "status", .kind = '0'},    {.name = "attempts", .kind = '0'},
        {.name = "headers", .kind = '{'},   {.name = "body", .kind = '*'},
        {.name = "bodyText", .kind = '"'},  {.name = "bodyLines", .kind = '['},
        {.name = "bodyBase64", .kind = '"'}};
    struct json_span span = f->responses[index];
    struct message *m = &f->answer;
    long status;
    long attempts = 1;

    buf_reset(&m->texts);
    m->header_count = 0;
    if (read_members(f, span, members, COUNT, err) < 0)
        return -1;
    if (json_span_int(members[STATUS].span, STATUS_MIN, STATUS_MAX, &status) < 0)
        return fail_at(f, span.at, err, "a response needs a status of three digits");
    if (members[ATTEMPTS].span.at != NULL &&
        json_span_int(members[ATTEMPTS].span, 1, 1000, &attempts) < 0)
        return fail_at(f, members[ATTEMPTS].span.at, err, "\"attempts\" is not within 1 and 1000");
    if (add_headers(f, m, members[HEADERS].span, err) < 0 ||
        read_body(f, &m->body, members + FORMS, err) < 0)
        return -1;
    point_to_texts(m, NULL, 0);
    *response = (struct http_response){
        .status = (int)status,
        .headers = m->headers,
        .header_count = m->header_count,
        .body = buf_str(&m->body),
        .body_len = m->body.len,
        .attempts = (int)attempts,
    };
    return 0;
}

struct json_span fixture_request_span(const struct fixture *f)
{
    return f->request_span;
}

struct json_span fixture_response_span(const struct fixture *f, size_t index)
{
    return f->responses[index];
}
