#include <string.h>

#include "json/json.h"

enum { INDENT = 2 };

static void new_line(struct buf *out, int depth)
{
    buf_addf(out, "\n%*s", depth * INDENT, "");
}

/* The length of the string that starts at `text`, its quotes included. */
static size_t string_len(const char *text, size_t len)
{
    size_t i = 1;

    while (i < len && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return i < len ? i + 1 : len;
}

static bool opens(char c)
{
    return c == '{' || c == '[';
}

static bool closes(char c)
{
    return c == '}' || c == ']';
}

int json_indent(struct buf *out, const char *text, size_t len)
{
    int depth = 0;
    size_t run;

    for (size_t i = 0; i < len; i += run) {
        run = 1;
        if (closes(text[i]))
            new_line(out, --depth);
        if (text[i] == '"')
            run = string_len(text + i, len - i);
        else if (opens(text[i]) && i + 1 < len && closes(text[i + 1]))
            run = 2; /* {} and [] stay as they are */
        buf_add(out, text + i, run);
        if (text[i] == ':')
            buf_addc(out, ' ');
        else if (text[i] == ',')
            new_line(out, depth);
        else if (opens(text[i]) && run == 1)
            new_line(out, ++depth);
    }
    return buf_full(out) ? -1 : 0;
}
