#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t utf8_decode(const char *p, size_t len, uint32_t *code)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *u = (const unsigned char *)p;
    size_t size;
    uint32_t value;

    if (len == 0)
        return 0;
    if (u[0] < 0x80) {
        if (code != NULL)
            *code = u[0];
        return 1;
    }
    if (u[0] < 0xc2 || u[0] > 0xf4)
        return 0;
    size = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (len < size)
        return 0;
    value = u[0] & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(u[i]))
            return 0;
        value = value << 6 | (u[i] & 0x3fU);
    }
    if (value < lowest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    if (code != NULL)
        *code = value;
    return size;
}

size_t utf8_valid_prefix(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        uint64_t word;
        size_t size;

        /* eight ASCII bytes at a time: nearly all text is that */
        while (len - i >= sizeof(word)) {
            memcpy(&word, text + i, sizeof(word));
            if (word & UINT64_C(0x8080808080808080))
                break;
            i += sizeof(word);
        }
        if (i == len)
            break;
        size = utf8_decode(text + i, len - i, NULL);
        if (size == 0)
            break;
        i += size;
    }
    return i;
}

size_t utf8_clip(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && is_continuation((unsigned char)text[max]))
        max--;
    return max;
}
