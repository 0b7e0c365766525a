#include "json/jsonl.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-jsonl-XXXXXX";

static void save(const char *text, size_t len)
{
    struct file_write write = {.path = "in.jsonl", .data = text, .len = len, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

/*
 * All that comes from a text, one value a line: "line:value", "line!repaired value" or
 * "line?message"; "END" at the end.
 */
static const char *read_sized(const char *text, size_t len, const struct jsonl_options *options)
{
    static char story[65536];
    struct error err = {0};
    struct jsonl *reader;
    struct buf told;

    buf_init(&told, sizeof(story) - 1);
    save(text, len);
    reader = jsonl_open("in.jsonl", options, &err);
    for (bool more = reader != NULL; more;) {
        jv value = jv_invalid();

        switch (jsonl_next(reader, &value, &err)) {
        case JSONL_VALUE:
            buf_addf(&told, "%ld%c", jsonl_line(reader), jsonl_repaired(reader) ? '!' : ':');
            json_write(&told, value);
            buf_addc(&told, '\n');
            jv_free(value);
            break;
        case JSONL_BAD:
            CHECK_INT(ERR_DATA, err.kind);
            buf_addf(&told, "%ld?%s\n", jsonl_line(reader), err.message);
            break;
        case JSONL_FAILED:
            buf_addf(&told, "FAILED %s", err.message);
            more = false;
            break;
        case JSONL_END:
            buf_adds(&told, "END");
            more = false;
            break;
        }
    }
    jsonl_close(reader);
    snprintf(story, sizeof(story), "%s", buf_str(&told));
    buf_clear(&told);
    return story;
}

static const char *read_text(const char *text)
{
    return read_sized(text, strlen(text), NULL);
}

static void test_lines(void)
{
    TEST("one value a line, the last with or without a newline")
    {
        CHECK_STR("1:{\"a\":1}\n2:[2]\nEND", read_text("{\"a\":1}\n[2]\n"));
        CHECK_STR("1:{\"a\":1}\n2:[2]\nEND", read_text("{\"a\":1}\n[2]"));
        CHECK_STR("END", read_text(""));
    }
    TEST("CRLF, blank lines and white space are passed over and counted")
    {
        CHECK_STR("1:1\n5:2\nEND", read_text("1\r\n\r\n\n  \t \n 2 \t\r\n\r\n"));
        CHECK_STR("END", read_text("\n\n\r\n   "));
    }
    TEST("a byte order mark is taken off the first line only")
    {
        CHECK_STR("1:1\nEND", read_text("\xef\xbb\xbf"
                                        "1\n"));
        CHECK_STR("2:1\nEND", read_text("\xef\xbb\xbf\n1\n"));
        CHECK_STR("1:1\n2?in.jsonl:2: invalid JSON: a value is expected at byte 1\nEND",
                  read_text("1\n\xef\xbb\xbf"
                            "2\n"));
        CHECK_STR("END", read_text("\xef\xbb\xbf"));
    }
    TEST("a bad line is told with name and line, and reading goes on")
    {
        CHECK_STR("1:1\n2?in.jsonl:2: invalid JSON: the text ends early (is the line cut?) at byte "
                  "2\n3:3\nEND",
                  read_text("1\n[\n3\n"));
        CHECK_STR("1?in.jsonl:1: invalid JSON: there is more after the value at byte 3\nEND",
                  read_text("1 2\n"));
    }
    TEST("repaired text is told for its own line only")
    {
        CHECK_STR("1:\"a\"\n2!\"\xef\xbf\xbd\"\n3:\"b\"\nEND",
                  read_text("\"a\"\n\"\xff\"\n\"b\"\n"));
        CHECK_STR("1!\"\xef\xbf\xbd\"\nEND", read_text("\"\\ud800\"\n"));
    }
    TEST("a NUL makes a line bad, also at its end and on its own")
    {
        CHECK_STR("1?in.jsonl:1: invalid JSON: there is more after the value at byte 2\n2:2\nEND",
                  read_sized("1\0\n2\n", 5, NULL));
        CHECK_STR("1?in.jsonl:1: invalid JSON: a value is expected at byte 1\n2:2\nEND",
                  read_sized("\0\n2\n", 4, NULL));
        CHECK_STR("1?in.jsonl:1: invalid JSON: there is more after the value at byte 2\nEND",
                  read_sized("1\0 \r\n", 5, NULL));
    }
}

static void test_documents(void)
{
    const struct jsonl_options options = {.documents = true};
    static const char pretty[] = "{\n  \"a\": [\n    1\n  ]\n}\n[\n]\n3\n";

    TEST("with documents, a lone bracket starts a value of several lines")
    {
        CHECK_STR("1:{\"a\":[1]}\n6:[]\n8:3\nEND", read_sized(pretty, strlen(pretty), &options));
        CHECK_STR("1:{\"a\":1}\nEND", read_sized("{\r\n\"a\":1\r\n}\r\n", 13, &options));
    }
    TEST("without, it is a bad line")
    {
        CHECK(strncmp(read_text("{\n}\n"), "1?in.jsonl:1: ", 14) == 0);
    }
    TEST("a document that is cut is bad, where it starts")
    {
        CHECK_STR(
            "1?in.jsonl:1: invalid JSON: the text ends early (is the line cut?) at byte 8\nEND",
            read_sized("{\n\"a\":\n", 7, &options));
    }
    TEST("a NUL starts no document")
    {
        CHECK_STR("1?in.jsonl:1: invalid JSON: a value is expected at byte 1\n2:2\nEND",
                  read_sized("\0\n2\n", 4, &options));
    }
    TEST("lines of one value each are read as ever")
    {
        CHECK_STR("1:{\"a\":1}\n2:{}\nEND", read_sized("{\"a\":1}\n{}\n", 11, &options));
    }
}

static void test_maximum(void)
{
    const struct jsonl_options options = {.line_bytes_max = 10};
    const struct jsonl_options documents = {.line_bytes_max = 10, .documents = true};

    TEST("a line of the maximum is read, a longer one is bad, and the next is read again")
    {
        CHECK_STR("1:\"12345678\"\n2?in.jsonl:2: the line is longer than 10 bytes; see "
                  "--max-line\n3:3\nEND",
                  read_sized("\"12345678\"\n\"123456789\"\n3\n", 25, &options));
    }
    TEST("the last line may be the long one")
    {
        CHECK_STR("1?in.jsonl:1: the line is longer than 10 bytes; see --max-line\nEND",
                  read_sized("\"12345678901234567890\"", 22, &options));
    }
    TEST("a document counts as one line")
    {
        const char *story = read_sized("{\n\"a\":12345\n}\n3\n", 16, &documents);

        CHECK(strstr(story, "1?in.jsonl:1: the line is longer than 10 bytes") == story);
        CHECK(strstr(story, ":3\nEND") != NULL);
    }
}

/* Lines whose ends fall on, before and behind the ends of the chunks that are read. */
static void test_chunks(void)
{
    struct buf text;
    struct error err;
    struct jsonl *reader;
    jv value;
    size_t len;
    long count = 0;

    buf_init(&text, 1 << 24);
    for (int i = 0; i < 3000; i++) {
        buf_addc(&text, '"');
        for (int j = 0; j < i; j++)
            buf_addc(&text, (char)('a' + j % 26));
        buf_adds(&text, "\"\n");
    }
    save(text.data, text.len);
    reader = jsonl_open("in.jsonl", NULL, &err);
    TEST("3,000 lines of every length come whole and in order")
    {
        while (jsonl_next(reader, &value, &err) == JSONL_VALUE) {
            json_text(value, &len);
            if (len != (size_t)count || jsonl_line(reader) != count + 1)
                break;
            jv_free(value);
            count++;
        }
        CHECK_INT(3000, count);
    }
    jsonl_close(reader);
    buf_clear(&text);
}

static void test_raw(void)
{
    struct error err;
    struct jsonl *reader;
    size_t len;

    save(" not json \r\n\n{\"a\":1}", 20);
    reader = jsonl_open("in.jsonl", NULL, &err);
    TEST("lines can be had as they are")
    {
        CHECK_INT(JSONL_VALUE, jsonl_next_line(reader, &err));
        CHECK_STR(" not json", jsonl_text(reader, &len));
        CHECK_INT(9, len);
        CHECK_INT(JSONL_VALUE, jsonl_next_line(reader, &err));
        CHECK_STR("{\"a\":1}", jsonl_text(reader, &len));
        CHECK_INT(3, jsonl_line(reader));
        CHECK_INT(JSONL_END, jsonl_next_line(reader, &err));
        CHECK_INT(JSONL_END, jsonl_next_line(reader, &err));
        CHECK_STR("in.jsonl", jsonl_name(reader));
    }
    jsonl_close(reader);
    jsonl_close(NULL);
    TEST("what cannot be opened or read is told")
    {
        CHECK(jsonl_open("none.jsonl", NULL, &err) == NULL);
        CHECK_STR("cannot open none.jsonl: No such file or directory", err.message);
        reader = jsonl_open(".", NULL, &err);
        CHECK_INT(JSONL_FAILED, jsonl_next_line(reader, &err));
        CHECK_STR("cannot read .: Is a directory", err.message);
        jsonl_close(reader);
    }
}

int main(void)
{
    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    test_lines();
    test_documents();
    test_maximum();
    test_chunks();
    test_raw();
    scratch_remove(folder);
    return unit_end();
}
