#include "aws/support.h"

#include "fake_transport.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CASE(id, token)                                                                            \
    "{\"caseId\":\"" id                                                                            \
    "\",\"recentCommunications\":{\"communications\":[{\"body\":\"last\"}]" token "}}"

/* Every page, as texts joined by ' ': the cases' ids, and the bodies of each in brackets. */
static const char *read_all(struct support *s, struct error *err)
{
    static struct buf text;
    const struct support_case *cases;
    size_t count;
    int more;

    buf_clear(&text);
    buf_init(&text, 4096);
    while ((more = support_next(s, &cases, &count, err)) > 0) {
        for (size_t i = 0; i < count; i++) {
            jv list = json_get_path(cases[i].value, "recentCommunications", "communications", NULL);

            buf_addf(&text, "%s%s(", text.len ? " " : "", json_str(cases[i].value, "caseId", NULL));
            for (int j = 0; j < json_count(list); j++)
                buf_addf(&text, "%s%s", j ? "," : "", json_str(json_at(list, j), "body", NULL));
            buf_addf(&text, ")%s", cases[i].err.code);
        }
    }
    return more < 0 ? "failed" : buf_str(&text);
}

static void test_pages(void)
{
    static const struct fake_answer script[] = {
        {.body = "{\"cases\":[" CASE("a", "") "," CASE("b", "") "],\"nextToken\":\"two\"}"},
        {.body = "{\"cases\":[" CASE("c", ",\"nextToken\":\"\"") "]}"},
    };
    const struct support_query query = {"2026-01-01T00:00:00.000Z", NULL, false};
    struct fake_transport fake;
    struct error err;
    struct support *s;

    fake_init(&fake, script, COUNT(script));
    s = support_new(&fake.base, &query);
    TEST("all pages are read, by their tokens")
    {
        CHECK_STR("a(last) b(last) c(last)", read_all(s, &err));
        CHECK_INT(2, fake.submitted);
        CHECK_STR("{\"afterTime\":\"2026-01-01T00:00:00.000Z\",\"includeResolvedCases\":true,"
                  "\"includeCommunications\":true,\"maxResults\":100}",
                  fake.requests[0].body);
        CHECK(strstr(fake.requests[1].body, "\"nextToken\":\"two\"") != NULL);
    }
    support_free(s);
    fake_clear(&fake);
}

/* Answers by what is asked: case a has two pages of communications, case b is refused. */
static void answer(struct fake_transport *fake, size_t n, const struct http_request *request,
                   struct fake_answer *out)
{
    (void)fake;
    (void)n;
    if (strstr(request->body, "includeResolvedCases") != NULL)
        out->body = "{\"cases\":[" CASE("a", ",\"nextToken\":\"x\"") "," CASE(
            "b", ",\"nextToken\":\"y\"") "," CASE("c", "") "]}";
    else if (strstr(request->body, "\"b\"") != NULL)
        *out = (struct fake_answer){.status = 400, .type = "CaseIdNotFound", .body = "{}"};
    else if (strstr(request->body, "nextToken") != NULL)
        out->body = "{\"communications\":[{\"body\":\"first\"}]}";
    else
        out->body = "{\"communications\":[{\"body\":\"third\"},{\"body\":\"second\"}],"
                    "\"nextToken\":\"more\"}";
}

static void test_conversations(void)
{
    const struct support_query query = {NULL, NULL, true};
    struct fake_transport fake;
    struct error err;
    struct support *s;

    fake_init(&fake, NULL, 0);
    fake.answer = answer;
    fake.order = FAKE_LIFO;
    s = support_new(&fake.base, &query);
    TEST("a conversation beyond the latest communications is read whole; who fails, fails alone")
    {
        CHECK_STR("a(third,second,first) b(last)CaseIdNotFound c(last)", read_all(s, &err));
        CHECK_INT(4, fake.submitted);
        CHECK_INT(2, fake.in_flight_most);
    }
    support_free(s);
    fake_clear(&fake);
}

static void test_errors(void)
{
    static const struct fake_answer refused[] = {
        {.status = 400, .type = "SubscriptionRequiredException", .body = "{}"}};
    static const struct fake_answer circle[] = {{.body = "{\"cases\":[],\"nextToken\":\"same\"}"}};
    static const struct fake_answer nonsense[] = {{.body = "{\"cases\":{}}"}};
    const struct support_query query = {0};
    const struct {
        const struct fake_answer *script;
        const char *code;
        enum error_kind kind;
    } cases[] = {
        {refused, "SubscriptionRequiredException", ERR_PERM},
        {circle, "InvalidResponse", ERR_UNAVAILABLE},
        {nonsense, "InvalidResponse", ERR_UNAVAILABLE},
    };

    TEST("no support plan, tokens in a circle and nonsense are errors")
    {
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct fake_transport fake;
            struct error err;
            struct support *s;

            fake_init(&fake, cases[i].script, 1);
            s = support_new(&fake.base, &query);
            CHECK_STR("failed", read_all(s, &err));
            CHECK_STR(cases[i].code, err.code);
            CHECK_INT(cases[i].kind, err.kind);
            support_free(s);
            fake_clear(&fake);
        }
    }
}

int main(void)
{
    test_pages();
    test_conversations();
    test_errors();
    return unit_end();
}
