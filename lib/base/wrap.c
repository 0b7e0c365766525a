#include "base/wrap.h"

#include <string.h>

static void new_line(struct buf *out, size_t column)
{
    buf_addf(out, "\n%*s", (int)column, "");
}

void wrap_text(struct buf *out, const char *text, size_t column, size_t width)
{
    size_t at = column;

    for (; *text; text++) {
        size_t len = strcspn(text, " \n");

        if (at > column && at + 1 + len > width) {
            new_line(out, column);
            at = column;
        } else if (at > column && len > 0) {
            buf_addc(out, ' ');
            at++;
        }
        buf_add(out, text, len);
        at += len;
        text += len;
        if (*text == '\0')
            break;
        if (*text == '\n') {
            new_line(out, column);
            at = column;
        }
    }
    buf_addc(out, '\n');
}
