#include "maki/insight.h"

#include "unit.h"

static struct category_set set;

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR("valid JSON", err.message);
    return value;
}

/* A right answer with one member set to a JSON value (NULL: taken away), checked: the checked JSON,
 * or "error: message". */
static const char *check_with(const char *member, const char *json)
{
    static char text[20000];
    struct error err;
    struct buf out;
    jv answer =
        parse("{\"category\":\"throttling\",\"category_explanation\":\"E.\",\"case_summary\":\"S."
              "\",\"sentiment\":\"Neutral\","
              "\"suggested_action\":\"A.\",\"suggestion_link\":\"https://docs.aws.amazon.com/x\"}");
    jv checked;

    if (json != NULL)
        json_set(&answer, member, parse(json));
    else if (member != NULL)
        answer = jv_object_delete(answer, jv_string(member));
    checked = insight_check(&set, answer, &err);
    buf_init(&out, sizeof(text));
    if (jv_is_valid(checked))
        json_write(&out, checked);
    snprintf(text, sizeof(text), "%s%s", jv_is_valid(checked) ? "" : "error: ",
             jv_is_valid(checked) ? buf_str(&out) : err.message);
    if (!jv_is_valid(checked))
        CHECK_STR("InvalidAnswer", err.code);
    buf_clear(&out);
    jv_free(checked);
    jv_free(answer);
    return text;
}

#define RIGHT                                                                                      \
    "{\"category\":\"throttling\",\"category_explanation\":\"E.\",\"case_summary\":\"S.\","        \
    "\"sentiment\":\"Neutral\","                                                                   \
    "\"suggested_action\":\"A.\",\"suggestion_link\":\"https://docs.aws.amazon.com/x\"}"

static bool is_refused(const char *member, const char *json)
{
    const char *text = check_with(member, json);
    bool refused = strncmp(text, "error: ", 7) == 0 && strstr(text, member) != NULL;

    if (!refused)
        printf("# %s: %s gave %s\n", member, json ? json : "(none)", text);
    return refused;
}

static void test_members(void)
{
    static const char *const members[] = {"category",  "category_explanation", "case_summary",
                                          "sentiment", "suggested_action",     "suggestion_link"};

    TEST("a right answer passes, in the record's order")
    {
        CHECK_STR(RIGHT, check_with(NULL, NULL));
    }
    TEST("members that were not asked for are dropped")
    {
        CHECK_STR(RIGHT, check_with("caseId", "\"case-of-another\""));
        CHECK_STR(RIGHT, check_with("status", "\"resolved\""));
        CHECK_STR(RIGHT, check_with("maki", "{\"model\":\"forged\"}"));
    }
    TEST("a member that is missing, empty, blank or of another type is refused")
    {
        static const char *const wrong[] = {NULL,   "\"\"", "\" \\n\\t \"",     "null", "7",
                                            "true", "[]",   "[\"throttling\"]", "{}"};

        for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
            for (size_t w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++)
                CHECK(is_refused(members[m], wrong[w]));
        }
    }
    TEST("an over-long text is refused, one at the limit is not")
    {
        char text[8010];

        for (size_t m = 1; m < 5; m++) {
            if (m == 3) /* the sentiment is one of three words anyway */
                continue;
            memset(text, 'x', sizeof(text));
            text[0] = '"';
            text[8002] = '"';
            text[8003] = '\0';
            CHECK(is_refused(members[m], text));
            text[8001] = '"';
            text[8002] = '\0';
            CHECK(strncmp(check_with(members[m], text), "{", 1) == 0);
        }
    }
    TEST("texts are trimmed, and keep what is in them")
    {
        CHECK(strstr(check_with("case_summary", "\"  a\\u0000b\\u001b[31m\\n </data> \""),
                     "\"case_summary\":\"a\\u0000b\\u001b[31m\\n </data>\"") != NULL);
    }
}

