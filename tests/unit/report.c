#include "maki/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "unit.h"

static const int64_t now_ms = INT64_C(1767323045678); /* 2026-01-02T03:04:05.678Z */

static struct buf out;
static struct error err;

static const char *escape(const char *value, size_t len, size_t bytes_max)
{
    buf_reset(&out);
    CHECK_INT(0, report_escape(&out, value, len, bytes_max));
    return buf_str(&out);
}

/* The key that a template gives for a record; "usage: …" or "data: …" with the message. */
static const char *expand_with(const char *template, const struct report_names *names,
                               const char *json)
{
    struct report_key *key = report_key_new(template, names, now_ms, &err);
    jv record;

    if (key == NULL) {
        CHECK_INT(ERR_USAGE, err.kind);
        buf_reset(&out);
        buf_addf(&out, "usage: %s", err.message);
        return buf_str(&out);
    }
    record = json_parse(json, strlen(json), NULL, &err);
    if (report_key_expand(key, record, &out, &err) < 0) {
        CHECK_INT(ERR_DATA, err.kind);
        buf_reset(&out);
        buf_addf(&out, "data: %s", err.message);
    }
    jv_free(record);
    report_key_free(key);
    return buf_str(&out);
}

static const char *expand(const char *template, const char *json)
{
    static const char *const items[] = {"since=20251203-030405", "who=a/b", "who=../c d"};
    const struct report_names names = {items, 3};

    return expand_with(template, &names, json);
}

static void test_escape(void)
{
    TEST("plain bytes stay")
    {
        CHECK_STR("case-111122223333-muen-2026_a.b",
                  escape("case-111122223333-muen-2026_a.b", 31, 255));
        CHECK_STR("A-Z.az_09", escape("A-Z.az_09", 9, 255));
        CHECK_STR("", escape("", 0, 255));
    }
    TEST("nothing else does")
    {
        CHECK_STR("a%2Fb%5Cc%3Ad%2Ae%7Ef%25g", escape("a/b\\c:d*e~f%g", 13, 255));
        CHECK_STR("%00%0A%20%7F%FF", escape("\0\n \x7f\xff", 5, 255));
        CHECK_STR("%C3%A9", escape("\xc3\xa9", 2, 255));
    }
    TEST("no value is or starts with a dot")
    {
        CHECK_STR("%2E", escape(".", 1, 255));
        CHECK_STR("%2E.", escape("..", 2, 255));
        CHECK_STR("%2E.%2F..%2Fetc%2Fpasswd", escape("../../etc/passwd", 16, 255));
        CHECK_STR("%2Ehidden.", escape(".hidden.", 8, 255));
    }
    TEST("every single byte has its own form, and none is a separator")
    {
        char seen[256][8];

        for (int c = 0; c < 256; c++) {
            char byte = (char)c;

            snprintf(seen[c], sizeof(seen[c]), "%s", escape(&byte, 1, 255));
            CHECK(seen[c][0] != '\0' && strpbrk(seen[c], "./\\~\n") == NULL);
            for (int d = 0; d < c; d++)
                CHECK(strcmp(seen[c], seen[d]) != 0);
        }
    }
}

static void test_cut(void)
{
    char value[400];
    char *first;

    memset(value, 'a', sizeof(value));
    TEST("a value of the maximum stays whole, a longer one is cut to at most the maximum and "
         "marked with its digest")
    {
        CHECK_INT(100, strlen(escape(value, 100, 100)));
        CHECK(strchr(buf_str(&out), '~') == NULL);
        CHECK_INT(100, strlen(escape(value, 101, 100)));
        CHECK(buf_str(&out)[67] == '~');
        CHECK_INT(255, strlen(escape(value, 400, 255)));
    }
    TEST("values that differ only where they are cut stay different")
    {
        first = mem_strdup(escape(value, 400, 255));
        CHECK(strcmp(first, escape(value, 399, 255)) != 0);
        value[399] = 'b';
        CHECK(strcmp(first, escape(value, 400, 255)) != 0);
        value[399] = 'a';
        CHECK_STR(first, escape(value, 400, 255));
        free(first);
    }
    TEST("an escape is not cut in two")
    {
        memset(value, '/', sizeof(value));
        for (size_t max = REPORT_VALUE_BYTES_MIN; max <= 100; max++) {
            const char *text = escape(value, sizeof(value), max);
            size_t before = strcspn(text, "~");

            CHECK(strlen(text) <= max && strlen(text) > max - 3);
            CHECK_INT(0, before % 3);
            CHECK_INT(before + 33, strlen(text));
        }
    }
    TEST("a value cannot be made to look like one that was cut")
    {
        memset(value, 'a', sizeof(value));
        first = mem_strdup(escape(value, 400, 255));
        CHECK(strcmp(first, escape(first, strlen(first), 255)) != 0);
        free(first);
    }
    TEST("a buffer that is too small is told")
    {
        struct buf small;

        buf_init(&small, 5);
        CHECK_INT(-1, report_escape(&small, "abcdef", 6, 255));
        buf_clear(&small);
    }
}

