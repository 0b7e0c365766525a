#include "base/lines.h"

#include <string.h>

void lines_init(struct lines *lines, const char *text, size_t len)
{
    size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    *lines = (struct lines){.next = text + mark, .end = text + len, .text = text};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool lines_next(struct lines *lines)
{
    while (lines->next < lines->end) {
        const char *start = lines->next;
        const char *end = memchr(start, '\n', (size_t)(lines->end - start));

        if (end == NULL)
            end = lines->end;
        lines->next = end < lines->end ? end + 1 : end;
        lines->number++;
        while (start < end && is_space(*start))
            start++;
        while (start < end && is_space(end[-1]))
            end--;
        if (start == end || *start == '#')
            continue;
        lines->text = start;
        lines->len = (size_t)(end - start);
        return true;
    }
    return false;
}
