#include "maki/summary.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { TEXT_BYTES_MAX = 400000, NUMBER_TEXT_MAX = 32, WORDS_AHEAD = 3 };

jv summary_digest(jv insight)
{
    static const char *const members[] = {"caseId",      "category",  "sentiment",    "status",
                                          "serviceCode", "timeCreated", "case_summary", "suggested_action"};
    jv digest = jv_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        jv value = json_get(insight, members[i]);

        if (json_is(value, JV_KIND_STRING))
            json_set(&digest, members[i], jv_copy(value));
    }
    return digest;
}

/* Every number that stands anywhere in a value. */
struct numbers {
    double *values;
    size_t count, cap;
};

static void collect_numbers(struct numbers *numbers, jv value)
{
    switch (jv_get_kind(value)) {
    case JV_KIND_NUMBER:
        numbers->values = mem_grow(numbers->values, &numbers->cap, numbers->count + 1, sizeof(*numbers->values));
        numbers->values[numbers->count++] = jv_number_value(value);
        break;
    case JV_KIND_ARRAY:
        for (int i = 0; i < json_count(value); i++)
            collect_numbers(numbers, json_at(value, i));
        break;
    case JV_KIND_OBJECT:
        jv_object_foreach(value, key, member)
        {
            collect_numbers(numbers, member);
            jv_free(key);
            jv_free(member);
        }
        break;
    default:
        break;
    }
}

/* Percentages may be rounded to whole numbers, counts may not. */
static bool is_known(const struct numbers *numbers, double value, bool percentage)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (fabs(numbers->values[i] - value) < 1e-9 || (percentage && fabs(round(numbers->values[i]) - value) < 1e-9))
            return true;
    }
    return false;
}

/* A number with thousands separators and a decimal point at *p, which moves behind it. */
static double read_number(const char **p, char text[NUMBER_TEXT_MAX])
{
    size_t len = 0;

    while (isdigit((unsigned char)**p) || ((**p == ',' || **p == '.') && isdigit((unsigned char)(*p)[1]))) {
        if (**p != ',' && len < NUMBER_TEXT_MAX - 1)
            text[len++] = **p;
        ++*p;
    }
    text[len] = '\0';
    return strtod(text, NULL);
}

static bool word_is(const char *word, size_t len, const char *wanted)
{
    return strlen(wanted) == len && strncasecmp(word, wanted, len) == 0;
}

/* Does what follows a number say that it counts cases ("12 open cases", "12 of the 40 cases")? */
static bool counts_cases(const char *p)
{
    for (int words = 0; words < WORDS_AHEAD; words++) {
        size_t len;

        p += strspn(p, " *_"); /* emphasis in Markdown */
        len = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
        if (len == 0)
            return false;
        if (word_is(p, len, "case") || word_is(p, len, "cases") || word_is(p, len, "insights"))
            return true;
        p += len;
    }
    return false;
}

static bool is_percentage(const char *p)
{
    p += strspn(p, " *_");
    return *p == '%' || strncasecmp(p, "percent", 7) == 0 || strncasecmp(p, "per cent", 8) == 0;
}

/* Part of a name or a version such as "t3.micro", "HTTP-429" or "v1.27"? */
static bool is_part_of_word(const char *text, const char *p)
{
    return p > text && (isalnum((unsigned char)p[-1]) || (strchr("-._/", p[-1]) && p - 1 > text && isalnum((unsigned char)p[-2])));
}

static int check_numbers(const struct numbers *numbers, const char *name, const char *text, struct error *err)
{
    char number[NUMBER_TEXT_MAX];

    for (const char *p = text; *p;) {
        bool part = is_part_of_word(text, p);
        double value;

        if (!isdigit((unsigned char)*p)) {
            p++;
            continue;
        }
        value = read_number(&p, number);
        if (part || isalpha((unsigned char)*p) || (!counts_cases(p) && !is_percentage(p)))
            continue;
        if (!is_known(numbers, value, is_percentage(p)))
            return error_set(err, ERR_DATA, "InventedNumber",
                             "the %s says %s%s, which is none of the statistics; use only numbers that are given", name, number,
                             is_percentage(p) ? " percent" : " cases");
    }
    return 0;
}

static int check_text(jv statistics, jv answer, const char *name, jv *checked, struct error *err)
{
    size_t len = 0;
    const char *text = json_str(answer, name, &len);
    struct numbers numbers = {0};
    int status;

    if (len == 0 || strspn(text, " \t\r\n") == len)
        return error_set(err, ERR_DATA, "InvalidAnswer", "%s must be a string that is not empty", name);
    if (len > TEXT_BYTES_MAX)
        return error_set(err, ERR_DATA, "InvalidAnswer", "%s is longer than %d bytes", name, TEXT_BYTES_MAX);
    collect_numbers(&numbers, statistics);
    status = check_numbers(&numbers, name, text, err);
    free(numbers.values);
    if (status == 0)
        json_set(checked, name, json_string(text, len));
    return status;
}

jv summary_check(jv statistics, jv answer, struct error *err)
{
    jv checked = jv_object();

    if (check_text(statistics, answer, "summary", &checked, err) < 0 || check_text(statistics, answer, "plan", &checked, err) < 0) {
        jv_free(checked);
        return jv_invalid();
    }
    return checked;
}

jv summary_make(jv checked, const struct summary_parts *parts)
{
    json_set(&checked, "statistics", parts->statistics);
    json_set(&checked, "evidence", parts->evidence);
    json_set(&checked, "coverage", parts->coverage);
    json_set(&checked, "maki", parts->maki);
    return checked;
}
