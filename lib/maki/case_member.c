#include "maki/case_member.h"

#include <string.h>

#include "base/clock.h"
#include "json/json.h"

enum { ID_NUMBER_DIGITS_MAX = 256 };

bool case_member_is_absent(jv value)
{
    return !jv_is_valid(value) || json_is(value, JV_KIND_NULL);
}

int case_member_wrong_type(struct error *err, const char *name, const char *expected, jv value)
{
    if (!jv_is_valid(value))
        return error_set(err, ERR_DATA, "WrongType", "%s: expected %s, but it is missing", name,
                         expected);
    return error_set(err, ERR_DATA, "WrongType", "%s: expected %s, not a JSON %s", name, expected,
                     jv_kind_name(jv_get_kind(value)));
}

/* In the normal form already? (A leap second's :60 is not: it means the next minute's :00.) */
static bool is_normal_time(const char *text, size_t len)
{
    return len == 24 && text[10] == 'T' && text[17] != '6' && text[19] == '.' && text[23] == 'Z';
}

/* What is no time, or one that the form cannot show (the year 10000), stays as it is. */
static jv normal_time(jv value)
{
    size_t len;
    const char *text = json_text(value, &len);
    char iso[TIME_ISO_SIZE];
    int64_t ms;
    int64_t again;

    if (is_normal_time(text, len) || strlen(text) != len || time_parse_iso(text, &ms) < 0)
        return jv_copy(value);
    time_format_iso(ms, iso);
    return time_parse_iso(iso, &again) == 0 && again == ms ? jv_string(iso) : jv_copy(value);
}

static jv id_from_number(jv number, const char *name, struct error *err)
{
    struct buf text;
    jv id = jv_invalid();

    buf_init(&text, ID_NUMBER_DIGITS_MAX);
    json_write(&text, number);
    if (!buf_full(&text) && strspn(buf_str(&text), "0123456789") == text.len)
        id = jv_string(buf_str(&text));
    else
        error_set(err, ERR_DATA, "WrongType",
                  "%s: expected a string or a whole number of at most %d digits", name,
                  ID_NUMBER_DIGITS_MAX);
    buf_clear(&text);
    return id;
}

/* A string; jv_invalid() with an error. */
static jv normal_value(const struct case_member *member, const char *name, jv value,
                       struct error *err)
{
    if (case_member_is_absent(value))
        return jv_string("");
    if (member->kind == CASE_ID && json_is(value, JV_KIND_NUMBER))
        return id_from_number(value, name, err);
    if (!json_is(value, JV_KIND_STRING)) {
        case_member_wrong_type(err, name, "a string", value);
        return jv_invalid();
    }
    return member->kind == CASE_TIME ? normal_time(value) : jv_copy(value);
}

int case_member_add(jv *into, const struct case_member *member, enum case_style style, jv raw,
                    struct error *err)
{
    const char *name = member->names[style];
    jv value = normal_value(member, name, json_get(raw, name), err);
    size_t len;

    if (json_text(value, &len) == NULL)
        return -1;
    if (len == 0 && member->optional)
        jv_free(value);
    else
        json_set(into, member->names[CASE_CAMEL], value);
    return 0;
}
