#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_encode(struct buf *out, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16;
        char group[4];

        if (have > 1)
            bits |= (uint32_t)p[i + 1] << 8;
        if (have > 2)
            bits |= p[i + 2];
        for (int d = 0; d < 4; d++)
            group[d] = digits[bits >> (18 - 6 * d) & 63];
        memset(group + have + 1, '=', 3 - have);
        buf_add(out, group, sizeof(group));
    }
    return buf_full(out) ? -1 : 0;
}

/* A digit's value; -1 if it is none. */
static int value_of(char c)
{
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

int base64_decode(struct buf *out, const char *text, size_t len)
{
    if (len % 4 != 0)
        return -1;
    for (size_t i = 0; i < len; i += 4) {
        bool last = i + 4 == len;
        size_t padding = last && text[i + 3] == '=' ? 1 + (text[i + 2] == '=') : 0;
        uint32_t bits = 0;
        char bytes[3];

        for (size_t d = 0; d < 4; d++) {
            int value = d < 4 - padding ? value_of(text[i + d]) : 0;

            if (value < 0)
                return -1;
            bits = bits << 6 | (uint32_t)value;
        }
        /* what the padding cuts off must be zeros, or two texts would mean the same */
        if (padding > 0 && (bits & ((1U << (8 * padding)) - 1)) != 0)
            return -1;
        bytes[0] = (char)(bits >> 16);
        bytes[1] = (char)(bits >> 8);
        bytes[2] = (char)bits;
        buf_add(out, bytes, 3 - padding);
    }
    return buf_full(out) ? -1 : 0;
}