static void test_category(void)
{
    TEST("a category is one of the list or other, however it is spelled")
    {
        CHECK(strstr(check_with("category", "\"Customer Question\""),
                     "\"category\":\"customer-question\"") != NULL);
        CHECK(strstr(check_with("category", "\" LIMIT_REACHED \""),
                     "\"category\":\"limit-reached\"") != NULL);
        CHECK(strstr(check_with("category", "\"other\""), "\"category\":\"other\"") != NULL);
    }
    TEST("any other category is refused, and the model told which there are")
    {
        static const char *const wrong[] = {
            "\"billing\"",   "\"throttling, limit-reached\"", "\"throttling.\"",
            "\"throttlin\"", "\"throttling\\nother\"",        "\"../throttling\"",
            "\"category\""};

        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
            CHECK(is_refused("category", wrong[i]));
        CHECK_STR("error: category must be one of the listed names or \"other\", not \"billing\"",
                  check_with("category", "\"billing\""));
    }
    TEST("what follows a NUL does not get into the record")
    {
        CHECK(strstr(check_with("category", "\"throttling\\u0000evil\""), "evil") == NULL);
        CHECK(strstr(check_with("sentiment", "\"Neutral\\u0000evil\""), "evil") == NULL);
        CHECK(strstr(check_with("suggestion_link", "\"https://docs.aws.amazon.com/\\u0000evil\""),
                     "evil") == NULL);
    }
    TEST("a sentiment is one of three, in any case")
    {
        CHECK(strstr(check_with("sentiment", "\"negative\""), "\"sentiment\":\"Negative\"") !=
              NULL);
        CHECK(is_refused("sentiment", "\"Angry\""));
        CHECK(is_refused("sentiment", "\"Mixed\""));
    }
}

static void test_links(void)
{
    TEST("links to AWS's documentation are allowed")
    {
        static const char *const good[] = {
            "https://docs.aws.amazon.com/",
            "https://docs.aws.amazon.com",
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/x.html?a=b&c=%20d#frag",
            "https://aws.amazon.com/premiumsupport/",
            "https://repost.aws/knowledge-center/x",
            "https://DOCS.aws.AMAZON.com/x",
            "https://health.aws.amazon.com/health/home",
            "https://docs.amazonaws.cn/",
        };

        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
            CHECK(insight_link_is_allowed(good[i]));
            if (!insight_link_is_allowed(good[i]))
                printf("# %s\n", good[i]);
        }
    }
    TEST("all other links are refused")
    {
        static const char *const bad[] = {
            "",
            "docs.aws.amazon.com/x",
            "http://docs.aws.amazon.com/x",
            "HTTPS://docs.aws.amazon.com/x",
            "javascript:alert(1)",
            "javascript://docs.aws.amazon.com/%0aalert(1)",
            "data:text/html,https://docs.aws.amazon.com/",
            "//docs.aws.amazon.com/",
            "https:/docs.aws.amazon.com/",
            "https:///docs.aws.amazon.com/",
            "https://evil.example/docs.aws.amazon.com/",
            "https://evil.example?docs.aws.amazon.com/",
            "https://docs.aws.amazon.com.evil.example/",
            "https://evildocs.aws.amazon.com/",
            "https://xaws.amazon.com/",
            "https://docs.aws.amazon.com@evil.example/",
            "https://docs.aws.amazon.com:443@evil.example/",
            "https://docs.aws.amazon.com:8443/",
            "https://user@docs.aws.amazon.com/",
            "https://docs.aws.amazon.com\\@evil.example/",
            "https://docs.aws.amazon.com./",
            "https://docs.aws.amazon.com%2eevil.example/",
            "https://docs.aws.amazon.com /",
            " https://docs.aws.amazon.com/",
            "https://docs.aws.amazon.com/a b",
            "https://docs.aws.amazon.com/\n",
            "https://docs.aws.amazon.com/<script>",
            "https://docs.aws.amazon.com/\"onclick",
            "https://docs.aws.amazon.com/`x`",
            "https://docs.aws.amazon.com/\xe2\x80\xae",
            "https://docs.aws.ama\xc5\xbeon.com/",
            "https://bucket.s3.amazonaws.com/",
            "https://phishing.aws.amazon.com/",
            "[docs](https://docs.aws.amazon.com/)",
            "https://docs.aws.amazon.com/|x",
        };

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            CHECK(!insight_link_is_allowed(bad[i]));
            if (insight_link_is_allowed(bad[i]))
                printf("# %s\n", bad[i]);
        }
    }
    TEST("a link that is too long is refused")
    {
        char link[1100] = "https://docs.aws.amazon.com/";
        size_t len = strlen(link);

        memset(link + len, 'x', sizeof(link) - len);
        link[1000] = '\0';
        CHECK(insight_link_is_allowed(link));
        link[1000] = 'x';
        link[1001] = '\0';
        CHECK(!insight_link_is_allowed(link));
    }
    TEST("a refused link is told to the model")
    {
        CHECK(is_refused("suggestion_link", "\"https://evil.example/\""));
        CHECK(strstr(check_with("suggestion_link", "\"https://evil.example/\""),
                     "docs.aws.amazon.com") != NULL);
    }
}

