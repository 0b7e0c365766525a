#include "base/lines.h"

#include "base/embed.h"
#include "unit.h"

/* All lines of a text, as "number:text", separated by '|'. */
static const char *lines_of(const char *text, size_t len)
{
    static char out[500];
    struct lines lines;
    size_t n = 0;

    out[0] = '\0';
    lines_init(&lines, text, len);
    while (lines_next(&lines))
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%ld:%.*s", n ? "|" : "", lines.number,
                              (int)lines.len, lines.text);
    return out;
}

static const char *lines_of_text(const char *text)
{
    return lines_of(text, strlen(text));
}

int main(void)
{
    TEST("lines come without their ends, and with their numbers")
    {
        CHECK_STR("1:a b|2:c", lines_of_text("a b\nc"));
        CHECK_STR("1:a|2:b", lines_of_text(" a \t\r\nb\r\n"));
        CHECK_STR("", lines_of_text(""));
        CHECK_STR("1:a", lines_of("a\nb", 2));
    }
    TEST("blank lines and comments are passed over, but counted")
    {
        CHECK_STR("3:a|6:b # c", lines_of_text("# x\n\na\n  # y\n \t\nb # c\n"));
    }
    TEST("a byte order mark is dropped")
    {
        CHECK_STR("1:a", lines_of_text("\xef\xbb\xbf"
                                       "a"));
        CHECK_STR("2:a", lines_of_text("\xef\xbb\xbf# x\na"));
    }
    TEST("an embedded file is found by its path")
    {
        const struct embedded_file *file = embed_find("services.txt");

        CHECK(file != NULL && file->size > 1000 && file->data[file->size] == 0);
        for (size_t i = 0; i < embedded_file_count; i++)
            CHECK(embed_find(embedded_files[i].path) == &embedded_files[i]);
        CHECK(embed_find("") == NULL && embed_find("services.tx") == NULL &&
              embed_find("zzz") == NULL);
    }
    return unit_end();
}