static size_t random_value(struct rng *rng, char *value, size_t max)
{
    static const char nasty[] = "a.~%/\\2F\0\n .";
    size_t len = 1 + (size_t)rng_below(rng, max);

    for (size_t i = 0; i < len; i++)
        value[i] = nasty[rng_below(rng, sizeof(nasty) - 1)];
    return len;
}

/* Undo report_escape; false if there is something in it that it never writes. */
static bool unescape(const char *text, char *value, size_t *len)
{
    *len = 0;
    for (; *text; text++) {
        char digits[3] = {0};

        if (*text == '~' || *text == '/' || (*text == '.' && *len == 0))
            return false;
        if (*text == '%') {
            memcpy(digits, text + 1, 2);
            text += 2;
        }
        value[(*len)++] = *digits ? (char)strtol(digits, NULL, 16) : *text;
    }
    return true;
}

static void test_injective(void)
{
    struct rng rng = rng_seed(42);
    char value[80];
    char back[240];
    size_t back_len;
    int wrong = 0;

    TEST("escaped values can be told apart: what is not cut reads back as the same bytes")
    {
        for (int i = 0; i < 20000; i++) {
            size_t len = random_value(&rng, value, sizeof(value));
            const char *text = escape(value, len, 255);

            if (!unescape(text, back, &back_len) || back_len != len ||
                memcmp(back, value, len) != 0)
                wrong++;
        }
        CHECK_INT(0, wrong);
    }
}

static void test_members(void)
{
    static const char record[] = "{\"caseId\":\"case-1\",\"n\":12345678901234,\"t\":true,\"o\":{"
                                 "\"p\":{\"q\":\"deep\"}},\"e\":\"\","
                                 "\"nil\":null,\"l\":[1],\"s\":\"summary\",\"since\":\"no\","
                                 "\"now\":\"no\",\"bad\":\"../x\"}";

    TEST("members of the record, also those of members")
    {
        CHECK_STR("case-1.json", expand(REPORT_KEY_RECORD, record));
        CHECK_STR("deep/12345678901234-true", expand("{o.p.q}/{n}-{t}", record));
        CHECK_STR("%2E.%2Fx", expand("{bad}", record));
    }
    TEST("given names and the time come before members; of a name given twice the last counts")
    {
        CHECK_STR("ondemand/20251203-030405-20260102-030405/case-1.json",
                  expand(REPORT_KEY_ONDEMAND, record));
        CHECK_STR("ondemand/20251203-030405-20260102-030405/summary.json",
                  expand(REPORT_KEY_ONDEMAND_SUMMARY, record));
        CHECK_STR("batch/20260102-030405/events/case-1-output.json",
                  expand(REPORT_KEY_BATCH, record));
        CHECK_STR("batch/20260102-030405/summary.json", expand(REPORT_KEY_BATCH_SUMMARY, record));
        CHECK_STR("2026-01-02", expand("{date}", record));
        CHECK_STR("%2E.%2Fc%20d", expand("{who}", record));
    }
    TEST("no case takes the place of the summary")
    {
        CHECK_STR("%73ummary.json", expand("{s}.json", record));
        CHECK_STR("%6Danifest.json", expand("{c}.json", "{\"c\":\"manifest\"}"));
        CHECK_STR("%2573ummary.json", expand("{c}.json", "{\"c\":\"%73ummary\"}"));
    }
    TEST("doubled braces are braces")
    {
        CHECK_STR("{case-1}", expand("{{{caseId}}}", record));
        CHECK_STR("a{}b", expand("a{{}}b", record));
    }
    TEST("a member that is missing, null, empty or no plain value is an error that names it")
    {
        CHECK_STR("data: the key needs 'none', which neither the record has nor --set gives",
                  expand("{none}", record));
        CHECK_STR("data: the key needs 'nil', which neither the record has nor --set gives",
                  expand("{nil}", record));
        CHECK_STR("data: the key needs 'o.p.none', which neither the record has nor --set gives",
                  expand("{o.p.none}", record));
        CHECK_STR("data: the key needs 'caseId.x', which neither the record has nor --set gives",
                  expand("{caseId.x}", record));
        CHECK_STR("data: the key needs 'e', which is empty", expand("a{e}b", record));
        CHECK_STR("data: the key needs 'o', which is no string, number or truth value",
                  expand("{o}", record));
        CHECK_STR("data: the key needs 'l', which is no string, number or truth value",
                  expand("{l}", record));
        CHECK(strncmp(expand("{caseId}", "[1]"), "data: ", 6) == 0);
    }
}

