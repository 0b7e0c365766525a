#include "json/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/json.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

/* From a string's opening quote to behind its closing one: the first with an even number of
 * backslashes before it. */
static const char *skip_string(const char *p, const char *end)
{
    const char *quote = p;

    while ((quote = memchr(quote + 1, '"', (size_t)(end - quote - 1))) != NULL) {
        const char *before = quote;

        while (before[-1] == '\\')
            before--;
        if ((quote - before) % 2 == 0)
            return quote + 1;
    }
    return end;
}

static bool ends_word(char c)
{
    return c == ',' || c == '}' || c == ']' || is_space(c);
}

/* Behind a value. Within brackets only strings can hold brackets that do not count. */
static const char *skip_value(const char *p, const char *end)
{
    int depth = 0;

    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else if (depth == 0) {
            while (p < end && !ends_word(*p))
                p++;
        } else {
            p++;
        }
        if (depth == 0)
            break;
    }
    return p;
}

struct json_span json_span_whole(const char *text, size_t len)
{
    const char *end = text + len;
    const char *at = skip_space(text, end);

    while (end > at && is_space(end[-1]))
        end--;
    return (struct json_span){at, (size_t)(end - at)};
}

char json_span_kind(struct json_span span)
{
    if (span.at == NULL || span.len == 0)
        return '\0';
    return *span.at == '-' || (*span.at >= '0' && *span.at <= '9') ? '0' : *span.at;
}

void json_walk_init(struct json_walk *walk, struct json_span container)
{
    char kind = json_span_kind(container);
    const char *end = kind ? container.at + container.len : NULL;

    *walk = (struct json_walk){.p = end, .end = end};
    if (kind == '{' || kind == '[')
        walk->p = skip_space(container.at + 1, end);
}

bool json_walk_next(struct json_walk *walk)
{
    const char *end = walk->end;
    const char *p = walk->p;

    if (p == end || *p == '}' || *p == ']')
        return false;
    walk->name = (struct json_span){NULL, 0};
    walk->value.at = p;
    p = skip_value(p, end);
    walk->value.len = (size_t)(p - walk->value.at);
    p = skip_space(p, end);
    if (p < end && *p == ':') {
        walk->name = walk->value;
        walk->value.at = skip_space(p + 1, end);
        p = skip_value(walk->value.at, end);
        walk->value.len = (size_t)(p - walk->value.at);
        p = skip_space(p, end);
    }
    walk->p = p < end && *p == ',' ? skip_space(p + 1, end) : p;
    return true;
}

size_t json_span_count(struct json_span container)
{
    struct json_walk walk;
    size_t count = 0;

    json_walk_init(&walk, container);
    while (json_walk_next(&walk))
        count++;
    return count;
}

struct json_span json_span_member(struct json_span object, const char *name)
{
    struct json_walk walk;
    size_t len = strlen(name);

    json_walk_init(&walk, object);
    while (json_walk_next(&walk)) {
        if (walk.name.at != NULL && walk.name.len == len + 2 &&
            memcmp(walk.name.at + 1, name, len) == 0)
            return walk.value;
    }
    return (struct json_span){NULL, 0};
}

int json_span_text(struct json_span string, struct buf *out)
{
    struct error ignored;
    jv value;
    size_t len;
    const char *text;

    if (json_span_kind(string) != '"')
        return -1;
    value = json_parse(string.at, string.len, NULL, &ignored);
    text = json_text(value, &len);
    if (text != NULL)
        buf_add(out, text, len);
    jv_free(value);
    return text == NULL || buf_full(out) ? -1 : 0;
}

int json_span_int(struct json_span number, long min, long max, long *value)
{
    char digits[24] = "";
    char *end;

    if (json_span_kind(number) != '0' || number.len >= sizeof(digits))
        return -1;
    memcpy(digits, number.at, number.len);
    errno = 0;
    *value = strtol(digits, &end, 10);
    return *end == '\0' && errno == 0 && *value >= min && *value <= max ? 0 : -1;
}

int json_compact(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    const char *p = text;

    while (p < end) {
        const char *start = p = skip_space(p, end);

        while (p < end && !is_space(*p))
            p = *p == '"' ? skip_string(p, end) : p + 1;
        buf_add(out, start, (size_t)(p - start));
    }
    return buf_full(out) ? -1 : 0;
}

static int canonical_string(struct json_span string, struct buf *out)
{
    struct buf text;
    int status;

    if (json_span_kind(string) != '"')
        return -1;
    if (memchr(string.at, '\\', string.len) == NULL)
        return buf_add(out, string.at, string.len);
    buf_init(&text, 3 * string.len); /* of one bad byte, U+FFFD makes three */
    status = json_span_text(string, &text);
    if (status == 0)
        status = json_write_string(out, buf_str(&text), text.len);
    buf_clear(&text);
    return status;
}

struct member {
    const char *name; /* canonical, quotes included */
    size_t len;
    struct json_span value;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left;
    const struct member *b = right;
    int order = memcmp(a->name, b->name, a->len < b->len ? a->len : b->len);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* The members' names and values, sorted; the names' bytes are in `names`. The caller frees. */
static struct member *sorted_members(struct json_span object, size_t count, struct buf *names)
{
    struct member *members = mem_calloc(count + 1, sizeof(*members));
    struct json_walk walk;
    const char *p;

    json_walk_init(&walk, object);
    for (struct member *m = members; json_walk_next(&walk); m++) {
        size_t before = names->len;

        canonical_string(walk.name, names);
        m->len = names->len - before;
        m->value = walk.value;
    }
    p = buf_str(names);
    for (size_t i = 0; i < count; i++) {
        members[i].name = p;
        p += members[i].len;
    }
    qsort(members, count, sizeof(*members), compare_members);
    return members;
}

static int canonical_object(struct json_span object, struct buf *out)
{
    size_t count = json_span_count(object);
    struct buf names;
    struct member *members;

    buf_init(&names, 3 * object.len);
    members = sorted_members(object, count, &names);
    buf_addc(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_addc(out, ',');
        buf_add(out, members[i].name, members[i].len);
        buf_addc(out, ':');
        json_span_canonical(members[i].value, out);
    }
    free(members);
    buf_clear(&names);
    return buf_addc(out, '}');
}

static int canonical_array(struct json_span array, struct buf *out)
{
    struct json_walk walk;
    bool first = true;

    buf_addc(out, '[');
    json_walk_init(&walk, array);
    while (json_walk_next(&walk)) {
        if (!first)
            buf_addc(out, ',');
        first = false;
        json_span_canonical(walk.value, out);
    }
    return buf_addc(out, ']');
}

int json_span_canonical(struct json_span span, struct buf *out)
{
    switch (json_span_kind(span)) {
    case '{':
        return canonical_object(span, out);
    case '[':
        return canonical_array(span, out);
    case '"':
        return canonical_string(span, out);
    default:
        return buf_add(out, span.at, span.len);
    }
}
