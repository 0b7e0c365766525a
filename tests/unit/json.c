#include "json/json.h"

#include <math.h>
#include <stdlib.h>

#include "base/digest.h"
#include "unit.h"

#ifndef MAKI_JV_LITERALS
#define MAKI_JV_LITERALS 1
#endif

static struct buf out;
static struct error err;

static jv parse(const char *text)
{
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR(text, err.message);
    return value;
}

static const char *write_value(jv value)
{
    buf_reset(&out);
    CHECK_INT(0, json_write(&out, value));
    return buf_str(&out);
}

/* Parsed and written again: the text that comes, or "refused". */
static const char *rewrite(const char *text, bool *repaired)
{
    jv value = json_parse(text, strlen(text), repaired, &err);
    const char *written;

    if (!jv_is_valid(value))
        return "refused";
    written = write_value(value);
    jv_free(value);
    return written;
}

static void test_round_trip(void)
{
    static const char *const same[] = {
        "null",
        "true",
        "false",
        "\"\"",
        "[]",
        "{}",
        "[1,\"a\",null,[true],{\"z\":1,\"a\":2}]",
        "{\"z\":1,\"a\":{\"y\":1,\"b\":2},\"m\":[3,2,1]}",
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f/\"",
        "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8 \xef\xbf\xbf\"",
        "[0,1.5,-2.25,0.1,123456789012345,-0.0009765625]",
    };
    static const char exact[] =
        "[-0,100000000000000000000,12345678901234567890.0987654321,1E+400,-1E-400]";

    TEST("what is parsed is written back the same: members in their order, numbers to the last "
         "digit")
    {
        for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
            CHECK_STR(same[i], rewrite(same[i], NULL));
    }
    TEST("numbers beyond a double are kept, or refused where libjq (before 1.7) cannot keep them")
    {
        CHECK_STR(MAKI_JV_LITERALS ? exact : "refused", rewrite(exact, NULL));
    }
    TEST("white space and needless escapes go")
    {
        CHECK_STR("{\"a\":[1,2]}", rewrite(" { \"\\u0061\" : [ 1 ,\t2 ] }\r\n", NULL));
        CHECK_STR("\"/\xc3\xa9\xf0\x9f\x98\x80\"", rewrite("\"\\/\\u00e9\\ud83d\\ude00\"", NULL));
    }
    TEST("strings of every length around the words that are looked at at once")
    {
        char text[64];

        for (size_t len = 0; len < 30; len++) {
            for (size_t at = 0; at < len; at++) {
                memset(text, 'a', sizeof(text));
                text[0] = text[len + 1] = '"';
                text[len + 2] = '\0';
                text[at + 1] = '\x7f';
                CHECK_STR(text, rewrite(text, NULL));
            }
        }
    }
}

