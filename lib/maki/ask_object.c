/* An answer's JSON object where the model wrote it into text instead of calling the tool. */
#include <string.h>

#include "maki/ask.h"
#include "json/json.h"

enum { OBJECT_STARTS_MAX = 200 };

/* The end of the JSON object that starts at `start`, by counting brackets outside strings; NULL if
 * it does not end. */
static const char *object_end(const char *start)
{
    int depth = 0;
    bool in_string = false;

    for (const char *p = start; *p; p++) {
        if (in_string) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == '"')
                in_string = false;
        } else if (*p == '"') {
            in_string = true;
        } else if (*p == '{') {
            depth++;
        } else if (*p == '}' && --depth == 0) {
            return p + 1;
        }
    }
    return NULL;
}

/* Models that think aloud do so between tags, and what they think may hold drafts. */
static const char *behind_thoughts(const char *text)
{
    static const char *const ends[] = {"</thinking>", "</think>", "</reasoning>"};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        for (const char *p = text; (p = strstr(p, ends[i])) != NULL;)
            text = p += strlen(ends[i]);
    }
    return text;
}

jv ask_find_object(const char *text)
{
    struct error ignored;
    const char *start = strchr(behind_thoughts(text), '{');

    /* each start may take a look at the whole text: an answer of nothing but brackets must not take
     * forever */
    for (int i = 0; start != NULL && i < OBJECT_STARTS_MAX; i++, start = strchr(start + 1, '{')) {
        const char *end = object_end(start);
        jv value;

        if (end == NULL) /* a bracket in the prose */
            continue;
        value = json_parse(start, (size_t)(end - start), NULL, &ignored);
        if (jv_is_valid(value))
            return value;
    }
    return jv_invalid();
}
