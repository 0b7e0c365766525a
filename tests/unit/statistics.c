#include "maki/statistics.h"

#include <stdlib.h>

#include "base/mem.h"
#include "unit.h"

static struct statistics *s;

/* An insight from its members; NULL leaves one out. */
static void add(const char *id, const char *category, const char *sentiment, const char *service,
                const char *status, const char *time)
{
    const char *const members[][2] = {{"caseId", id},           {"category", category},
                                      {"sentiment", sentiment}, {"serviceCode", service},
                                      {"status", status},       {"timeCreated", time}};
    jv insight = jv_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (members[i][1] != NULL)
            json_set_str(&insight, members[i][0], members[i][1]);
    }
    statistics_add(s, insight);
    jv_free(insight);
}

static void add_many(int count, const char *category, const char *service)
{
    for (int i = 0; i < count; i++)
        add("c", category, "Neutral", service, "resolved", "2025-01-02T00:00:00.000Z");
}

static void begin(void)
{
    statistics_free(s);
    s = statistics_new();
}

/* A member of the statistics, or of their n-th row, as JSON. */
static const char *json_of(jv value)
{
    static char text[20000];
    struct buf out;

    buf_init(&out, sizeof(text) - 1);
    json_write(&out, value);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static const char *counted(const char *name)
{
    jv all = statistics_object(s);
    const char *text = json_of(json_get(all, name));

    jv_free(all);
    return text;
}

static const char *evidence(void)
{
    jv all = statistics_evidence(s);
    const char *text = json_of(all);

    jv_free(all);
    return text;
}

static void test_counts(void)
{
    TEST("an empty count is whole")
    {
        begin();
        CHECK_STR("0", counted("insights"));
        CHECK_STR("\"\"", counted("from"));
        CHECK_STR("0", counted("other_percent"));
        CHECK_STR("[]", counted("categories"));
        CHECK_STR("[]", evidence());
    }
    TEST("a small set, member by member")
    {
        begin();
        add("a", "throttling", "Negative", "dynamodb", "opened", "2025-02-01T10:00:00.000Z");
        add("b", "throttling", "Neutral", "lambda", "resolved", "2025-01-31T23:59:59.999Z");
        add("c", "other", "Positive", "lambda", "pending-customer-action",
            "2025-03-01T00:00:00.000Z");
        CHECK_STR("3", counted("insights"));
        CHECK_STR("\"2025-01-31T23:59:59.999Z\"", counted("from"));
        CHECK_STR("\"2025-03-01T00:00:00.000Z\"", counted("to"));
        CHECK_STR("2", counted("open"));
        CHECK_STR("1", counted("closed"));
        CHECK_STR("33.3", counted("other_percent"));
        CHECK_STR("{\"Positive\":1,\"Negative\":1,\"Neutral\":1}", counted("sentiment"));
        CHECK_STR("[{\"category\":\"throttling\",\"count\":2,\"percent\":66.7,\"open\":1,"
                  "\"sentiment\":{\"Positive\":0,\"Negative\":1,"
                  "\"Neutral\":1},\"services\":[\"dynamodb\",\"lambda\"]},{\"category\":\"other\","
                  "\"count\":1,\"percent\":33.3,\"open\":1,"
                  "\"sentiment\":{\"Positive\":1,\"Negative\":0,\"Neutral\":0},\"services\":["
                  "\"lambda\"]}]",
                  counted("categories"));
        CHECK_STR("[{\"serviceCode\":\"lambda\",\"count\":2,\"negative\":0},{\"serviceCode\":"
                  "\"dynamodb\",\"count\":1,\"negative\":1}]",
                  counted("services"));
        CHECK_STR("[{\"month\":\"2025-01\",\"count\":1,\"negative\":0},{\"month\":\"2025-02\","
                  "\"count\":1,\"negative\":1},"
                  "{\"month\":\"2025-03\",\"count\":1,\"negative\":0}]",
                  counted("months"));
        CHECK_STR("[{\"status\":\"opened\",\"count\":1,\"negative\":1},{\"status\":\"pending-"
                  "customer-action\",\"count\":1,\"negative\":0},"
                  "{\"status\":\"resolved\",\"count\":1,\"negative\":0}]",
                  counted("status"));
    }
    TEST("percentages are rounded half up, to one decimal")
    {
        static const struct {
            int part, whole;
            const char *percent;
        } table[] = {{1, 3, "33.3"},      {2, 3, "66.7"},      {1, 8, "12.5"}, {1, 16, "6.3"},
                     {3, 16, "18.8"},     {1, 2000, "0.1"},    {1, 2001, "0"}, {1, 1, "100"},
                     {999, 1000, "99.9"}, {1999, 2000, "100"}, {1, 7, "14.3"}};

        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            begin();
            add_many(table[i].part, "other", "x");
            add_many(table[i].whole - table[i].part, "throttling", "x");
            CHECK_STR(table[i].percent, counted("other_percent"));
        }
    }
    TEST("open is all that is neither resolved nor closed")
    {
        static const char *const open[] = {
            "opened",   "reopened", "unassigned", "work-in-progress", "pending-customer-action",
            "Resolved", NULL};

        begin();
        for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
            add("c", "throttling", "Neutral", "x", open[i], NULL);
        add("c", "throttling", "Neutral", "x", "resolved", NULL);
        add("c", "throttling", "Neutral", "x", "closed", NULL);
        CHECK_STR("7", counted("open"));
        CHECK_STR("2", counted("closed"));
    }
    TEST("equal counts stand in the order of their names, and order of input does not matter")
    {
        char *first;

        begin();
        add("a", "b-cat", "Neutral", "s2", "resolved", NULL);
        add("b", "a-cat", "Neutral", "s1", "resolved", NULL);
        first = mem_strdup(counted("categories"));
        CHECK(strstr(first, "a-cat") < strstr(first, "b-cat"));
        begin();
        add("b", "a-cat", "Neutral", "s1", "resolved", NULL);
        add("a", "b-cat", "Neutral", "s2", "resolved", NULL);
        CHECK_STR(first, counted("categories"));
        free(first);
    }
}

