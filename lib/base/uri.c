#include "base/uri.h"

#include <string.h>

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

/* strchr would find the NUL at the end of `keep`, too. */
static bool stays(unsigned char c, const char *keep)
{
    return is_unreserved(c) || (c != '\0' && strchr(keep, c) != NULL);
}

int uri_encode(struct buf *out, const char *text, size_t len, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        char code[3] = {'%', digits[c >> 4], digits[c & 15]};

        if (stays(c, keep))
            continue;
        buf_add(out, text + start, i - start);
        buf_add(out, code, sizeof(code));
        start = i + 1;
    }
    return buf_add(out, text + start, len - start);
}

/* The value of a hexadecimal digit, or -1. */
static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that "%XX" at `text` stands for, or -1. */
static int coded_byte(const char *text, size_t len)
{
    if (len < 3 || text[0] != '%' || digit_value(text[1]) < 0 || digit_value(text[2]) < 0)
        return -1;
    return digit_value(text[1]) << 4 | digit_value(text[2]);
}

int uri_decode(struct buf *out, const char *text, size_t len, bool plus_is_space)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        bool plus = plus_is_space && text[i] == '+';
        int byte = plus ? ' ' : coded_byte(text + i, len - i);

        if (byte < 0)
            continue;
        buf_add(out, text + start, i - start);
        buf_addc(out, (char)byte);
        i += plus ? 0 : 2;
        start = i + 1;
    }
    return buf_add(out, text + start, len - start);
}

bool uri_is_visible(const char *text)
{
    while (*text > ' ' && *text <= '~')
        text++;
    return *text == '\0';
}
