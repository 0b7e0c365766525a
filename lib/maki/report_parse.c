/* Reading the templates of keys: braces, names, and whether every segment is a name for a file. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "maki/report_key.h"

static struct report_part *add_part(struct report_key *key)
{
    key->parts = mem_grow(key->parts, &key->cap, key->count + 1, sizeof(*key->parts));
    key->parts[key->count] = (struct report_part){.text = NULL};
    return &key->parts[key->count++];
}

/* Add to the literal at the end, or start one. */
static void add_literal(struct report_key *key, const char *text, size_t len)
{
    struct report_part *last = key->count > 0 ? &key->parts[key->count - 1] : NULL;
    char *before;

    if (last == NULL || last->is_member)
        last = add_part(key);
    before = last->text;
    last->text = mem_printf("%s%.*s", before ? before : "", (int)len, text);
    free(before);
}

static void add_value(struct report_key *key, const char *value, size_t len)
{
    struct buf escaped;

    /* it gets longer for a moment before it is cut */
    buf_init(&escaped, 2 * REPORT_SEGMENT_BYTES_MAX);
    report_escape(&escaped, value, len, REPORT_SEGMENT_BYTES_MAX);
    add_literal(key, escaped.data, escaped.len);
    buf_clear(&escaped);
}

static int bad_template(struct error *err, const char *template, const char *what)
{
    return error_set(err, ERR_USAGE, "BadKey", "the key '%.200s' %s", template, what);
}

/* A path has names between its dots. */
static bool is_path(const char *path, size_t len)
{
    for (size_t i = 0, start = 0; i <= len; i++) {
        if (i == len || path[i] == '.') {
            if (i == start)
                return false;
            start = i + 1;
        }
    }
    return true;
}

static const char *given_value(const struct report_names *names, const char *name, size_t len)
{
    for (size_t i = names->count; i > 0; i--) { /* the last one counts, as with all options */
        const char *item = names->items[i - 1];

        if (strncmp(item, name, len) == 0 && item[len] == '=')
            return item + len + 1;
    }
    return NULL;
}

/* What stands between braces. */
static int add_name(struct report_key *key, const char *name, size_t len,
                    const struct report_names *names, int64_t now_ms)
{
    const char *given = given_value(names, name, len);
    char text[32] = "";
    struct report_part *part;

    if (given == NULL && len == 3 && memcmp(name, "now", len) == 0)
        time_format(now_ms, "%Y%m%d-%H%M%S", text, sizeof(text));
    if (given == NULL && len == 4 && memcmp(name, "date", len) == 0)
        time_format(now_ms, "%Y-%m-%d", text, sizeof(text));
    if (*text)
        given = text;
    if (given != NULL) {
        add_value(key, given, strlen(given));
        return 0;
    }
    if (!is_path(name, len))
        return -1;
    part = add_part(key);
    part->text = mem_strndup(name, len);
    part->is_member = true;
    return 0;
}

static int parse_parts(struct report_key *key, const char *template,
                       const struct report_names *names, int64_t now_ms, struct error *err)
{
    const char *p = template;

    while (*p) {
        size_t len = strcspn(p, "{}");

        if (len > 0) {
            add_literal(key, p, len);
        } else if (p[0] == p[1]) { /* "{{" or "}}" */
            add_literal(key, p, 1);
            len = 2;
        } else {
            len = strcspn(p + 1, "{}") + 2;
            if (*p != '{' || p[len - 1] != '}')
                return bad_template(err, template,
                                    "has a brace that does not close or open (write {{ or }} for "
                                    "the brace itself)");
            if (add_name(key, p + 1, len - 2, names, now_ms) < 0)
                return bad_template(err, template, "has braces without a name in them");
        }
        p += len;
    }
    return 0;
}

static bool is_clean(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return len <= REPORT_TEMPLATE_BYTES_MAX && utf8_valid_prefix(text, len) == len;
}

/* A segment while it is looked at: what is literal in it, and its members parts[first..end). */
struct segment {
    char start[3]; /* the first literal bytes, enough to know ".." */
    size_t literal_bytes;
    size_t members;
};

/* Share what the literals of a segment leave among its members. */
static int end_segment(struct report_key *key, size_t end, const struct segment *s)
{
    size_t room = s->literal_bytes <= REPORT_SEGMENT_BYTES_MAX
                      ? REPORT_SEGMENT_BYTES_MAX - s->literal_bytes
                      : 0;
    size_t left = s->members;

    if (s->literal_bytes > REPORT_SEGMENT_BYTES_MAX ||
        (left > 0 && room / left < REPORT_VALUE_BYTES_MIN))
        return -1;
    for (size_t i = end; left > 0; i--) {
        if (key->parts[i - 1].is_member) {
            key->parts[i - 1].bytes_max = room / s->members;
            left--;
        }
    }
    return 0;
}

static bool is_dots(const struct segment *s)
{
    return s->members == 0 && s->literal_bytes <= 2 &&
           strspn(s->start, ".") == s->literal_bytes; /* also if it is empty */
}

static int check_segment(struct report_key *key, size_t end, const struct segment *s,
                         const char *template, struct error *err)
{
    if (is_dots(s))
        return bad_template(err, template,
                            "has an empty, '.' or '..' segment, or begins or ends with '/'");
    if (end_segment(key, end, s) < 0)
        return bad_template(err, template,
                            "has a segment that is too long, or has too many values");
    return 0;
}

/* Every segment must be a name that any file system takes, whatever the values are. */
static int check_segments(struct report_key *key, const char *template, struct error *err)
{
    struct segment s = {.literal_bytes = 0};

    for (size_t i = 0; i < key->count; i++) {
        s.members += key->parts[i].is_member;
        for (const char *p = key->parts[i].text; *p && !key->parts[i].is_member; p++) {
            if (*p == '/') {
                if (check_segment(key, i, &s, template, err) < 0)
                    return -1;
                s = (struct segment){.literal_bytes = 0};
                continue;
            }
            if (s.literal_bytes < sizeof(s.start) - 1)
                s.start[s.literal_bytes] = *p;
            s.literal_bytes++;
        }
    }
    return check_segment(key, key->count, &s, template, err);
}

static int check_names(const struct report_names *names, struct error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *equals = strchr(names->items[i], '=');

        if (equals == NULL || equals == names->items[i] || equals[1] == '\0')
            return error_set(err, ERR_USAGE, "BadName",
                             "'%.200s' is not NAME=VALUE with a name and a value", names->items[i]);
    }
    return 0;
}

int report_parse(struct report_key *key, const char *template, const struct report_names *names,
                 int64_t now_ms, struct error *err)
{
    if (check_names(names, err) < 0)
        return -1;
    if (!is_clean(template))
        return error_set(err, ERR_USAGE, "BadKey",
                         "a key is UTF-8 text without control characters, of at most %d bytes",
                         REPORT_TEMPLATE_BYTES_MAX);
    if (parse_parts(key, template, names, now_ms, err) < 0)
        return -1;
    return check_segments(key, template, err);
}
