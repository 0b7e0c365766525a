#include "json/json.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "json/repair.h"
#include "json/scan.h"

/* libjq before 1.7 keeps numbers as doubles only; the build says so. */
#ifndef MAKI_JV_LITERALS
#define MAKI_JV_LITERALS 1
#endif

static jv parse_scanned(const char *text, size_t len, bool damaged)
{
    char *repaired;
    jv value;

    if (!damaged)
        return jv_parse_sized(text, (int)len);
    repaired = repair_text(text, len, &len);
    value = len <= INT_MAX ? jv_parse_sized(repaired, (int)len)
                           : jv_invalid_with_msg(jv_string("a text of over 2 GB"));
    free(repaired);
    return value;
}

jv json_parse(const char *text, size_t len, bool *repaired, struct error *err)
{
    struct scan_notes notes;
    jv value;

    if (repaired != NULL)
        *repaired = false;
    if (len > INT_MAX) {
        error_set(err, ERR_DATA, "InvalidJson", "a JSON text of over 2 GB");
        return jv_invalid();
    }
    if (scan_json(text, len, &notes, err) < 0)
        return jv_invalid();
    if (notes.long_number && !MAKI_JV_LITERALS) {
        error_set(err, ERR_DATA, "LongNumber",
                  "a number has more digits than this build's libjq keeps; make it a string");
        return jv_invalid();
    }
    value = parse_scanned(text, len, notes.bad_utf8 || notes.lone_surrogate);
    if (!jv_is_valid(value)) {
        jv message = jv_invalid_get_msg(value);

        error_set(err, ERR_DATA, "InvalidJson", "invalid JSON: %s",
                  json_text(message, NULL) ? json_text(message, NULL) : "?");
        jv_free(message);
        return jv_invalid();
    }
    if (repaired != NULL)
        *repaired = notes.bad_utf8 || notes.lone_surrogate;
    return value;
}

bool json_is(jv value, jv_kind kind)
{
    return jv_get_kind(value) == kind;
}

jv json_get(jv object, const char *name)
{
    jv value;

    if (!json_is(object, JV_KIND_OBJECT))
        return jv_invalid();
    value = jv_object_get(jv_copy(object), jv_string(name));
    jv_free(value); /* the object still holds it: borrowed from here on */
    return value;
}

jv json_get_path(jv object, const char *name, ...)
{
    va_list names;
    jv value = object;

    va_start(names, name);
    for (; name != NULL; name = va_arg(names, const char *))
        value = json_get(value, name);
    va_end(names);
    return value;
}

bool json_has(jv object, const char *name)
{
    return jv_is_valid(json_get(object, name));
}

const char *json_text(jv value, size_t *len)
{
    if (!json_is(value, JV_KIND_STRING))
        return NULL;
    if (len != NULL)
        *len = (size_t)jv_string_length_bytes(jv_copy(value));
    return jv_string_value(value);
}

const char *json_str(jv object, const char *name, size_t *len)
{
    return json_text(json_get(object, name), len);
}

jv json_at(jv array, int index)
{
    jv value;

    if (!json_is(array, JV_KIND_ARRAY) || index < 0 || index >= json_count(array))
        return jv_invalid();
    value = jv_array_get(jv_copy(array), index);
    jv_free(value);
    return value;
}

int json_count(jv array)
{
    return json_is(array, JV_KIND_ARRAY) ? jv_array_length(jv_copy(array)) : 0;
}

int64_t json_int(jv object, const char *name, int64_t otherwise)
{
    jv value = json_get(object, name);
    double number;

    if (!json_is(value, JV_KIND_NUMBER))
        return otherwise;
    number = jv_number_value(value);
    return number >= -9e15 && number <= 9e15 ? (int64_t)number : otherwise;
}

bool json_bool(jv object, const char *name, bool otherwise)
{
    jv value = json_get(object, name);

    if (json_is(value, JV_KIND_TRUE))
        return true;
    return json_is(value, JV_KIND_FALSE) ? false : otherwise;
}

void json_set(jv *object, const char *name, jv value)
{
    *object = jv_object_set(*object, jv_string(name), value);
}

void json_set_str(jv *object, const char *name, const char *text)
{
    json_set(object, name, jv_string(text));
}

void json_append(jv *array, jv value)
{
    *array = jv_array_append(*array, value);
}

jv json_string(const char *text, size_t len)
{
    return jv_string_sized(text, (int)(len < INT_MAX ? len : INT_MAX));
}

void json_digest(jv value, struct buf *scratch, char *hex)
{
    buf_reset(scratch);
    json_write_canonical(scratch, value);
    digest_sha256_hex(scratch->data, scratch->len, hex);
}
