#include "json/filter.h"

#include <stdlib.h>

#include "unit.h"

static struct buf out;
static struct error err;

/* The results of a program on a value as JSON; "uncompiled: …" or "failed: …" with the message. */
static const char *run(const char *program, const char *input)
{
    static char story[4096];
    struct filter *filter = filter_compile(program, &err);
    jv value;
    jv results;

    if (filter == NULL) {
        CHECK_INT(ERR_USAGE, err.kind);
        snprintf(story, sizeof(story), "uncompiled: %.1000s", err.message);
        return story;
    }
    value = json_parse(input, strlen(input), NULL, &err);
    results = filter_run(filter, value, &err);
    jv_free(value);
    buf_reset(&out);
    if (jv_is_valid(results)) {
        json_write(&out, results);
        snprintf(story, sizeof(story), "%.4000s", buf_str(&out));
    } else {
        CHECK_INT(ERR_DATA, err.kind);
        snprintf(story, sizeof(story), "failed: %.1000s", err.message);
    }
    jv_free(results);
    filter_free(filter);
    return story;
}

static void check_prefix(const char *expected, const char *actual)
{
    if (strncmp(expected, actual, strlen(expected)) != 0)
        CHECK_STR(expected, actual);
}

static void test_results(void)
{
    TEST("the results come as an array: none, one or many")
    {
        CHECK_STR("[]", run("empty", "1"));
        CHECK_STR("[]", run("select(.a > 1)", "{\"a\":1}"));
        CHECK_STR("[{\"a\":2}]", run("select(.a > 1)", "{\"a\":2}"));
        CHECK_STR("[1,2,3]", run(".[]", "[1,2,3]"));
        CHECK_STR("[null]", run(".none", "{}"));
        CHECK_STR("[false]", run(".a", "{\"a\":false}"));
        CHECK_STR("[1]", run(". # a comment", "1"));
        CHECK_STR("[3]", run("def f: . + 1; f | f", "1"));
    }
    TEST("jq's own library is there")
    {
        CHECK_STR("[[\"a\",\"b\"]]", run("keys", "{\"b\":1,\"a\":2}"));
        CHECK_STR("[true]", run("test(\"^c.se$\")", "\"case\""));
        CHECK_STR("[[1,2]]", run("[limit(2; .[])]", "[1,2,3]"));
    }
    TEST("a value that it raises is an error with its text")
    {
        CHECK_STR("failed: the filter failed: no good", run("error(\"no good\")", "1"));
        check_prefix("failed: the filter failed: Cannot index number", run(".a", "1"));
        CHECK_STR("failed: the filter failed: (an error that is not text)", run("error({})", "1"));
    }
    TEST("results that come before an error do not count")
    {
        check_prefix("failed: ", run("1, 2, error(\"x\")", "null"));
    }
    TEST("too many results are an error, and end an endless program")
    {
        CHECK_STR("failed: the filter gave more than 10000 results", run("repeat(1)", "1"));
        CHECK_STR("[20000]", run("[range(20000)] | length", "1"));
        check_prefix("[0,1,2,", run("range(10000)", "1"));
        check_prefix("failed: ", run("range(10001)", "1"));
    }
    TEST("a program that is none is refused with jq's words on one line")
    {
        check_prefix("uncompiled: the filter does not compile: ", run(".[", "1"));
        check_prefix("uncompiled: ", run("nosuchfunction", "1"));
        check_prefix("uncompiled: ", run("$x", "1"));
        check_prefix("uncompiled: ", run("} def f: 1; {", "1"));
        CHECK(strchr(err.message, '\n') == NULL);
    }
}

static void test_reuse(void)
{
    struct filter *filter = filter_compile("if . > 1 then error(\"big\") else (., .) end", &err);
    jv results;

    TEST("a filter runs again after an error, after too many results, and leaves its input alone")
    {
        for (int i = 0; i < 3; i++) {
            jv one = jv_number(1);
            jv two = jv_number(2);

            results = filter_run(filter, one, &err);
            CHECK_INT(2, json_count(results));
            jv_free(results);
            results = filter_run(filter, two, &err);
            CHECK(!jv_is_valid(results));
            jv_free(results);
        }
    }
    filter_free(filter);
    filter_free(NULL);
}

static void test_seclusion(void)
{
    setenv("MAKI_UNIT_SECRET", "leaked", 1);
    TEST("a program sees no environment")
    {
        CHECK_STR("[{}]", run("env", "1"));
        CHECK_STR("[{}]", run("$ENV", "1"));
        CHECK_STR("[null]", run("env.MAKI_UNIT_SECRET", "1"));
        CHECK_STR("[null]", run("$ENV.MAKI_UNIT_SECRET", "1"));
        CHECK_STR("[null]", run("def f: $ENV; f.MAKI_UNIT_SECRET", "1"));
        CHECK_STR("[{}]", run("[.] | map($ENV) | .[0] as $ENV | $ENV", "1"));
        CHECK_STR("[null,null]", run("get_prog_origin, get_jq_origin", "1"));
    }
    TEST("no files and no modules")
    {
        check_prefix("uncompiled: ", run("import \"a\" as a; .", "1"));
        check_prefix("uncompiled: ", run("include \"a\"; .", "1"));
        check_prefix("uncompiled: ", run("import \"/etc/passwd\" as $d; $d", "1"));
        check_prefix("failed: ", run("\"a\" | modulemeta", "1"));
        CHECK_STR("[[]]", run("get_search_list", "1"));
    }
    TEST("no further input")
    {
        check_prefix("failed: ", run("input", "1"));
        CHECK_STR("[[]]", run("[inputs]", "1"));
        CHECK_STR("[null,0]", run("input_filename, input_line_number", "1"));
    }
    TEST("it cannot print or end the process")
    {
        CHECK_STR("[1]", run("debug", "1"));
        CHECK_STR("[1]", run("debug(\"x\")", "1"));
        CHECK_STR("[1]", run("stderr", "1"));
        check_prefix("failed: ", run("halt", "1"));
        check_prefix("failed: ", run("\"bye\" | halt_error", "1"));
        check_prefix("failed: ", run("\"bye\" | halt_error(1)", "1"));
    }
}

int main(void)
{
    buf_init(&out, 1 << 20);
    test_results();
    test_reuse();
    test_seclusion();
    buf_clear(&out);
    return unit_end();
}
