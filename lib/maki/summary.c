#include "maki/summary.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "json/json.h"

enum { TEXT_BYTES_MAX = 400000, NUMBER_TEXT_MAX = 32, WORDS_AHEAD = 4 };

jv summary_digest(jv insight)
{
    static const char *const members[] = {"caseId",       "category",        "sentiment",
                                          "status",       "serviceCode",     "timeCreated",
                                          "case_summary", "suggested_action"};
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

static void add_number(struct numbers *numbers, double value)
{
    numbers->values =
        mem_grow(numbers->values, &numbers->cap, numbers->count + 1, sizeof(*numbers->values));
    numbers->values[numbers->count++] = value;
}

static void collect_numbers(struct numbers *numbers, jv value)
{
    switch (jv_get_kind(value)) {
    case JV_KIND_NUMBER:
        add_number(numbers, jv_number_value(value));
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

/* "In 2025 cases about …": the years from the first case's to the last one's. */
static void collect_years(struct numbers *numbers, jv statistics)
{
    const char *from = json_str(statistics, "from", NULL);
    const char *to = json_str(statistics, "to", NULL);
    long last = to ? strtol(to, NULL, 10) : 0;

    for (long year = from ? strtol(from, NULL, 10) : 0; year > 0 && year <= last && year <= 9999;
         year++)
        add_number(numbers, (double)year);
}

/* Percentages may be rounded to whole numbers, counts may not. */
static bool is_known(const struct numbers *numbers, double value, bool percentage)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (fabs(numbers->values[i] - value) < 1e-9 ||
            (percentage && fabs(round(numbers->values[i]) - value) < 1e-9))
            return true;
    }
    return false;
}

/* A number with thousands separators and a decimal point at *p, which moves behind it. */
static double read_number(const char **p, char text[NUMBER_TEXT_MAX])
{
    size_t len = 0;

    while (isdigit((unsigned char)**p) ||
           ((**p == ',' || **p == '.') && isdigit((unsigned char)(*p)[1]))) {
        if (**p != ',' && len < NUMBER_TEXT_MAX - 1)
            text[len++] = **p;
        ++*p;
    }
    text[len] = '\0';
    return strtod(text, NULL);
}

static bool word_is_one_of(const char *word, size_t len, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strlen(*words) == len && strncasecmp(word, *words, len) == 0)
            return true;
    }
    return false;
}

/*
 * Does what follows a number say that it counts cases ("12 open cases", "12 of the 40 cases")? A
 * preposition or a unit means that it counts something else ("24 hours per case", "5 days for new
 * cases").
 */
static bool counts_cases(const char *p)
{
    static const char *const cases[] = {"case", "cases", "insight", "insights", NULL};
    static const char *const others[] = {
        "per",   "in",    "for",    "from",    "with",   "without", "by",    "to",     "and",
        "or",    "on",    "at",     "as",      "after",  "before",  "until", "when",   "where",
        "hour",  "hours", "day",    "days",    "week",   "weeks",   "month", "months", "year",
        "years", "times", "minute", "minutes", "second", "seconds", NULL};

    for (int words = 0; words < WORDS_AHEAD; words++) {
        size_t len;

        p += strspn(p, " *_"); /* emphasis in Markdown */
        len = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
        if (len == 0 || word_is_one_of(p, len, others))
            return false;
        if (word_is_one_of(p, len, cases))
            return true;
        p += len;
    }
    return false;
}

/* The length of a percent sign or word that stands there; 0 if none does. */
static size_t percent_sign(const char *p)
{
    static const char *const signs[] = {"%", "percent", "per cent"};
    size_t blank = strspn(p, " *_");

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncasecmp(p + blank, signs[i], strlen(signs[i])) == 0)
            return blank + strlen(signs[i]);
    }
    return 0;
}

/* Part of a name or a version such as "t3.micro", "HTTP-429" or "v1.27"? */
static bool is_part_of_word(const char *text, const char *p)
{
    return p > text && (isalnum((unsigned char)p[-1]) ||
                        (strchr("-._/", p[-1]) && p - 1 > text && isalnum((unsigned char)p[-2])));
}

/* The second half of a name in two words: "Route 53", "HTTP 503", "version 14"? */
static bool ends_a_name(const char *text, const char *p)
{
    static const char *const firsts[] = {
        "route", "http", "version", "code", "error",      "status", "port",       "tls", "severity",
        "level", "step", "python",  "java", "postgresql", "mysql",  "kubernetes", NULL};
    const char *end = p;
    const char *start;

    while (end > text && end[-1] == ' ')
        end--;
    for (start = end; start > text && isalpha((unsigned char)start[-1]);)
        start--;
    return end < p && word_is_one_of(start, (size_t)(end - start), firsts);
}

/* `all_percentages`: also those of which the text does not say that they are of cases. */
static int check_numbers(const struct numbers *numbers, bool all_percentages, const char *name,
                         const char *text, struct error *err)
{
    char number[NUMBER_TEXT_MAX];

    for (const char *p = text; *p;) {
        bool part = is_part_of_word(text, p) || ends_a_name(text, p);
        size_t percent;
        double value;

        if (!isdigit((unsigned char)*p)) {
            p++;
            continue;
        }
        value = read_number(&p, number);
        percent = percent_sign(p);
        if (part || isalpha((unsigned char)*p) ||
            (!counts_cases(p + percent) && !(all_percentages && percent > 0)))
            continue;
        if (!is_known(numbers, value, percent > 0))
            return error_set(err, ERR_DATA, "InventedNumber",
                             "the %s says %s%s, which is none of the statistics; use only numbers "
                             "that are given",
                             name, number, percent > 0 ? " percent" : " cases");
    }
    return 0;
}

static int check_text(const struct numbers *numbers, jv answer, const char *name, jv *checked,
                      struct error *err)
{
    size_t len = 0;
    const char *text = json_str(answer, name, &len);

    if (len == 0 || strspn(text, " \t\r\n") == len)
        return error_set(err, ERR_DATA, "InvalidAnswer", "%s must be a string that is not empty",
                         name);
    if (len > TEXT_BYTES_MAX)
        return error_set(err, ERR_DATA, "InvalidAnswer", "%s is longer than %d bytes", name,
                         TEXT_BYTES_MAX);
    if (strlen(text) < len) /* what stands behind a NUL would not be looked at */
        return error_set(err, ERR_DATA, "InvalidAnswer", "%s holds a NUL character", name);
    if (check_numbers(numbers, strcmp(name, "summary") == 0, name, text, err) < 0)
        return -1;
    json_set(checked, name, json_string(text, len));
    return 0;
}

jv summary_check(jv statistics, jv answer, struct error *err)
{
    jv checked = jv_object();
    struct numbers numbers = {0};
    int status;

    collect_numbers(&numbers, statistics);
    collect_years(&numbers, statistics);
    status = check_text(&numbers, answer, "summary", &checked, err);
    if (status == 0)
        status = check_text(&numbers, answer, "plan", &checked, err);
    free(numbers.values);
    if (status == 0)
        return checked;
    jv_free(checked);
    return jv_invalid();
}

jv summary_make(jv checked, const struct summary_parts *parts)
{
    json_set(&checked, "statistics", parts->statistics);
    json_set(&checked, "evidence", parts->evidence);
    json_set(&checked, "coverage", parts->coverage);
    json_set(&checked, "maki", parts->maki);
    return checked;
}
