#include "maki/summary.h"

#include "unit.h"

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR("valid JSON", err.message);
    return value;
}

static const char statistics_text[] =
    "{\"insights\":1240,\"from\":\"2024-11-30T00:00:00.000Z\",\"to\":\"2025-02-01T00:00:00.000Z\","
    "\"open\":37,\"closed\":1203,"
    "\"other_percent\":4.4,\"sentiment\":{\"Positive\":11,\"Negative\":222,\"Neutral\":1007},"
    "\"categories\":[{\"category\":\"throttling\",\"count\":413,\"percent\":33.3,\"open\":12,"
    "\"services\":[\"s3\"]},"
    "{\"category\":\"other\",\"count\":55,\"percent\":4.4,\"open\":1}],\"months\":[{\"month\":"
    "\"2025-01\",\"count\":600}]}";

/* What is wrong with an answer; NULL if nothing is. */
static const char *complaint(jv answer)
{
    static struct error err;
    jv statistics = parse(statistics_text);
    jv checked;

    error_clear(&err);
    checked = summary_check(statistics, answer, &err);
    jv_free(statistics);
    jv_free(answer);
    if (!jv_is_valid(checked))
        return err.message;
    jv_free(checked);
    return NULL;
}

static jv answer_of(const char *summary, const char *plan)
{
    jv answer = jv_object();

    json_set_str(&answer, "summary", summary);
    json_set_str(&answer, "plan", plan);
    return answer;
}

static void accepts(const char *text)
{
    const char *said = complaint(answer_of(text, "Plan."));

    CHECK(said == NULL);
    if (said != NULL)
        printf("#   %s\n#   %s\n", text, said);
    CHECK(complaint(answer_of("Summary.", text)) == NULL);
}

/* The number that the complaint has to name. */
static void rejects(const char *text, const char *number)
{
    const char *said = complaint(answer_of(text, "Plan."));

    CHECK(said != NULL && strstr(said, number) != NULL && strstr(said, "the summary says") != NULL);
    if (said == NULL || strstr(said, number) == NULL)
        printf("#   %s\n#   %s\n", text, said ? said : "(accepted)");
}

static void test_right(void)
{
    TEST("numbers that were counted are accepted")
    {
        accepts("1240 cases");
        accepts("1,240 support cases were read, 37 of them still open.");
        accepts("**413** cases (33.3%) are about throttling; 12 open cases remain.");
        accepts("413 of the 1240 cases");
        accepts("There was 1 case. 222 negative cases.");
        accepts("In January 600 cases came.");
    }
    TEST("percentages may be rounded to whole numbers")
    {
        accepts("33.3 % of all cases, 33% of the cases, 4 percent of cases, 4.4 per cent of cases");
        accepts("33.30% of the cases");
    }
    TEST("numbers that count no cases are left alone")
    {
        accepts("Use TLS 1.2 and Python 3.12 by 2025-03-01; HTTP 429 and 503 errors; answer within "
                "24 hours.");
        accepts("1. Raise quotas.\n2. Use 3 Availability Zones.\n3) Ask for 10,000 requests per "
                "second.");
        accepts(
            "t3.micro, m6i.16xlarge, v1.27, us-east-1, EC2, S3, i-0abc123, 10.0.0.0/16, 12:30 UTC");
        accepts("Route 53 cases and HTTP 503 cases stand out.");
        accepts("It took 24 hours per case, with 5 engineers for new cases.");
        accepts("In 2024 cases rose, as in 2025 cases did.");
        accepts("See case-111122223333-2025-abc.");
    }
}

static void test_wrong(void)
{
    TEST("invented counts are rejected")
    {
        rejects("1241 cases", "1241");
        rejects("There were 99 support cases.", "99");
        rejects("We saw 38 open cases and 1240 cases in all.", "38");
        rejects("414 of the 1240 cases", "414");
        rejects("413 of the 1239 cases", "1239");
        rejects("**99** cases", "99");
        rejects("99 insights", "99");
        rejects("1,241 cases", "1241");
        rejects("12.4 cases", "12.4");
        rejects("In 2023 cases fell.", "2023");
    }
    TEST("counts are not rounded")
    {
        rejects("1200 cases", "1200");
        rejects("about 33 cases", "33");
    }
    TEST("invented percentages are rejected")
    {
        rejects("34% of cases", "34");
        rejects("Throttling makes up 33.4% of the need.", "33.4");
        rejects("33.5 percent", "33.5");
        rejects("A third (34 per cent)", "34");
    }
    TEST("a plan may name percentages that are none of cases, but not of cases")
    {
        const char *said;

        CHECK(complaint(answer_of("Summary.",
                                  "Set an alarm at 80 percent of the quota, or 80%.")) == NULL);
        CHECK(complaint(answer_of("Summary.", "33% of all cases are about throttling.")) == NULL);
        said = complaint(answer_of("Summary.", "This would avoid 80% of the cases."));
        CHECK(said != NULL && strstr(said, "the plan says 80 percent") != NULL);
        said = complaint(answer_of("Summary.", "Look into the 81 open cases."));
        CHECK(said != NULL && strstr(said, "the plan says 81 cases") != NULL);
        rejects("Usage is at 80 percent of the quota.",
                "80"); /* in a summary it would be taken for one of cases */
    }
}

