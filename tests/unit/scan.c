#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "unit.h"

static struct scan_notes notes;
static struct error err;

static int scan(const char *text)
{
    memset(&notes, 0xff, sizeof(notes)); /* the scan itself must reset them */
    err = (struct error){0};
    return scan_json(text, strlen(text), &notes, &err);
}

/* Each text is copied to memory of just its size, so that a sanitizer sees a read beyond it. */
static int scan_tight(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    int status;

    memcpy(copy, text, len);
    memset(&notes, 0xff, sizeof(notes));
    status = scan_json(copy, len, &notes, &err);
    free(copy);
    return status;
}

static void check_accepted(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (scan(texts[i]) < 0)
            CHECK_STR(texts[i], err.message);
        CHECK_INT(0, scan_tight(texts[i], strlen(texts[i])));
    }
}

static void check_refused(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (scan(texts[i]) == 0)
            CHECK_STR("(refused)", texts[i]);
        CHECK_INT(ERR_DATA, err.kind);
        CHECK_INT(-1, scan_tight(texts[i], strlen(texts[i])));
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_grammar(void)
{
    static const char *const good[] = {
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "10",
        "-1.5e+10",
        "1E5",
        "0.1",
        "1e-5",
        "\"\"",
        "[]",
        "{}",
        "[1,2]",
        "\t\r\n {\"a\" : [ 1 , { } , [ ] ] , \"b\" : \"c\" } \n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
        "\"\x7f\xc2\x80\"",
        "{\"\":0}",
        "[[[[]]]]",
        "12345678901234567890",
        "\"\\u0000\"",
    };
    static const char *const bad[] = {
        "",
        " ",
        "nul",
        "nulll",
        "True",
        "NaN",
        "nan",
        "Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\uD800\\u12\"",
        "\"\n\"",
        "\"\t\"",
        "'a'",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "{,}",
        "1 2",
        "{} {}",
        "[]]",
        "null,",
        "// x\n1",
        "1 // x",
        "\xef\xbb\xbf"
        "1",
        "]",
        "}",
        ":",
        ",",
    };

    TEST("RFC 8259 texts are accepted")
    {
        check_accepted(good, COUNT(good));
    }
    TEST("everything else is refused")
    {
        check_refused(bad, COUNT(bad));
    }
    TEST("a NUL is refused wherever it stands")
    {
        CHECK_INT(-1, scan_tight("\0", 1));
        CHECK_INT(-1, scan_tight("1\0", 2));
        CHECK_INT(-1, scan_tight("\"a\0b\"", 5));
        CHECK_INT(-1, scan_tight("{\"a\0\":1}", 8));
        CHECK_INT(-1, scan_tight("[1,\0]", 5));
    }
    TEST("every cut of a text is refused, and its place is told")
    {
        const char *text = "{\"a\":[1.5e3,\"\\ud83d\\ude00\",true,null],\"b\":{\"c\":-0}}";

        CHECK_INT(0, scan(text));
        for (size_t len = 0; len < strlen(text); len++)
            CHECK_INT(-1, scan_tight(text, len));
        scan_tight(text, 10);
        CHECK_STR("invalid JSON: a digit is missing in a number at byte 11",
                  (scan_tight("{\"a\":[1.5e3", 10), err.message));
    }
}

static void test_notes(void)
{
    TEST("what libjq would change is noted")
    {
        CHECK_INT(0, scan("{\"a\":\"plain \xc3\xa9 \\ud83d\\ude00\",\"b\":123456789012345}"));
        CHECK(!notes.bad_utf8 && !notes.lone_surrogate && !notes.long_number);
        CHECK_INT(0, scan("\"\xff\""));
        CHECK(notes.bad_utf8 && !notes.lone_surrogate);
        CHECK_INT(0, scan("{\"\xc3\":1}"));
        CHECK(notes.bad_utf8);
        CHECK_INT(0, scan("\"\\ud800\""));
        CHECK(notes.lone_surrogate && !notes.bad_utf8);
        CHECK_INT(0, scan("\"\\udc00\\ud800\""));
        CHECK(notes.lone_surrogate);
        CHECK_INT(0, scan("\"\\ud800\\ud800\\udc00\""));
        CHECK(notes.lone_surrogate);
        CHECK_INT(0, scan("[1,1234567890123456]"));
        CHECK(notes.long_number);
        CHECK_INT(0, scan("1.234567890123456"));
        CHECK(notes.long_number);
        CHECK_INT(0, scan("1e400"));
        CHECK(notes.long_number);
    }
    TEST("a number that libjq would not keep is refused, however it is written")
    {
        static const char *const kept[] = {"1e999999", "-1e-999999", "1e-00000000000000000005",
                                           "0e5",      "0.000",      "0.001e999999"};
        static const char *const lost[] = {
            "1e1000000",
            "41e999999",
            "4.1e1000000",
            "0.1e-1000001",
            "1e-1000002",
            "0.01e-1000000",
            "[0e9999999999999999999999]",
        };

        check_accepted(kept, COUNT(kept));
        check_refused(lost, COUNT(lost));
        CHECK(strstr(err.message, "invalid JSON: a number out of range at byte ") == err.message);
    }
}

static void test_names(void)
{
    static const char *const twice[] = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":{},\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u00e9\":1,\"\xc3\xa9\":2}",
        "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
        "{\"\":1,\"\":2}",
        "{\"/\":1,\"\\/\":2}",
        /* the same once they are repaired */
        "{\"\xff\":1,\"\xfe\":2}",
        "{\"\xff\":1,\"\xef\xbf\xbd\":2}",
        "{\"\xff\":1,\"\\ud800\":2}",
        "{\"\xff\":1,\"\\ufffd\":2}",
    };
    static const char *const once[] = {
        "{\"a\":1,\"A\":2}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "[{\"a\":1},{\"a\":1}]",
        "{\"a\":{\"b\":1},\"b\":2}",
        "{\"a\":1,\"a\\u0000\":2}",
        "{\"\xff\":1,\"\xc3\xbf\":2}", /* U+00FF is not the byte ff */
        "{\"\xff\":1,\"\xff\xff\":2}",
    };

    TEST("a name that is given twice in one object is refused, however it is written")
    {
        check_refused(twice, COUNT(twice));
        CHECK_STR("DuplicateName", err.code);
    }
    TEST("the same name in other objects is fine")
    {
        check_accepted(once, COUNT(once));
    }
}

static void nest(struct buf *text, int depth, const char *open, const char *middle,
                 const char *close)
{
    buf_reset(text);
    for (int i = 0; i < depth; i++)
        buf_adds(text, open);
    buf_adds(text, middle);
    for (int i = 0; i < depth; i++)
        buf_adds(text, close);
}

static void test_limits(void)
{
    struct buf text;

    buf_init(&text, 4 << 20);
    TEST("nesting is accepted up to the limit, of arrays, objects and both")
    {
        nest(&text, SCAN_DEPTH_MAX, "[", "", "]");
        CHECK_INT(0, scan(buf_str(&text)));
        nest(&text, SCAN_DEPTH_MAX / 2, "[{\"a\":", "1", "}]");
        CHECK_INT(0, scan(buf_str(&text)));
        nest(&text, SCAN_DEPTH_MAX + 1, "[", "", "]");
        CHECK_INT(-1, scan(buf_str(&text)));
        CHECK_STR("invalid JSON: nested too deeply at byte 513", err.message);
        nest(&text, SCAN_DEPTH_MAX + 1, "{\"a\":", "1", "}");
        CHECK_INT(-1, scan(buf_str(&text)));
        nest(&text, 1000000, "[", "", "");
        CHECK_INT(-1, scan(buf_str(&text)));
    }
    TEST("siblings do not add up to depth")
    {
        buf_reset(&text);
        buf_addc(&text, '[');
        for (int i = 0; i < 2000; i++)
            buf_adds(&text, "[[]],");
        buf_adds(&text, "1]");
        CHECK_INT(0, scan(buf_str(&text)));
    }
    TEST("members are accepted up to the limit, in bearable time")
    {
        int64_t start = clock_monotonic_ms(clock_system());

        buf_reset(&text);
        buf_adds(&text, "{\"x\":0");
        for (int i = 1; i < SCAN_MEMBERS_MAX; i++)
            buf_addf(&text, ",\"%d\":0", i);
        buf_addc(&text, '}');
        CHECK_INT(0, scan(buf_str(&text)));
        buf_truncate(&text, text.len - 1);
        buf_adds(&text, ",\"y\":0}");
        CHECK_INT(-1, scan(buf_str(&text)));
        CHECK(strstr(err.message, "an object has too many members") != NULL);
        CHECK(clock_monotonic_ms(clock_system()) - start < 5000);
    }
    buf_clear(&text);
}

int main(void)
{
    test_grammar();
    test_notes();
    test_names();
    test_limits();
    return unit_end();
}