static void test_gaps(void)
{
    TEST("what is missing or odd is counted, under (none) or Neutral")
    {
        jv odd = jv_object();

        begin();
        add("a", "throttling", NULL, NULL, NULL, NULL);
        add("b", "throttling", "Furious", "", "", "");
        json_set_str(&odd, "caseId", "c");
        json_set_str(&odd, "category", "throttling");
        json_set(&odd, "serviceCode", jv_number(7));
        json_set(&odd, "sentiment", jv_null());
        statistics_add(s, odd);
        jv_free(odd);
        CHECK_STR("{\"Positive\":0,\"Negative\":0,\"Neutral\":3}", counted("sentiment"));
        CHECK_STR("[{\"serviceCode\":\"(none)\",\"count\":3,\"negative\":0}]", counted("services"));
        CHECK_STR("[{\"month\":\"(none)\",\"count\":3,\"negative\":0}]", counted("months"));
        CHECK_STR("[{\"status\":\"(none)\",\"count\":3,\"negative\":0}]", counted("status"));
        CHECK_STR("\"\"", counted("from"));
    }
    TEST("times that cannot be read take no part in the time span")
    {
        begin();
        add("a", "throttling", NULL, NULL, NULL, "yesterday");
        add("b", "throttling", NULL, NULL, NULL, "zzzz");
        add("c", "throttling", NULL, NULL, NULL, "2025-01-02T03:04:05+02:00");
        add("d", "throttling", NULL, NULL, NULL, "2025-01-02T02:00:00Z");
        CHECK_STR("\"2025-01-02T01:04:05.000Z\"", counted("from"));
        CHECK_STR("\"2025-01-02T02:00:00.000Z\"", counted("to"));
        CHECK_STR("[{\"month\":\"(none)\",\"count\":2,\"negative\":0},{\"month\":\"2025-01\","
                  "\"count\":2,\"negative\":0}]",
                  counted("months"));
    }
    TEST("freeing nothing, and what was never used, is harmless")
    {
        statistics_free(NULL);
        statistics_free(statistics_new());
        CHECK(true);
    }
}

