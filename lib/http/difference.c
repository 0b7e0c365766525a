#include "http/difference.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "http/scrub.h"
#include "json/scan.h"
#include "json/span.h"

enum { GRAM_BYTES = 8, GRAM_BITS = 18, GRAM_BODY_MIN = 64 };
enum {
    MARKER_DIGITS = 32,
    PIECE_BYTES = 28,
    BEFORE_BYTES = 8,
    PATH_BYTES = 120,
    TEXT_BYTES_MAX = 64 << 20
};

struct search {
    struct buf *out;
    struct buf path; /* of the place that is looked at */
    int found;
};

/* A piece of a text from just before `at`, in quotes and in one line. */
static void add_piece(struct buf *out, const char *text, size_t len, size_t at)
{
    size_t start = at > BEFORE_BYTES ? at - BEFORE_BYTES : 0;
    size_t piece;

    while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
        start--; /* not in the middle of a character */
    piece = utf8_clip(text + start, len - start, PIECE_BYTES);
    buf_adds(out, start > 0 ? "\"…" : "\"");
    for (size_t i = start; i < start + piece; i++)
        buf_addc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
    buf_adds(out, start + piece < len ? "…\"" : "\"");
}

static size_t common_start(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t most = a_len < b_len ? a_len : b_len;
    size_t i = 0;

    while (i < most && a[i] == b[i])
        i++;
    return i;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Where the run of hexadecimal digits around `at` ends, if it is long enough to be a digest; 0 if
 * it is none. */
static size_t digest_end(const char *text, size_t len, size_t at)
{
    size_t start = at;

    while (start > 0 && is_hex(text[start - 1]))
        start--;
    while (at < len && is_hex(text[at]))
        at++;
    return at - start >= MARKER_DIGITS ? at : 0;
}

/*
 * Where two texts differ first, other than in a digest: case text stands between markers that are
 * its digest, and it is the text that one wants to see. Where nothing else differs, that place.
 */
static size_t difference_at(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t first = common_start(a, a_len, b, b_len);
    size_t at = first;
    size_t end;

    while ((end = digest_end(a, a_len, at)) > at && digest_end(b, b_len, at) == end)
        at = end + common_start(a + end, a_len - end, b + end, b_len - end);
    return at == a_len && at == b_len ? first : at;
}

/* Begin to tell of another place. */
static void begin(struct search *s)
{
    if (s->found++ > 0)
        buf_adds(s->out, "; ");
    buf_add(s->out, buf_str(&s->path), utf8_clip(buf_str(&s->path), s->path.len, PATH_BYTES));
}

static void tell_texts(struct search *s, const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t at = difference_at(a, a_len, b, b_len);

    begin(s);
    buf_adds(s->out, " differs: ");
    add_piece(s->out, a, a_len, at);
    buf_adds(s->out, " / recorded ");
    add_piece(s->out, b, b_len, at);
}

static void tell_only(struct search *s, bool asked)
{
    begin(s);
    buf_adds(s->out, asked ? " was not recorded" : " is missing, but was recorded");
}

static void compare_text(struct search *s, const char *name, const char *a, const char *b)
{
    a = a ? a : "";
    b = b ? b : "";
    buf_reset(&s->path);
    buf_adds(&s->path, name);
    if (s->found < DIFFERENCE_MAX && strcmp(a, b) != 0)
        tell_texts(s, a, strlen(a), b, strlen(b));
}

static void compare_queries(struct search *s, const char *a, const char *b)
{
    struct buf texts[2];

    buf_init(&texts[0], TEXT_BYTES_MAX);
    buf_init(&texts[1], TEXT_BYTES_MAX);
    scrub_query(&texts[0], a ? a : "");
    scrub_query(&texts[1], b ? b : "");
    compare_text(s, "query", buf_str(&texts[0]), buf_str(&texts[1]));
    buf_clear(&texts[0]);
    buf_clear(&texts[1]);
}

/* Those headers that are part of what a request means; all others are nobody's business. */
static void compare_headers(struct search *s, const struct http_request *asked,
                            const struct http_request *recorded)
{
    for (size_t i = 0; i < asked->header_count; i++) {
        const struct http_header *h = &asked->headers[i];

        if (scrub_is_meaning(h->name))
            compare_text(s, h->name, h->value, http_request_header(recorded, h->name));
    }
    for (size_t i = 0; i < recorded->header_count; i++) {
        const struct http_header *h = &recorded->headers[i];

        if (scrub_is_meaning(h->name) && http_request_header(asked, h->name) == NULL)
            compare_text(s, h->name, NULL, h->value);
    }
}

static void compare_values(struct search *s, struct json_span a, struct json_span b);

/* Compare what stands at a place below the present one; `b` may be none. */
static void compare_at(struct search *s, size_t before, struct json_span a, struct json_span b)
{
    if (s->found < DIFFERENCE_MAX) {
        if (a.at == NULL || b.at == NULL)
            tell_only(s, a.at != NULL);
        else
            compare_values(s, a, b);
    }
    buf_truncate(&s->path, before);
}

/* A member of an object by another's member's name, as it is written. */
static struct json_span same_member(struct json_span object, struct json_span name)
{
    struct json_walk walk;

    json_walk_init(&walk, object);
    while (json_walk_next(&walk)) {
        if (walk.name.len == name.len && memcmp(walk.name.at, name.at, name.len) == 0)
            return walk.value;
    }
    return (struct json_span){NULL, 0};
}

static void compare_objects(struct search *s, struct json_span a, struct json_span b)
{
    static const struct json_span none;
    struct json_walk walk;
    size_t before = s->path.len;

    json_walk_init(&walk, a);
    while (s->found < DIFFERENCE_MAX && json_walk_next(&walk)) {
        buf_addc(&s->path, '.');
        buf_add(&s->path, walk.name.at + 1, walk.name.len - 2);
        compare_at(s, before, walk.value, same_member(b, walk.name));
    }
    json_walk_init(&walk, b);
    while (s->found < DIFFERENCE_MAX && json_walk_next(&walk)) {
        if (same_member(a, walk.name).at != NULL)
            continue;
        buf_addc(&s->path, '.');
        buf_add(&s->path, walk.name.at + 1, walk.name.len - 2);
        compare_at(s, before, none, walk.value);
    }
}

static void compare_arrays(struct search *s, struct json_span a, struct json_span b)
{
    struct json_walk walks[2];
    size_t before = s->path.len;

    json_walk_init(&walks[0], a);
    json_walk_init(&walks[1], b);
    for (size_t i = 0; s->found < DIFFERENCE_MAX; i++) {
        bool more_a = json_walk_next(&walks[0]);
        bool more_b = json_walk_next(&walks[1]);

        if (!more_a && !more_b)
            break;
        buf_addf(&s->path, "[%zu]", i);
        compare_at(s, before, more_a ? walks[0].value : (struct json_span){NULL, 0},
                   more_b ? walks[1].value : (struct json_span){NULL, 0});
        if (!more_a || !more_b)
            break; /* the rest is missing, too */
    }
}

static void compare_strings(struct search *s, struct json_span a, struct json_span b)
{
    struct buf texts[2];

    buf_init(&texts[0], TEXT_BYTES_MAX);
    buf_init(&texts[1], TEXT_BYTES_MAX);
    json_span_text(a, &texts[0]);
    json_span_text(b, &texts[1]);
    if (texts[0].len != texts[1].len ||
        memcmp(buf_str(&texts[0]), buf_str(&texts[1]), texts[0].len) != 0)
        tell_texts(s, buf_str(&texts[0]), texts[0].len, buf_str(&texts[1]), texts[1].len);
    buf_clear(&texts[0]);
    buf_clear(&texts[1]);
}

static void compare_values(struct search *s, struct json_span a, struct json_span b)
{
    char kind = json_span_kind(a);

    if (a.len == b.len && memcmp(a.at, b.at, a.len) == 0)
        return;
    if (kind != json_span_kind(b) || strchr("{[\"", kind) == NULL)
        tell_texts(s, a.at, a.len, b.at, b.len);
    else if (kind == '{')
        compare_objects(s, a, b);
    else if (kind == '[')
        compare_arrays(s, a, b);
    else
        compare_strings(s, a, b);
}

static struct json_span body_span(const struct http_request *request)
{
    struct scan_notes notes;
    struct error ignored;

    if (request->body_len == 0 || scan_json(request->body, request->body_len, &notes, &ignored) < 0)
        return (struct json_span){NULL, 0};
    return json_span_whole(request->body, request->body_len);
}

static void compare_bodies(struct search *s, const struct http_request *asked,
                           const struct http_request *recorded)
{
    struct json_span a = body_span(asked);
    struct json_span b = body_span(recorded);

    buf_reset(&s->path);
    buf_adds(&s->path, "body");
    if (a.at != NULL && b.at != NULL)
        compare_values(s, a, b);
    else if (asked->body_len != recorded->body_len ||
             (asked->body_len > 0 && memcmp(asked->body, recorded->body, asked->body_len) != 0))
        tell_texts(s, asked->body ? asked->body : "", asked->body_len, recorded->body,
                   recorded->body_len);
}

void difference_add(struct buf *out, const struct http_request *asked,
                    const struct http_request *recorded)
{
    struct search s = {.out = out};

    buf_init(&s.path, 64 << 10);
    compare_text(&s, "service", asked->service, recorded->service);
    compare_text(&s, "method", asked->method, recorded->method);
    compare_text(&s, "path", asked->path, recorded->path);
    compare_queries(&s, asked->query, recorded->query);
    compare_headers(&s, asked, recorded);
    if (s.found < DIFFERENCE_MAX)
        compare_bodies(&s, asked, recorded);
    buf_clear(&s.path);
}

/* The share of bytes that two texts have in common at the start and at the end. */
static double share(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t most = a_len > b_len ? a_len : b_len;
    size_t least = a_len + b_len - most;
    size_t start;
    size_t end = 0;

    if (most == 0)
        return 1;
    if (least == 0)
        return 0;
    start = common_start(a, a_len, b, b_len);
    while (end < least - start && a[a_len - 1 - end] == b[b_len - 1 - end])
        end++;
    return (double)(start + end) / (double)most;
}

/* A hash of the eight bytes at `p`. */
static size_t gram(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return (size_t)((word * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - GRAM_BITS));
}

/*
 * About the share of the longer body's pieces of eight bytes that the other has anywhere: two
 * questions about the same case differ in a marker near the start and one near the end, and have
 * all in common between.
 */
static double share_of_bodies(const struct http_request *a, const struct http_request *b)
{
    unsigned char seen[(1 << GRAM_BITS) / 8] = {0};
    const struct http_request *longer = a->body_len >= b->body_len ? a : b;
    const struct http_request *other = longer == a ? b : a;
    size_t hits = 0;
    size_t count;

    if (other->body_len < GRAM_BODY_MIN)
        return share(a->body, a->body_len, b->body, b->body_len);
    for (size_t i = 0; i + GRAM_BYTES <= other->body_len; i++)
        seen[gram(other->body + i) / 8] |= (unsigned char)(1 << gram(other->body + i) % 8);
    count = longer->body_len - GRAM_BYTES + 1;
    for (size_t i = 0; i < count; i++)
        hits += seen[gram(longer->body + i) / 8] >> gram(longer->body + i) % 8 & 1;
    return (double)hits / (double)count;
}

static double share_of_texts(const char *a, const char *b)
{
    a = a ? a : "";
    b = b ? b : "";
    return share(a, strlen(a), b, strlen(b));
}

double difference_likeness(const struct http_request *a, const struct http_request *b)
{
    return share_of_texts(a->path, b->path) + share_of_texts(a->query, b->query) +
           share_of_bodies(a, b);
}