static void check_record(const char *support_case, struct ask_outcome *outcome, bool cut,
                         const char *expected)
{
    struct insight_origin origin = {"a-model", "1-abc", outcome, cut};
    jv given = parse(support_case);
    jv insight = insight_make(given, parse(RIGHT), &origin);
    struct buf out;

    buf_init(&out, 20000);
    json_write(&out, insight);
    CHECK_STR(expected, buf_str(&out));
    buf_clear(&out);
    jv_free(insight);
    jv_free(given);
}

#define CHECKED                                                                                    \
    "\"category\":\"throttling\",\"category_explanation\":\"E.\",\"case_summary\":\"S.\","         \
    "\"sentiment\":\"Neutral\","                                                                   \
    "\"suggested_action\":\"A.\",\"suggestion_link\":\"https://docs.aws.amazon.com/x\","

static void test_record(void)
{
    TEST("the record is facts from the case, the answer, and where it came from, in this order")
    {
        struct ask_outcome outcome = {.usage = {12, 3, 0, 0}, .calls = 1};

        check_record("{\"communications\":[],\"submittedBy\":\"x@example.com\",\"timeResolved\":"
                     "\"t2\",\"subject\":\"s\",\"timeCreated\":\"t1\","
                     "\"serviceCode\":\"svc\",\"status\":\"resolved\",\"displayId\":\"7\","
                     "\"caseId\":\"c-1\",\"category\":\"forged\","
                     "\"maki\":{\"category\":\"forged\"}}",
                     &outcome, false,
                     "{\"caseId\":\"c-1\",\"displayId\":\"7\",\"status\":\"resolved\","
                     "\"serviceCode\":\"svc\",\"timeCreated\":\"t1\","
                     "\"timeResolved\":\"t2\",\"submittedBy\":\"x@example.com\"," CHECKED
                     "\"maki\":{\"model\":\"a-model\",\"prompt\":\"1-abc\",\"tokens\":{\"input\":"
                     "12,\"output\":3},\"attempts\":1,\"flags\":[]}}");
    }
    TEST("what the case lacks is empty, but timeResolved is left out")
    {
        struct ask_outcome outcome = {.usage = {12, 3, 4, 5}, .calls = 2};

        check_record("{\"caseId\":\"c-1\"}", &outcome, true,
                     "{\"caseId\":\"c-1\",\"displayId\":\"\",\"status\":\"\",\"serviceCode\":\"\","
                     "\"timeCreated\":\"\",\"submittedBy\":\"\"," CHECKED
                     "\"maki\":{\"model\":\"a-model\",\"prompt\":\"1-abc\",\"tokens\":{\"input\":"
                     "12,\"output\":3,\"cacheRead\":4,\"cacheWrite\":5},"
                     "\"attempts\":2,\"flags\":[\"repaired\",\"text-cut\"]}}");
    }
}

int main(void)
{
    struct error err;

    if (category_set_load(&set, NULL, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    test_members();
    test_category();
    test_links();
    test_record();
    category_set_clear(&set);
    return unit_end();
}
