#include "maki/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/json.h"

/* In a shortened value: '~' and half of a SHA-256, in hexadecimal digits. No escaped value has a
 * '~' of its own. */
enum { CUT_MARK_BYTES = 33, TEMPLATE_BYTES_MAX = 4096, VALUE_TEXT_MAX = 1 << 20 };

/* Literal text, or a member of the record. */
struct part {
    char *text; /* the literal; for a member its path, names joined by '.' */
    bool is_member;
    size_t bytes_max; /* of a member's value */
};

struct report_key {
    struct part *parts;
    size_t count, cap;
    struct buf scratch; /* a value that is no string, as text */
};

static bool is_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

int report_escape(struct buf *out, const char *value, size_t len, size_t bytes_max)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t start = out->len;
    size_t kept = start; /* what is left if the value must be cut: a mark fits behind it */
    char hex[DIGEST_HEX_SIZE];

    assert(bytes_max >= REPORT_VALUE_BYTES_MIN);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        const char escape[] = {'%', digits[c >> 4], digits[c & 15]};
        bool plain = is_plain(c) && (i > 0 || c != '.');

        if (buf_add(out, plain ? &value[i] : escape, plain ? 1 : sizeof(escape)) < 0)
            return -1;
        if (out->len - start <= bytes_max - CUT_MARK_BYTES)
            kept = out->len;
        if (out->len - start > bytes_max) {
            digest_sha256_hex(value, len, hex);
            buf_truncate(out, kept);
            return buf_addf(out, "~%.32s", hex);
        }
    }
    return 0;
}

static struct part *add_part(struct report_key *key)
{
    key->parts = mem_grow(key->parts, &key->cap, key->count + 1, sizeof(*key->parts));
    key->parts[key->count] = (struct part){.text = NULL};
    return &key->parts[key->count++];
}

/* Add to the literal at the end, or start one. */
static void add_literal(struct report_key *key, const char *text, size_t len)
{
    struct part *last = key->count > 0 ? &key->parts[key->count - 1] : NULL;
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

    buf_init(&escaped,
             2 * REPORT_SEGMENT_BYTES_MAX); /* it gets longer for a moment before it is cut */
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
    struct part *part;

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

static int parse(struct report_key *key, const char *template, const struct report_names *names,
                 int64_t now_ms, struct error *err)
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
    return len <= TEMPLATE_BYTES_MAX && utf8_valid_prefix(text, len) == len;
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

/* Every segment must be a name that any file system takes, whatever the values are. */
static int check_segments(struct report_key *key, const char *template, struct error *err)
{
    struct segment s = {.literal_bytes = 0};

    for (size_t i = 0; i <= key->count; i++) {
        const struct part *part = i < key->count ? &key->parts[i] : NULL;

        if (part != NULL && part->is_member) {
            s.members++;
            continue;
        }
        for (const char *p = part ? part->text : "/"; *p; p++) { /* the end is like one more '/' */
            if (*p != '/') {
                if (s.literal_bytes < sizeof(s.start) - 1)
                    s.start[s.literal_bytes] = *p;
                s.literal_bytes++;
                continue;
            }
            if (is_dots(&s))
                return bad_template(
                    err, template, "has an empty, '.' or '..' segment, or begins or ends with '/'");
            if (end_segment(key, i, &s) < 0)
                return bad_template(err, template,
                                    "has a segment that is too long, or has too many values");
            s = (struct segment){.literal_bytes = 0};
        }
    }
    return 0;
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

struct report_key *report_key_new(const char *template, const struct report_names *names,
                                  int64_t now_ms, struct error *err)
{
    struct report_key *key;
    int status;

    if (check_names(names, err) < 0)
        return NULL;
    if (!is_clean(template)) {
        error_set(err, ERR_USAGE, "BadKey",
                  "a key is UTF-8 text without control characters, of at most %d bytes",
                  TEMPLATE_BYTES_MAX);
        return NULL;
    }
    key = mem_calloc(1, sizeof(*key));
    buf_init(&key->scratch, VALUE_TEXT_MAX);
    status = parse(key, template, names, now_ms, err);
    if (status == 0)
        status = check_segments(key, template, err);
    if (status == 0)
        return key;
    report_key_free(key);
    return NULL;
}

bool report_key_varies(const struct report_key *key)
{
    for (size_t i = 0; i < key->count; i++) {
        if (key->parts[i].is_member)
            return true;
    }
    return false;
}

/* Follow a path of names: borrowed. */
static jv find_member(jv record, const char *path)
{
    char name[TEMPLATE_BYTES_MAX + 1];
    jv value = record;

    while (*path) {
        size_t len = strcspn(path, ".");

        memcpy(name, path, len);
        name[len] = '\0';
        value = json_get(value, name);
        path += len + (path[len] == '.');
    }
    return value;
}

/* A plain value as bytes, borrowed from it or from the scratch buffer; NULL if it is none. */
static const char *value_text(struct report_key *key, jv value, size_t *len)
{
    const char *text = json_text(value, len);

    if (text != NULL)
        return text;
    if (!json_is(value, JV_KIND_NUMBER) && !json_is(value, JV_KIND_TRUE) &&
        !json_is(value, JV_KIND_FALSE))
        return NULL;
    buf_reset(&key->scratch);
    if (json_write(&key->scratch, value) < 0)
        return NULL;
    *len = key->scratch.len;
    return buf_str(&key->scratch);
}

static int expand_member(struct report_key *key, const struct part *part, jv record,
                         struct buf *out, struct error *err)
{
    jv value = find_member(record, part->text);
    size_t len;
    const char *text;

    if (!jv_is_valid(value) || json_is(value, JV_KIND_NULL))
        return error_set(err, ERR_DATA, "NoMember",
                         "the key needs the member '%s', which the record does not have",
                         part->text);
    text = value_text(key, value, &len);
    if (text == NULL || len == 0)
        return error_set(err, ERR_DATA, "BadMember", "the key needs the member '%s', which is %s",
                         part->text, text ? "empty" : "no string, number or truth value");
    if (len == strlen("summary") && memcmp(text, "summary", len) == 0)
        buf_adds(out, "%73ummary"); /* no case is to take the place of the run's summary.json */
    else
        report_escape(out, text, len, part->bytes_max);
    return 0;
}

int report_key_expand(struct report_key *key, jv record, struct buf *out, struct error *err)
{
    buf_reset(out);
    for (size_t i = 0; i < key->count; i++) {
        const struct part *part = &key->parts[i];

        if (!part->is_member)
            buf_adds(out, part->text);
        else if (expand_member(key, part, record, out, err) < 0)
            return -1;
    }
    if (buf_full(out) || out->len > REPORT_KEY_BYTES_MAX)
        return error_set(err, ERR_DATA, "KeyTooLong", "the key is longer than %d bytes",
                         REPORT_KEY_BYTES_MAX);
    return 0;
}

void report_key_free(struct report_key *key)
{
    if (key == NULL)
        return;
    for (size_t i = 0; i < key->count; i++)
        free(key->parts[i].text);
    free(key->parts);
    buf_clear(&key->scratch);
    free(key);
}
