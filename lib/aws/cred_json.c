#include "aws/cred_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* All of these rely on the text being valid JSON. */

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* From a string's opening quote to behind its closing one. */
static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++)
        p += *p == '\\';
    return p + 1;
}

/* Behind a value. Inside of brackets only strings can hold brackets that do not count. */
static const char *skip_value(const char *p)
{
    int depth = 0;

    do {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        else if (depth == 0)
            return p + strcspn(p, ",}] \t\r\n"); /* a number or a word */
        p++;
    } while (depth > 0);
    return p;
}

/* The value of an object's member, whose name is written without escapes; NULL if there is none. */
static const char *find_member(const char *object, const char *name, size_t len)
{
    const char *p = skip_space(object);

    if (*p != '{')
        return NULL;
    p = skip_space(p + 1);
    while (*p == '"') {
        const char *end = skip_string(p);
        bool same = (size_t)(end - p) == len + 2 && memcmp(p + 1, name, len) == 0;

        p = skip_space(skip_space(end) + 1); /* behind ':' */
        if (same)
            return p;
        p = skip_space(skip_value(p));
        p = skip_space(p + (*p == ','));
    }
    return NULL;
}

struct cred_span cred_json_find(const struct buf *json, const char *path)
{
    const char *at = buf_str(json);

    for (;;) {
        size_t len = strcspn(path, ".");

        at = find_member(at, path, len);
        if (at == NULL)
            return (struct cred_span){NULL, 0};
        if (path[len] == '\0')
            return (struct cred_span){at, (size_t)(skip_value(at) - at)};
        path += len + 1;
    }
}

/*
 * The character that an escape stands for, behind whose backslash *p is and behind which it is
 * moved; 0 for one that is not taken.
 */
static char unescape(const char **p)
{
    static const char letters[] = "\"\\/";
    char code[5] = {0};

    if (**p != 'u')
        return strchr(letters, *(*p)++) ? (*p)[-1] : '\0';
    memcpy(code, *p + 1, 4);
    *p += 5;
    return strncmp(code, "00", 2) == 0 ? (char)strtol(code, NULL, 16) : '\0';
}

int cred_json_text(const struct buf *json, const char *path, struct buf *out)
{
    struct cred_span span = cred_json_find(json, path);
    const char *p;

    if (span.at == NULL || span.len <= 2 || *span.at != '"')
        return -1;
    p = span.at + 1;
    while (*p != '"') {
        char c = *p++;

        if (c == '\\')
            c = unescape(&p);
        if (c < ' ' || c > '~' || buf_addc(out, c) < 0)
            return -1;
    }
    return 0;
}

int cred_json_int(const struct buf *json, const char *path, int64_t *value)
{
    struct cred_span span = cred_json_find(json, path);
    char digits[20] = "";
    char *end;

    if (span.at == NULL || span.len == 0 || span.len >= sizeof(digits))
        return -1;
    memcpy(digits, span.at, span.len);
    errno = 0;
    *value = strtoll(digits, &end, 10);
    return *end == '\0' && errno == 0 ? 0 : -1;
}
