#include "json/span.h"

#include <stdlib.h>

#include "unit.h"

static struct json_span whole(const char *text)
{
    return json_span_whole(text, strlen(text));
}

static const char *show(struct json_span span)
{
    static char text[200];

    snprintf(text, sizeof(text), "%.*s", (int)span.len, span.at ? span.at : "");
    return text;
}

static const char *canonical(const char *text)
{
    static char result[400];
    struct buf out;

    buf_init(&out, sizeof(result) - 1);
    snprintf(result, sizeof(result), "%s",
             json_span_canonical(whole(text), &out) < 0 ? "(full)" : buf_str(&out));
    buf_clear(&out);
    return result;
}

static const char *compact(const char *text)
{
    static char result[400];
    struct buf out;

    buf_init(&out, sizeof(result) - 1);
    json_compact(&out, text, strlen(text));
    snprintf(result, sizeof(result), "%s", buf_str(&out));
    buf_clear(&out);
    return result;
}

static void test_walk(void)
{
    TEST("members and elements are found as they are written")
    {
        struct json_span object =
            whole(" {\"a\" : 1.50 , \"b\":[ 1, {\"x\":\"]}\\\"\"} ,true ]\n} ");

        CHECK_STR("1.50", show(json_span_member(object, "a")));
        CHECK_STR("[ 1, {\"x\":\"]}\\\"\"} ,true ]", show(json_span_member(object, "b")));
        CHECK_INT(3, json_span_count(json_span_member(object, "b")));
        CHECK_INT(2, json_span_count(object));
        CHECK(json_span_member(object, "c").at == NULL);
        CHECK(json_span_member(json_span_member(object, "b"), "x").at == NULL);
    }
    TEST("the empty and the scalar have no parts")
    {
        CHECK_INT(0, json_span_count(whole("{ }")));
        CHECK_INT(0, json_span_count(whole("[]")));
        CHECK_INT(0, json_span_count(whole("\"[1]\"")));
        CHECK_INT(0, json_span_count((struct json_span){NULL, 0}));
        CHECK_INT('0', json_span_kind(whole("-1")));
        CHECK_INT(0, json_span_kind((struct json_span){NULL, 0}));
    }
    TEST("whole numbers are read within their bounds")
    {
        long n = 0;

        CHECK_INT(0, json_span_int(whole("-7"), -10, 10, &n));
        CHECK_INT(-7, n);
        CHECK_INT(-1, json_span_int(whole("11"), -10, 10, &n));
        CHECK_INT(-1, json_span_int(whole("1.0"), -10, 10, &n));
        CHECK_INT(-1, json_span_int(whole("99999999999999999999"), -10, 10, &n));
        CHECK_INT(-1, json_span_int(whole("\"7\""), -10, 10, &n));
    }
    TEST("a string is what it stands for")
    {
        struct buf out;

        buf_init(&out, 100);
        CHECK_INT(0, json_span_text(whole("\"a\\n\\u00e9\\ud83d\\ude00\""), &out));
        CHECK_STR("a\né😀", buf_str(&out));
        CHECK_INT(-1, json_span_text(whole("12"), &out));
        buf_clear(&out);
    }
}

static void test_forms(void)
{
    TEST("the compact form loses white space outside of strings, and nothing else")
    {
        CHECK_STR("{\"a b\":[1,2.0,\" \\\" \",{}],\"c\":null}",
                  compact(" {\"a b\" : [ 1 ,\t2.0,\r\n\" \\\" \", { } ] , \"c\":null } "));
    }
    TEST("the canonical form is one for all orders, spaces and escapes")
    {
        const char *form = "{\"a\":[{\"x\":1,\"y\":2}],\"b\":\"é/\"}";

        CHECK_STR(form, canonical("{\"a\":[{\"x\":1,\"y\":2}],\"b\":\"é/\"}"));
        CHECK_STR(form, canonical("{ \"b\" : \"\\u00e9\\/\", \"\\u0061\":[{\"y\":2,\"x\":1}]}"));
    }
    TEST("the canonical form keeps arrays' order, and numbers as they are written")
    {
        CHECK_STR("[2,1,1.0,1e0]", canonical("[2, 1, 1.0, 1e0]"));
        CHECK_STR("[]", canonical(" [ ] "));
        CHECK_STR("{}", canonical("{}"));
    }
    TEST("bad text has a canonical form too")
    {
        CHECK_STR("[\"\xef\xbf\xbd\\n\"]", canonical("[\"\\ud800\\n\"]"));
        CHECK_STR("[\"\xff\"]", canonical("[\"\xff\"]"));
    }
}

int main(void)
{
    test_walk();
    test_forms();
    return unit_end();
}
