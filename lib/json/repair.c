#include "json/repair.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { ESCAPE_LEN = 6, REPLACEMENT_LEN = 3 }; /* \uXXXX; U+FFFD in UTF-8 */

/* The value of a \u escape at `p`, else 0. The text is valid JSON, so the digits are there. */
static unsigned long escape_at(const char *p, const char *end)
{
    char digits[5] = "0";

    if (end - p >= ESCAPE_LEN && p[0] == '\\' && p[1] == 'u')
        memcpy(digits, p + 2, 4);
    return strtoul(digits, NULL, 16);
}

static bool is_high(unsigned long code)
{
    return code >= 0xd800 && code <= 0xdbff;
}

static bool is_low(unsigned long code)
{
    return code >= 0xdc00 && code <= 0xdfff;
}

/* How many bytes at `p` belong together; *good tells whether they may stay as they are. */
static size_t step(const char *p, const char *end, bool *good)
{
    unsigned long code;
    size_t size;

    *good = true;
    if (*p != '\\') {
        size = utf8_decode(p, (size_t)(end - p), NULL);
        *good = size > 0;
        return size ? size : 1;
    }
    if (p[1] != 'u')
        return 2;
    code = escape_at(p, end);
    if (is_high(code) && is_low(escape_at(p + ESCAPE_LEN, end)))
        return (size_t)2 * ESCAPE_LEN;
    *good = !is_high(code) && !is_low(code);
    return ESCAPE_LEN;
}

char *repair_text(const char *text, size_t len, size_t *repaired_len)
{
    const char *end = text + len;
    char *repaired =
        mem_alloc(len <= SIZE_MAX / REPLACEMENT_LEN ? len * REPLACEMENT_LEN : SIZE_MAX);
    char *to = repaired;
    bool good;

    for (size_t size; text < end; text += size) {
        size = step(text, end, &good);
        memcpy(to, good ? text : "\xef\xbf\xbd", good ? size : REPLACEMENT_LEN);
        to += good ? size : REPLACEMENT_LEN;
    }
    *repaired_len = (size_t)(to - repaired);
    return repaired;
}