static void test_bounds(void)
{
    TEST("a category names the three services it meets most")
    {
        begin();
        add_many(1, "throttling", "e");
        add_many(3, "throttling", "d");
        add_many(2, "throttling", "c");
        add_many(2, "throttling", "b");
        add_many(2, "throttling", "a");
        add_many(9, "other", "z");
        CHECK(strstr(counted("categories"), "\"services\":[\"d\",\"a\",\"b\"]") != NULL);
        CHECK(strstr(counted("categories"), "\"services\":[\"z\"]") != NULL);
    }
    TEST("twenty services are told")
    {
        jv all;

        begin();
        for (int i = 0; i < 30; i++) {
            char *name = mem_printf("s%02d", i);

            add_many(1 + i, "throttling", name);
            free(name);
        }
        all = statistics_object(s);
        CHECK_INT(STATISTICS_TOP_MAX, json_count(json_get(all, "services")));
        CHECK_STR("s29", json_str(json_at(json_get(all, "services"), 0), "serviceCode", NULL));
        CHECK_STR("s10", json_str(json_at(json_get(all, "services"), 19), "serviceCode", NULL));
        jv_free(all);
    }
    TEST("beyond ten thousand names the rest is counted together, and nothing is lost")
    {
        jv all;
        int64_t sum = 0;

        begin();
        for (int i = 0; i < STATISTICS_KEYS_MAX + 500; i++) {
            char *name = mem_printf("s%d", i);

            add("c", name, "Neutral", name, "resolved", NULL);
            free(name);
        }
        all = statistics_object(s);
        CHECK_INT(STATISTICS_KEYS_MAX + 1, json_count(json_get(all, "categories")));
        CHECK_STR("(more)", json_str(json_at(json_get(all, "categories"), 0), "category", NULL));
        CHECK_STR("(more)", json_str(json_at(json_get(all, "services"), 0), "serviceCode", NULL));
        CHECK_INT(500, json_int(json_at(json_get(all, "services"), 0), "count", 0));
        for (int i = 0; i < json_count(json_get(all, "categories")); i++)
            sum += json_int(json_at(json_get(all, "categories"), i), "count", 0);
        CHECK_INT(STATISTICS_KEYS_MAX + 500, sum);
        CHECK_INT(sum, json_int(all, "insights", 0));
        jv_free(all);
    }
    TEST("over-long names are cut, between characters")
    {
        char name[1000];
        jv all;
        size_t len = 0;

        begin();
        memset(name, 'x', sizeof(name));
        memcpy(name + 199, "\xc3\xa9", 2);
        name[sizeof(name) - 1] = '\0';
        add(name, "throttling", "Negative", name, "resolved", NULL);
        all = statistics_object(s);
        json_str(json_at(json_get(all, "services"), 0), "serviceCode", &len);
        CHECK_INT(199, len);
        jv_free(all);
        CHECK_STR("[{\"category\":\"throttling\",\"caseIds\":[]}]", evidence());
    }
}

static void test_evidence(void)
{
    TEST("evidence is the first five cases of each category")
    {
        begin();
        for (int i = 0; i < 8; i++) {
            char *id = mem_printf("t%d", i);

            add(id, "throttling", "Neutral", "x", "resolved", NULL);
            free(id);
        }
        add("o", "other", "Positive", "x", "resolved", NULL);
        CHECK_STR("[{\"category\":\"throttling\",\"caseIds\":[\"t0\",\"t1\",\"t2\",\"t3\",\"t4\"]},"
                  "{\"category\":\"other\",\"caseIds\":[\"o\"]}]",
                  evidence());
    }
    TEST("negative ones go first and push others out")
    {
        static const char *const steps[] = {"\"p0\"",
                                            "\"p0\",\"p1\"",
                                            "\"n2\",\"p0\",\"p1\"",
                                            "\"n2\",\"p0\",\"p1\",\"p3\"",
                                            "\"n2\",\"n4\",\"p0\",\"p1\",\"p3\"",
                                            "\"n2\",\"n4\",\"p0\",\"p1\",\"p3\"",
                                            "\"n2\",\"n4\",\"n6\",\"p0\",\"p1\"",
                                            "\"n2\",\"n4\",\"n6\",\"p0\",\"p1\"",
                                            "\"n2\",\"n4\",\"n6\",\"n8\",\"p0\"",
                                            "\"n2\",\"n4\",\"n6\",\"n8\",\"n9\"",
                                            "\"n2\",\"n4\",\"n6\",\"n8\",\"n9\"",
                                            "\"n2\",\"n4\",\"n6\",\"n8\",\"n9\""};
        static const char kinds[] = "ppnpnpnpnnnp";

        begin();
        for (int i = 0; kinds[i]; i++) {
            char *id = mem_printf("%c%d", kinds[i], i);
            char *expected =
                mem_printf("[{\"category\":\"throttling\",\"caseIds\":[%s]}]", steps[i]);

            add(id, "throttling", kinds[i] == 'n' ? "Negative" : "Positive", "x", "resolved", NULL);
            CHECK_STR(expected, evidence());
            free(id);
            free(expected);
        }
    }
}

int main(void)
{
    test_counts();
    test_gaps();
    test_bounds();
    test_evidence();
    statistics_free(s);
    return unit_end();
}