static void test_templates(void)
{
    static const char *const refused[] = {
        "",       "/",      "/a",      "a/",     "a//b",  ".",       "..",           "../a",
        "a/..",   "a/../b", "a/./{x}", "{x}/..", "{x}/",  "/{x}",    "{x}//a",       "{",
        "}",      "a{b",    "a}b",     "{}",     "{.}",   "{a.}",    "{.a}",         "{a..b}",
        "{a{b}}", "a\nb",   "a\x7f",   "\xff",   "{a\n}", "\xc3{x}", "{x}{y}{z}{u}",
    };
    static const char *const accepted[] = {"...", "a..b",         "..a",       ".a/b", "..{x}",
                                           "a b", "\xc3\xa9/{x}", "{x}{y}{z}", "~/{x}"};
    const struct report_names none = {NULL, 0};
    char long_template[5000];

    TEST("a template that leads out of its folder, or nowhere, is refused")
    {
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
            struct report_key *key = report_key_new(refused[i], &none, now_ms, &err);

            if (key != NULL)
                CHECK_STR("(refused)", refused[i]);
            CHECK_INT(ERR_USAGE, err.kind);
            report_key_free(key);
        }
    }
    TEST("unusual names are not")
    {
        for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
            struct report_key *key = report_key_new(accepted[i], &none, now_ms, &err);

            if (key == NULL)
                CHECK_STR(accepted[i], err.message);
            report_key_free(key);
        }
    }
    TEST("segments of up to 255 bytes are accepted, and templates of up to 4,096")
    {
        memset(long_template, 'a', sizeof(long_template));
        long_template[255] = '\0';
        CHECK_STR(long_template, expand(long_template, "{}"));
        long_template[255] = 'a';
        long_template[256] = '\0';
        CHECK(strncmp(expand(long_template, "{}"), "usage: ", 7) == 0);
        for (size_t i = 0; i + 1 < sizeof(long_template); i++)
            long_template[i] = i % 2 ? '/' : 'a';
        long_template[4999] = '\0';
        CHECK(strncmp(expand(long_template, "{}"), "usage: ", 7) == 0);
        long_template[1025] = '\0';
        CHECK_STR("data: the key is longer than 1024 bytes", expand(long_template, "{}"));
        long_template[1023] = '\0';
        CHECK_STR(long_template, expand(long_template, "{}"));
    }
}

static void test_names(void)
{
    static const char *const bad[] = {"novalue", "=x", "x=", ""};
    static const char *const slash[] = {"a=x/../y"};
    static const char *const equals[] = {"a=b=c"};

    TEST("a name needs a name and a value")
    {
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            const struct report_names names = {&bad[i], 1};

            CHECK(strstr(expand_with("a", &names, "{}"), "is not NAME=VALUE") != NULL);
        }
    }
    TEST("a given value is escaped as any other")
    {
        const struct report_names names = {slash, 1};

        CHECK_STR("x%2F..%2Fy", expand_with("{a}", &names, "{}"));
    }
    TEST("it may hold '='")
    {
        const struct report_names names = {equals, 1};

        CHECK_STR("b%3Dc", expand_with("{a}", &names, "{}"));
    }
    TEST("only members of the record make keys vary")
    {
        const struct report_names names = {equals, 1};
        struct report_key *key = report_key_new("{now}/{a}/summary.json", &names, now_ms, &err);

        CHECK(!report_key_varies(key));
        CHECK_INT(0, report_key_expand(key, jv_invalid(), &out, &err));
        CHECK_STR("20260102-030405/b%3Dc/summary.json", buf_str(&out));
        report_key_free(key);
        key = report_key_new("{now}/{b}", &names, now_ms, &err);
        CHECK(report_key_varies(key));
        CHECK_INT(-1, report_key_expand(key, jv_invalid(), &out, &err));
        report_key_free(key);
        report_key_free(NULL);
    }
}

/* However long its values, no segment gets too long for a file system, and different records keep
 * different keys. */
static void test_long_values(void)
{
    static const char *const templates[] = {"{a}", "x/{a}.json", "{a}-{b}-{a}.json",
                                            "{a}{b}/{b}-output.json"};
    char *keys[4];
    jv record = jv_object();
    char value[3000];

    memset(value, '/', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    json_set_str(&record, "a", value);
    json_set_str(&record, "b", value + 1);
    TEST("segments stay within 255 bytes")
    {
        for (size_t i = 0; i < 4; i++) {
            const struct report_names none = {NULL, 0};
            struct report_key *key = report_key_new(templates[i], &none, now_ms, &err);

            CHECK_INT(0, report_key_expand(key, record, &out, &err));
            keys[i] = mem_strdup(buf_str(&out));
            for (const char *p = keys[i]; *p; p += strcspn(p, "/") + (p[strcspn(p, "/")] == '/'))
                CHECK(strcspn(p, "/") <= REPORT_SEGMENT_BYTES_MAX);
            json_set_str(&record, "a", value + 2);
            CHECK_INT(0, report_key_expand(key, record, &out, &err));
            CHECK(strcmp(keys[i], buf_str(&out)) != 0);
            json_set_str(&record, "a", value);
            report_key_free(key);
            free(keys[i]);
        }
    }
    jv_free(record);
}

int main(void)
{
    buf_init(&out, 1 << 16);
    test_escape();
    test_cut();
    test_injective();
    test_members();
    test_templates();
    test_names();
    test_long_values();
    buf_clear(&out);
    return unit_end();
}
