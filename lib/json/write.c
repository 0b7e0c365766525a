#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"

#ifndef MAKI_JV_LITERALS
#define MAKI_JV_LITERALS 1
#endif

/* libjq's jv_dump writes 20 MB/s, character by character; runs of plain bytes are copied whole
 * here. */

/* What must be escaped: quote, backslash, controls; DEL and above pass as they are. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* True for eight bytes that are all plain ASCII: tested at once, by the usual "has a byte less than
 * n" arithmetic. */
static bool eight_plain(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t word;
    uint64_t quote;
    uint64_t backslash;

    memcpy(&word, p, sizeof(word));
    quote = word ^ ones * '"';
    backslash = word ^ ones * '\\';
    return (((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & high) == 0;
}

static size_t plain_run(const char *p, size_t len)
{
    size_t i = 0;

    while (len - i >= 8 && eight_plain(p + i))
        i += 8;
    while (i < len && is_plain((unsigned char)p[i]) && (unsigned char)p[i] < 0x80)
        i++;
    return i;
}

static int write_escape(struct buf *out, unsigned char c)
{
    static const char short_forms[] = "b\bf\fn\nr\rt\t\"\"\\\\";

    for (const char *s = short_forms; *s; s += 2) {
        if ((unsigned char)s[1] == c) {
            const char pair[2] = {'\\', s[0]};

            return buf_add(out, pair, 2); /* bodies are full of newlines: printf would be felt */
        }
    }
    return buf_addf(out, "\\u%04x", c);
}

int json_write_string(struct buf *out, const char *text, size_t len)
{
    size_t i = 0;

    buf_addc(out, '"');
    while (i < len) {
        size_t run = plain_run(text + i, len - i);

        if (run > 0) {
            buf_add(out, text + i, run);
        } else if ((unsigned char)text[i] < 0x80) {
            write_escape(out, (unsigned char)text[i]);
            run = 1;
        } else {
            run = utf8_decode(text + i, len - i, NULL);
            if (run > 0)
                buf_add(out, text + i, run);
            else
                buf_adds(out, "\xef\xbf\xbd");
            run += run == 0;
        }
        i += run;
    }
    return buf_addc(out, '"');
}

/* The shortest form that reads back as the same double. */
static int write_double(struct buf *out, double number)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    return buf_adds(out, text);
}

static int write_number(struct buf *out, jv value)
{
    double number = jv_number_value(value);

#if MAKI_JV_LITERALS
    if (jv_number_has_literal(value)) {
        const char *literal = jv_number_get_literal(value);

        if (literal != NULL && strcmp(literal, "nan") != 0)
            return buf_adds(out, literal);
    }
#endif
    if (isnan(number) || isinf(number))
        return buf_adds(out, "null");
    if (number >= -9e15 && number <= 9e15 && number == (double)(int64_t)number)
        return buf_addf(out, "%lld", (long long)number);
    return write_double(out, number);
}

static int write_value(struct buf *out, jv value, bool canonical);

static int write_array(struct buf *out, jv array, bool canonical)
{
    int count = json_count(array);

    buf_addc(out, '[');
    for (int i = 0; i < count; i++) {
        if (i > 0)
            buf_addc(out, ',');
        write_value(out, json_at(array, i), canonical);
    }
    return buf_addc(out, ']');
}

static void write_member(struct buf *out, jv key, jv value, bool first, bool canonical)
{
    size_t len;
    const char *name = json_text(key, &len);

    if (!first)
        buf_addc(out, ',');
    json_write_string(out, name, len);
    buf_addc(out, ':');
    write_value(out, value, canonical);
}

static int write_object(struct buf *out, jv object)
{
    bool first = true;

    buf_addc(out, '{');
    for (int i = jv_object_iter(object); jv_object_iter_valid(object, i);
         i = jv_object_iter_next(object, i)) {
        jv key = jv_object_iter_key(object, i);
        jv value = jv_object_iter_value(object, i);

        write_member(out, key, value, first, false);
        jv_free(key);
        jv_free(value);
        first = false;
    }
    return buf_addc(out, '}');
}

static int write_object_sorted(struct buf *out, jv object)
{
    jv keys = jv_keys(jv_copy(object)); /* by code point, which for UTF-8 is bytewise */
    int count = json_count(keys);

    buf_addc(out, '{');
    for (int i = 0; i < count; i++) {
        jv key = json_at(keys, i);
        jv value = jv_object_get(jv_copy(object), jv_copy(key));

        write_member(out, key, value, i == 0, true);
        jv_free(value);
    }
    jv_free(keys);
    return buf_addc(out, '}');
}

static int write_value(struct buf *out, jv value, bool canonical)
{
    size_t len;
    const char *text;

    switch (jv_get_kind(value)) {
    case JV_KIND_STRING:
        text = json_text(value, &len);
        return json_write_string(out, text, len);
    case JV_KIND_NUMBER:
        return write_number(out, value);
    case JV_KIND_TRUE:
        return buf_adds(out, "true");
    case JV_KIND_FALSE:
        return buf_adds(out, "false");
    case JV_KIND_ARRAY:
        return write_array(out, value, canonical);
    case JV_KIND_OBJECT:
        return canonical ? write_object_sorted(out, value) : write_object(out, value);
    case JV_KIND_NULL:
    case JV_KIND_INVALID:
        break;
    }
    return buf_adds(out, "null");
}

int json_write(struct buf *out, jv value)
{
    return write_value(out, value, false);
}

int json_write_canonical(struct buf *out, jv value)
{
    return write_value(out, value, true);
}
