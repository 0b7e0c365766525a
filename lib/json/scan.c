#include "json/scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Powers of ten: the limit of what is let through, and of what surely fits a double. */
enum { SIZE_LIMIT = 1000000, DOUBLE_SIZE = 290 };

/* A member name of an object that is still open. */
struct name {
    const char *text; /* between the quotes, escapes as written */
    size_t len;
    uint64_t hash; /* of what the name means, escapes decoded */
};

struct scan {
    const char *start, *p, *end;
    struct scan_notes *notes;
    struct error *err;
    struct name *names;
    size_t count, cap;
    int depth;
};

static int scan_value(struct scan *s);

static int fail(struct scan *s, const char *what)
{
    s->notes->error_at = (size_t)(s->p - s->start);
    return error_set(s->err, ERR_DATA, "InvalidJson", "invalid JSON: %s at byte %zu", what,
                     (size_t)(s->p - s->start) + 1);
}

static void skip_space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static bool at(const struct scan *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static bool digit_at(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/* Four hexadecimal digits of a \u escape. */
static int read_hex4(struct scan *s, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, s->p++) {
        char c = s->p < s->end ? *s->p : '\0';

        if (c >= '0' && c <= '9')
            *value = *value * 16 + (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            *value = *value * 16 + (uint32_t)((c | 32) - 'a' + 10);
        else
            return fail(s, "a \\u escape without four hexadecimal digits");
    }
    return 0;
}

/* A \u escape behind its 'u', with the second half of a pair if there is one. */
static int scan_unicode(struct scan *s, uint32_t *code)
{
    uint32_t low;

    if (read_hex4(s, code) < 0)
        return -1;
    if (*code < 0xd800 || *code > 0xdfff)
        return 0;
    if (*code < 0xdc00 && s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u') {
        const char *before = s->p;

        s->p += 2;
        if (read_hex4(s, &low) < 0)
            return -1;
        if (low >= 0xdc00 && low <= 0xdfff) {
            *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
            return 0;
        }
        s->p = before;
    }
    s->notes->lone_surrogate = true;
    *code = 0xfffd;
    return 0;
}

/* An escape behind its backslash: what it stands for. */
static int scan_escape(struct scan *s, uint32_t *code)
{
    static const char plain[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    const char *found;
    char c = s->p < s->end ? *s->p : '\0';

    if (c == 'u') {
        s->p++;
        return scan_unicode(s, code);
    }
    found = c ? strchr(plain, c) : NULL;
    if (found == NULL)
        return fail(s, "an unknown escape");
    s->p++;
    *code = (unsigned char)means[found - plain];
    return 0;
}

static uint64_t mix(uint64_t hash, uint32_t code)
{
    return (hash ^ code) * UINT64_C(0x100000001b3); /* FNV-1a, over code points */
}

/* A string behind its opening quote; *hash over its code points. */
static int scan_string(struct scan *s, uint64_t *hash)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    while (s->p < s->end && *s->p != '"') {
        unsigned char c = (unsigned char)*s->p;
        uint32_t code = c;

        if (c < 0x20)
            return fail(s, "a control character in a string (is the line cut?)");
        if (c == '\\') {
            s->p++;
            if (scan_escape(s, &code) < 0)
                return -1;
        } else if (c < 0x80) {
            s->p++;
        } else {
            size_t size = utf8_decode(s->p, (size_t)(s->end - s->p), &code);

            s->notes->bad_utf8 |= size == 0;
            code = size ? code : 0xfffd; /* what repair_text makes of it */
            s->p += size ? size : 1;
        }
        h = mix(h, code);
    }
    if (s->p == s->end)
        return fail(s, "the string does not end (is the line cut?)");
    s->p++;
    *hash = h;
    return 0;
}

static int scan_digits(struct scan *s, int64_t *count)
{
    if (!digit_at(s))
        return fail(s, "a digit is missing in a number");
    for (; digit_at(s); s->p++)
        ++*count;
    return 0;
}

static int scan_exponent(struct scan *s, int64_t *exponent)
{
    bool negative = false;
    int64_t ignored = 0;

    s->p++;
    if (at(s, '+') || at(s, '-'))
        negative = *s->p++ == '-';
    for (const char *p = s->p; p < s->end && *p >= '0' && *p <= '9' && *exponent <= INT32_MAX; p++)
        *exponent = *exponent * 10 + (*p - '0');
    *exponent = negative ? -*exponent : *exponent;
    return scan_digits(s, &ignored);
}

/*
 * A number of any length. Its size is checked, however it is spread over digits and exponent: libjq
 * keeps numbers up to 10^±999,999,999 and makes infinity or zero of others without a word, so what
 * cannot have been measured is refused long before.
 */
static int scan_number(struct scan *s)
{
    int64_t whole = 0;    /* digits in front of the point, but a lone 0 */
    int64_t fraction = 0; /* digits behind it */
    int64_t zeros = 0;    /* the first of them */
    int64_t size = 0;     /* the power of ten that the number is just below */

    s->p += *s->p == '-';
    if (at(s, '0')) {
        s->p++;
        if (digit_at(s))
            return fail(s, "a number with a leading zero");
    } else if (scan_digits(s, &whole) < 0) {
        return -1;
    }
    if (at(s, '.')) {
        for (const char *p = ++s->p; p < s->end && *p == '0'; p++)
            zeros++;
        if (scan_digits(s, &fraction) < 0)
            return -1;
    }
    if ((at(s, 'e') || at(s, 'E')) && scan_exponent(s, &size) < 0)
        return -1;
    size += whole > 0 ? whole : -zeros;
    if (size > SIZE_LIMIT || size < -SIZE_LIMIT)
        return fail(s, "a number out of range");
    s->notes->long_number |= whole + fraction > 15 || size > DOUBLE_SIZE || size < -DOUBLE_SIZE;
    return 0;
}

static int scan_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
        return fail(s, "a value is expected");
    s->p += len;
    return 0;
}

/* Names that hash alike are compared by their hashes only: two different ones collide once in 2^64.
 */
static int add_name(struct scan *s, size_t first, struct name name)
{
    if (s->count - first >= SCAN_MEMBERS_MAX)
        return fail(s, "an object has too many members");
    for (size_t i = first; i < s->count; i++) {
        if (s->names[i].hash == name.hash)
            return error_set(s->err, ERR_DATA, "DuplicateName",
                             "invalid JSON: the name \"%.*s\" is given twice at byte %zu",
                             (int)(name.len < 64 ? name.len : 64), name.text,
                             (size_t)(name.text - s->start));
    }
    s->names = mem_grow(s->names, &s->cap, s->count + 1, sizeof(*s->names));
    s->names[s->count++] = name;
    return 0;
}

static int scan_member(struct scan *s, size_t first)
{
    struct name name;

    if (!at(s, '"'))
        return fail(s, "a member name is expected");
    name.text = ++s->p;
    if (scan_string(s, &name.hash) < 0)
        return -1;
    name.len = (size_t)(s->p - name.text) - 1;
    if (add_name(s, first, name) < 0)
        return -1;
    skip_space(s);
    if (!at(s, ':'))
        return fail(s, "':' is expected");
    s->p++;
    return scan_value(s);
}

/* The inside of an array or object up to its closing bracket. */
static int scan_items(struct scan *s, char close)
{
    size_t first = s->count;

    s->p++;
    skip_space(s);
    if (!at(s, close)) {
        for (;;) {
            skip_space(s);
            if ((close == '}' ? scan_member(s, first) : scan_value(s)) < 0)
                return -1;
            if (!at(s, ','))
                break;
            s->p++;
        }
        if (!at(s, close))
            return fail(s, close == '}' ? "',' or '}' is expected" : "',' or ']' is expected");
    }
    s->p++;
    s->count = first;
    return 0;
}

static int scan_nested(struct scan *s, char close)
{
    int status;

    if (s->depth == SCAN_DEPTH_MAX)
        return fail(s, "nested too deeply");
    s->depth++;
    status = scan_items(s, close);
    s->depth--;
    return status;
}

/* A value with the white space around it. */
static int scan_value(struct scan *s)
{
    uint64_t ignored;
    int status;

    skip_space(s);
    if (s->p == s->end)
        return fail(s, "the text ends early (is the line cut?)");
    switch (*s->p) {
    case '{':
        status = scan_nested(s, '}');
        break;
    case '[':
        status = scan_nested(s, ']');
        break;
    case '"':
        s->p++;
        status = scan_string(s, &ignored);
        break;
    case 't':
        status = scan_word(s, "true");
        break;
    case 'f':
        status = scan_word(s, "false");
        break;
    case 'n':
        status = scan_word(s, "null");
        break;
    default:
        status = *s->p == '-' || digit_at(s) ? scan_number(s) : fail(s, "a value is expected");
    }
    if (status == 0)
        skip_space(s);
    return status;
}

int scan_json(const char *text, size_t len, struct scan_notes *notes, struct error *err)
{
    struct scan s = {.start = text, .p = text, .end = text + len, .notes = notes, .err = err};
    int status;

    *notes = (struct scan_notes){0};
    status = scan_value(&s);
    if (status == 0 && s.p < s.end)
        status = fail(&s, "there is more after the value");
    free(s.names);
    return status;
}