static void test_repair(void)
{
    static const struct {
        const char *text;
        const char *repaired;
    } cases[] = {
        {"\"a\xff"
         "b\"",
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\"\\ud800\"", "\"\xef\xbf\xbd\""},
        {"\"\\ud800x\"", "\"\xef\xbf\xbdx\""},
        {"\"\\ud800\\n\"", "\"\xef\xbf\xbd\\n\""},
        {"\"\\ud800\\u0041\"", "\"\xef\xbf\xbd"
                               "A\""},
        {"\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\""},
        {"\"\\udc00\"", "\"\xef\xbf\xbd\""},
        {"\"\\\\ud800\xff\"", "\"\\\\ud800\xef\xbf\xbd\""}, /* an escaped backslash, then letters */
        {"{\"\\ud800\":\"\xc3\"}", "{\"\xef\xbf\xbd\":\"\xef\xbf\xbd\"}"},
        {"\"\xed\xa0\x80\"", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\"\xf0"
         "AB\"",
         "\"\xef\xbf\xbd"
         "AB\""}, /* good letters behind a bad byte stay, also at the end */
        {"\"\xe2\x82\"", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    bool repaired;

    TEST("each byte that is not UTF-8 and each half of a pair becomes U+FFFD, nothing else is "
         "touched, and it is told")
    {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            repaired = false;
            CHECK_STR(cases[i].repaired, rewrite(cases[i].text, &repaired));
            CHECK(repaired);
        }
    }
    TEST("what was in order is not called repaired")
    {
        repaired = true;
        rewrite("\"\xef\xbf\xbd \\ufffd \\ud83d\\ude00\"", &repaired);
        CHECK(!repaired);
        repaired = true;
        CHECK_STR("refused", rewrite("\"\xff", &repaired));
        CHECK(!repaired);
    }
}

static void test_refusal(void)
{
    TEST("bad JSON gives an invalid value and an error of kind data")
    {
        CHECK_STR("refused", rewrite("{\"a\":01}", NULL));
        CHECK_INT(ERR_DATA, err.kind);
        CHECK_STR("invalid JSON: a number with a leading zero at byte 7", err.message);
        CHECK_STR("refused", rewrite("{\"a\":1,\"a\":2}", NULL));
        CHECK_STR("refused", rewrite("nan", NULL));
        CHECK_STR("refused", rewrite("1e99999999999", NULL));
        CHECK_STR("refused", rewrite("", NULL));
    }
}

static void test_writing(void)
{
    jv numbers = jv_array();
    jv value;

    TEST("numbers that were computed are written as whole numbers where they are, and never as nan "
         "or infinity")
    {
        json_append(&numbers, jv_number(0));
        json_append(&numbers, jv_number(-3));
        json_append(&numbers, jv_number(9007199254740991));
        json_append(&numbers, jv_number(0.5));
        json_append(&numbers, jv_number(NAN));
        json_append(&numbers, jv_number(INFINITY));
        json_append(&numbers, jv_number(1e300));
        CHECK_STR("[0,-3,9007199254740991,0.5,null,null,1e+300]", write_value(numbers));
        jv_free(numbers);
    }
    TEST("the canonical form sorts members bytewise at every level")
    {
        value = parse("{\"b\":[{\"z\":1,\"a\":2}],\"a\":1,\"B\":2,\"\xc3\xa9\":3,\"aa\":4}");
        buf_reset(&out);
        CHECK_INT(0, json_write_canonical(&out, value));
        CHECK_STR("{\"B\":2,\"a\":1,\"aa\":4,\"b\":[{\"a\":2,\"z\":1}],\"\xc3\xa9\":3}",
                  buf_str(&out));
        jv_free(value);
    }
    TEST("a buffer that is too small is told, for every size")
    {
        const char *text = "{\"a\":[1,null,true,\"x\\n\xc3\xa9\"]}";
        struct buf small;

        value = parse(text);
        for (size_t max = 1; max < strlen(text); max++) {
            buf_init(&small, max);
            CHECK_INT(-1, json_write(&small, value));
            buf_clear(&small);
        }
        buf_init(&small, strlen(text));
        CHECK_INT(0, json_write(&small, value));
        CHECK_STR(text, buf_str(&small));
        buf_clear(&small);
        jv_free(value);
    }
    TEST("a string from bytes keeps NULs and loses what is not UTF-8")
    {
        buf_reset(&out);
        CHECK_INT(0, json_write_string(&out, "a\0\xff\"", 4));
        CHECK_STR("\"a\\u0000\xef\xbf\xbd\\\"\"", buf_str(&out));
    }
}

static const char *indented(const char *text, size_t bytes_max)
{
    static char story[256];
    struct buf b;

    buf_init(&b, bytes_max);
    snprintf(story, sizeof(story), "%s",
             json_indent(&b, text, strlen(text)) < 0 ? "full" : buf_str(&b));
    buf_clear(&b);
    return story;
}

static void test_indent(void)
{
    TEST("indented text says the same, an item a line")
    {
        CHECK_STR("{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}",
                  indented("{\"a\":[1,{}],\"b\":[]}", 100));
        CHECK_STR("1", indented("1", 100));
        CHECK_STR("{}", indented("{}", 100));
    }
    TEST("what stands in strings is left alone")
    {
        CHECK_STR("[\n  \"{\\\"[,:]}\\\\\",\n  \"\"\n]",
                  indented("[\"{\\\"[,:]}\\\\\",\"\"]", 100));
    }
    TEST("a buffer that is too small is told")
    {
        CHECK_STR("full", indented("[1,2,3]", 10));
    }
}

static void test_digest(void)
{
    char one[DIGEST_HEX_SIZE];
    char two[DIGEST_HEX_SIZE];
    jv a = parse("{\"x\":1,\"y\":[\"\\u00e9\"]}");
    jv b = parse("{ \"y\" : [\"\xc3\xa9\"], \"x\":1 }");
    jv c = parse("{\"x\":1,\"y\":[\"e\"]}");

    TEST("the digest tells values apart, not their spelling")
    {
        json_digest(a, &out, one);
        json_digest(b, &out, two);
        CHECK_STR(one, two);
        json_digest(c, &out, two);
        CHECK(strcmp(one, two) != 0);
        digest_sha256_hex("{\"x\":1,\"y\":[\"\xc3\xa9\"]}", 18, two);
        CHECK_STR(two, one);
    }
    jv_free(a);
    jv_free(b);
    jv_free(c);
}

static void test_access(void)
{
    jv v = parse("{\"s\":\"a\\u0000b\",\"n\":42,\"f\":1.9,\"big\":1e200,\"t\":true,\"no\":false,"
                 "\"nil\":null,"
                 "\"o\":{\"p\":{\"q\":\"deep\"}},\"l\":[10,20]}");
    size_t len = 99;

    TEST("members, by name and by path, borrowed")
    {
        CHECK_STR("a", json_str(v, "s", &len));
        CHECK_INT(3, len);
        CHECK_STR("deep", json_text(json_get_path(v, "o", "p", "q", NULL), NULL));
        CHECK(json_has(v, "nil") && !json_has(v, "none"));
        CHECK(json_is(json_get(v, "nil"), JV_KIND_NULL));
    }
    TEST("what is not there or of another kind is nothing, and harmless")
    {
        CHECK(!jv_is_valid(json_get(v, "none")));
        CHECK(!jv_is_valid(json_get(json_get(v, "l"), "x")));
        CHECK(!jv_is_valid(json_get_path(v, "o", "none", "q", NULL)));
        CHECK(!jv_is_valid(json_get(jv_invalid(), "x")));
        CHECK(json_str(v, "n", NULL) == NULL);
        CHECK(json_text(v, NULL) == NULL);
    }
    TEST("array elements")
    {
        jv list = json_get(v, "l");

        CHECK_INT(2, json_count(list));
        CHECK_INT(0, json_count(v));
        CHECK_INT(20, (int)jv_number_value(json_at(list, 1)));
        CHECK(!jv_is_valid(json_at(list, 2)));
        CHECK(!jv_is_valid(json_at(list, -1)));
        CHECK(!jv_is_valid(json_at(v, 0)));
    }
    TEST("whole numbers and truth values, with something else for where there is none")
    {
        CHECK_INT(42, json_int(v, "n", -1));
        CHECK_INT(1, json_int(v, "f", -1));
        CHECK_INT(-1, json_int(v, "big", -1));
        CHECK_INT(-1, json_int(v, "s", -1));
        CHECK_INT(-1, json_int(v, "none", -1));
        CHECK(json_bool(v, "t", false) && !json_bool(v, "no", true));
        CHECK(json_bool(v, "none", true) && !json_bool(v, "n", false));
    }
    jv_free(v);
}

static void test_building(void)
{
    jv v = jv_object();
    jv list = jv_array();
    jv copy;

    TEST("values are built in place, members stay in the order in which they came")
    {
        json_set_str(&v, "z", "1");
        json_append(&list, jv_null());
        json_set(&v, "a", list);
        json_set_str(&v, "m", "3");
        copy = jv_copy(v);
        json_set_str(&v, "z", "2");
        CHECK_STR("{\"z\":\"2\",\"a\":[null],\"m\":\"3\"}", write_value(v));
        CHECK_STR("{\"z\":\"1\",\"a\":[null],\"m\":\"3\"}",
                  write_value(copy)); /* a copy is not changed with it */
        jv_free(copy);
    }
    jv_free(v);
    TEST("members keep their order also when there are many and some go")
    {
        jv many = jv_object();
        char name[16];

        for (int i = 99; i >= 0; i--) {
            snprintf(name, sizeof(name), "n%d", i);
            json_set(&many, name, jv_number(i));
        }
        many = jv_object_delete(many, jv_string("n50"));
        write_value(many);
        CHECK(strncmp(buf_str(&out), "{\"n99\":99,\"n98\":98,", 19) == 0);
        CHECK(strstr(buf_str(&out), "\"n51\":51,\"n49\":49,") != NULL);
        CHECK(strstr(buf_str(&out), "\"n1\":1,\"n0\":0}") != NULL);
        jv_free(many);
    }
    TEST("a string value from bytes")
    {
        jv text = json_string("a\0b", 3);
        size_t len = 0;

        CHECK(memcmp(json_text(text, &len), "a\0b", 4) == 0);
        CHECK_INT(3, len);
        jv_free(text);
    }
}

int main(void)
{
    buf_init(&out, 1 << 20);
    test_round_trip();
    test_repair();
    test_refusal();
    test_writing();
    test_indent();
    test_digest();
    test_access();
    test_building();
    buf_clear(&out);
    return unit_end();
}