static void test_shape(void)
{
    TEST("both texts are there, are texts, and are not empty")
    {
        static const char *const wrong[] = {"{}",
                                            "[]",
                                            "7",
                                            "{\"summary\":\"x\"}",
                                            "{\"plan\":\"x\"}",
                                            "{\"summary\":\"x\",\"plan\":\"\"}",
                                            "{\"summary\":\" \\n\",\"plan\":\"x\"}",
                                            "{\"summary\":7,\"plan\":\"x\"}",
                                            "{\"summary\":\"x\",\"plan\":[\"x\"]}",
                                            "{\"summary\":null,\"plan\":\"x\"}"};

        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
            CHECK(complaint(parse(wrong[i])) != NULL);
        CHECK(complaint(parse("{\"summary\":\"x\",\"plan\":\"y\"}")) == NULL);
    }
    TEST("nothing hides behind a NUL")
    {
        CHECK(complaint(parse("{\"summary\":\"x\\u0000 99 cases\",\"plan\":\"y\"}")) != NULL);
    }
    TEST("an over-long text is rejected")
    {
        static char text[400002];

        memset(text, 'x', sizeof(text) - 1);
        CHECK(complaint(answer_of(text, "y")) != NULL);
        text[sizeof(text) - 2] = '\0';
        CHECK(complaint(answer_of(text, "y")) == NULL);
    }
    TEST("a text of digits alone, or cut in the middle of anything, does no harm")
    {
        accepts("1");
        accepts("0123456789012345678901234567890123456789012345678901234567890123456789");
        accepts("1,");
        accepts("12 ");
        accepts("12 per");
        accepts("12 *_ ");
        rejects("0123456789012345678901234567890123456789012345678901234567890123456789 cases",
                "0123456789");
        rejects("99%", "99");
    }
}

static void test_records(void)
{
    TEST("summary.json begins with summary and plan, and no other member of the answer gets in")
    {
        jv statistics = parse(statistics_text);
        jv answer = parse(
            "{\"statistics\":{\"insights\":1},\"plan\":\"P\",\"summary\":\"S\",\"evil\":true}");
        struct error err;
        jv checked = summary_check(statistics, answer, &err);
        struct summary_parts parts = {parse("{\"n\":1}"), parse("[2]"), parse("{\"c\":3}"),
                                      parse("{\"m\":4}")};
        jv summary = summary_make(checked, &parts);
        struct buf out;

        buf_init(&out, 10000);
        json_write(&out, summary);
        CHECK_STR("{\"summary\":\"S\",\"plan\":\"P\",\"statistics\":{\"n\":1},\"evidence\":[2],"
                  "\"coverage\":{\"c\":3},\"maki\":{\"m\":4}}",
                  buf_str(&out));
        buf_clear(&out);
        jv_free(summary);
        jv_free(answer);
        jv_free(statistics);
    }
    TEST("a digest has what the strong model is to read, and no more")
    {
        jv insight = parse("{\"caseId\":\"c\",\"displayId\":\"7\",\"status\":\"opened\","
                           "\"serviceCode\":\"s\",\"timeCreated\":\"t\","
                           "\"submittedBy\":\"ann@customer.example\",\"category\":\"throttling\","
                           "\"category_explanation\":\"E\","
                           "\"case_summary\":\"S\",\"sentiment\":\"Neutral\",\"suggested_action\":"
                           "\"A\",\"suggestion_link\":\"L\",\"maki\":{}}");
        jv digest = summary_digest(insight);
        struct buf out;

        buf_init(&out, 10000);
        json_write(&out, digest);
        CHECK_STR("{\"caseId\":\"c\",\"category\":\"throttling\",\"sentiment\":\"Neutral\","
                  "\"status\":\"opened\",\"serviceCode\":\"s\","
                  "\"timeCreated\":\"t\",\"case_summary\":\"S\",\"suggested_action\":\"A\"}",
                  buf_str(&out));
        buf_clear(&out);
        jv_free(digest);
        jv_free(insight);
        insight = parse("{\"caseId\":7,\"category\":null}");
        digest = summary_digest(insight);
        CHECK_INT(0, jv_object_length(jv_copy(digest)));
        jv_free(digest);
        jv_free(insight);
    }
}

int main(void)
{
    test_right();
    test_wrong();
    test_shape();
    test_records();
    return unit_end();
}
