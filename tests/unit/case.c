#include "maki/case.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* Strings that must live until a check has printed them. */
static char *kept[512];
static int kept_count;

static const char *keep(char *text)
{
    if (kept_count == sizeof(kept) / sizeof(kept[0]))
        abort(); /* make room above */
    kept[kept_count++] = text;
    return text;
}

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value)) {
        printf("# a test's own JSON: %s: %s\n", err.message, text);
        abort();
    }
    return value;
}

static const char *write_json(jv value)
{
    struct buf text;

    buf_init(&text, 1 << 24);
    json_write(&text, value);
    return keep(buf_take(&text));
}

/* The normal form of a value (taken), or "CODE: message". */
static const char *normal_of(jv raw)
{
    struct error err;
    jv normal = case_normalise(raw, &err);
    const char *text;
    char *message;

    jv_free(raw);
    if (jv_is_valid(normal)) {
        text = write_json(normal);
        jv_free(normal);
        return text;
    }
    message = malloc(sizeof(err.code) + sizeof(err.message) + 3);
    snprintf(message, sizeof(err.code) + sizeof(err.message) + 3, "%s: %s", err.code, err.message);
    CHECK_INT(ERR_DATA, err.kind);
    return keep(message);
}

static const char *normal(const char *text)
{
    return normal_of(parse(text));
}

#define REST                                                                                       \
    "\"displayId\":\"\",\"subject\":\"\",\"status\":\"\",\"serviceCode\":\"\",\"categoryCode\":"   \
    "\"\",\"severityCode\":\"\","                                                                  \
    "\"submittedBy\":\"\",\"timeCreated\":\"\",\"communications\":[]}"

static const char full[] = "{\"caseId\":\"case-1\",\"displayId\":\"17\",\"accountId\":"
                           "\"111122223333\",\"subject\":\"S\",\"status\":\"resolved\","
                           "\"serviceCode\":\"amazon-s3\",\"categoryCode\":\"other\","
                           "\"severityCode\":\"low\",\"submittedBy\":\"a@example.com\","
                           "\"timeCreated\":\"2026-01-02T03:04:05.678Z\",\"timeResolved\":\"2026-"
                           "01-03T00:00:00.000Z\",\"language\":\"en\","
                           "\"ccEmailAddresses\":[\"b@example.com\"],\"communications\":[{"
                           "\"timeCreated\":\"2026-01-02T03:04:05.678Z\","
                           "\"submittedBy\":\"a@example.com\",\"body\":\"one\"},{\"timeCreated\":"
                           "\"2026-01-02T04:00:00.000Z\",\"submittedBy\":\"Amazon "
                           "Web "
                           "Services\",\"body\":\"two\"}],\"source\":{\"uri\":\"s3://b/"
                           "k\",\"etag\":\"e\"},\"maki\":{\"synthetic\":true,\"n\":1.50}}";

static void test_shapes(void)
{
    TEST("a normal case comes out as the same bytes")
    {
        CHECK_STR(full, normal(full));
    }
    TEST("a DescribeCases object becomes a normal case, its members in the record's order and its "
         "communications oldest first")
    {
        CHECK_STR("{\"caseId\":\"case-1\",\"displayId\":\"17\",\"subject\":\"S\",\"status\":"
                  "\"opened\",\"serviceCode\":\"s\","
                  "\"categoryCode\":\"c\",\"severityCode\":\"low\",\"submittedBy\":\"a\","
                  "\"timeCreated\":\"2026-01-02T03:04:05.678Z\","
                  "\"language\":\"en\",\"communications\":[{\"timeCreated\":\"2026-01-02T03:04:05."
                  "678Z\",\"submittedBy\":\"a\","
                  "\"body\":\"first\"},{\"timeCreated\":\"2026-01-02T09:00:00.000Z\","
                  "\"submittedBy\":\"AWS\",\"body\":\"second\"}]}",
                  normal("{\"recentCommunications\":{\"communications\":[{\"caseId\":\"case-1\","
                         "\"body\":\"second\",\"submittedBy\":\"AWS\","
                         "\"timeCreated\":\"2026-01-02T09:00:00Z\",\"attachmentSet\":[]},{\"body\":"
                         "\"first\",\"submittedBy\":\"a\","
                         "\"timeCreated\":\"2026-01-02T03:04:05.678Z\"}],\"nextToken\":\"t\"},"
                         "\"language\":\"en\",\"ccEmailAddresses\":[],"
                         "\"timeCreated\":\"2026-01-02T03:04:05.678Z\",\"submittedBy\":\"a\","
                         "\"severityCode\":\"low\",\"categoryCode\":\"c\","
                         "\"serviceCode\":\"s\",\"status\":\"opened\",\"subject\":\"S\","
                         "\"displayId\":\"17\",\"caseId\":\"case-1\",\"x\":1}"));
    }
    TEST("a CID data object joined with communications and account is the same case as its normal "
         "form")
    {
        jv data = parse(
            "{\"CaseId\":\"case-1\",\"DisplayId\":\"17\",\"Subject\":\"S\",\"Status\":\"resolved\","
            "\"ServiceCode\":\"amazon-s3\","
            "\"CategoryCode\":\"other\",\"SeverityCode\":\"low\",\"SubmittedBy\":\"a@example.com\","
            "\"TimeCreated\":\"2026-01-02T03:04:05.678999Z\",\"TimeResolved\":\"2026-01-03\","
            "\"CCEmailAddresses\":"
            "[\"b@example.com\"],\"Language\":\"en\",\"AccountAlias\":null,\"Summary\":\"x\","
            "\"source\":{\"uri\":"
            "\"s3://b/k\",\"etag\":\"e\",\"more\":1},\"maki\":{\"synthetic\":true,\"n\":1.50}}");
        jv talk = parse("[{\"CaseId\":\"case-1\",\"Body\":\"two\",\"SubmittedBy\":\"Amazon Web "
                        "Services\",\"TimeCreated\":"
                        "\"2026-01-02T05:00:00+01:00\",\"AttachmentSet\":{\"a\":1},"
                        "\"AccountAlias\":null},{\"CaseId\":\"case-1\","
                        "\"Body\":\"one\",\"SubmittedBy\":\"a@example.com\",\"TimeCreated\":\"2026-"
                        "01-02T03:04:05.678Z\"}]");

        CHECK_STR(full, normal_of(case_cid_join(data, talk, "111122223333")));
        jv_free(data);
    }
    TEST("a CID object alone is a case without communications and account")
    {
        CHECK_STR("{\"caseId\":\"a\"," REST, normal("{\"CaseId\":\"a\",\"Summary\":\"s\"}"));
    }
    TEST("a case with nothing but its id has empty members and no optional ones")
    {
        CHECK_STR("{\"caseId\":\"a\"," REST, normal("{\"caseId\":\"a\"}"));
        CHECK_STR("{\"caseId\":\"a\"," REST,
                  normal("{\"caseId\":\"a\",\"subject\":null,\"language\":\"\",\"timeResolved\":"
                         "null,\"ccEmailAddresses\":[],"
                         "\"communications\":null,\"recentCommunications\":{},\"source\":null,"
                         "\"maki\":null}"));
    }
    TEST("a page is told from a case")
    {
        jv page = parse("{\"cases\":[{\"caseId\":\"a\"},{\"caseId\":\"b\"}],\"nextToken\":\"t\"}");
        jv odd = parse("{\"caseId\":\"a\",\"cases\":[]}");

        CHECK_INT(2, json_count(case_page(page)));
        CHECK(!jv_is_valid(case_page(odd)));
        CHECK(!jv_is_valid(case_page(json_get(page, "cases"))));
        jv_free(page);
        jv_free(odd);
    }
}

static void test_ids(void)
{
    TEST("ids that are numbers become strings with all of their digits")
    {
        CHECK_STR("{\"caseId\":\"7\"," REST, normal("{\"caseId\":7}"));
#if !defined(MAKI_JV_LITERALS) || MAKI_JV_LITERALS
        CHECK_STR("{\"caseId\":\"12345678901234567891\"," REST,
                  normal("{\"caseId\":12345678901234567891}"));
        CHECK(strstr(normal("{\"caseId\":\"a\",\"displayId\":98765432109876543210}"),
                     "\"displayId\":\"98765432109876543210\"") != NULL);
#endif
    }
    TEST("a number that is no whole one is no id")
    {
        CHECK(strstr(normal("{\"caseId\":1.5}"),
                     "WrongType: caseId: expected a string or a whole number") != NULL);
        CHECK(strstr(normal("{\"caseId\":-3}"), "WrongType: caseId") != NULL);
        CHECK(strstr(normal("{\"caseId\":1e400}"), "WrongType: caseId") != NULL);
    }
    TEST("without a caseId there is no case")
    {
        CHECK_STR("MissingCaseId: caseId is missing or empty", normal("{\"subject\":\"s\"}"));
        CHECK_STR("MissingCaseId: caseId is missing or empty", normal("{\"caseId\":\"\"}"));
        CHECK_STR("MissingCaseId: caseId is missing or empty", normal("{\"CaseId\":null}"));
        CHECK_STR("BadCaseId: caseId: it holds a NUL character",
                  normal("{\"caseId\":\"a\\u0000b\"}"));
    }
    TEST("hostile ids stay as they are: they are data here")
    {
        CHECK_STR("{\"caseId\":\"../../etc/passwd\\n\"," REST,
                  normal("{\"caseId\":\"../../etc/passwd\\n\"}"));
    }
}

static void test_errors(void)
{
    TEST("a member of the wrong type is named")
    {
        CHECK_STR("WrongType: subject: expected a string, not a JSON object",
                  normal("{\"caseId\":\"a\",\"subject\":{}}"));
        CHECK_STR("WrongType: Status: expected a string, not a JSON number",
                  normal("{\"CaseId\":\"a\",\"Subject\":\"\",\"Status\":1}"));
        CHECK_STR("WrongType: ccEmailAddresses: expected an array, not a JSON string",
                  normal("{\"caseId\":\"a\",\"ccEmailAddresses\":\"x\"}"));
        CHECK_STR(
            "WrongType: ccEmailAddresses[1]: an address: expected a string, not a JSON number",
            normal("{\"caseId\":\"a\",\"ccEmailAddresses\":[\"x\",2]}"));
        CHECK_STR("WrongType: communications: expected an array, not a JSON object",
                  normal("{\"caseId\":\"a\",\"communications\":{}}"));
        CHECK_STR(
            "WrongType: recentCommunications.communications[0]: a communication: expected an "
            "object, not a JSON string",
            normal("{\"caseId\":\"a\",\"recentCommunications\":{\"communications\":[\"x\"]}}"));
        CHECK_STR("WrongType: communications[1]: body: expected a string, not a JSON array",
                  normal("{\"caseId\":\"a\",\"communications\":[{},{\"body\":[]}]}"));
        CHECK_STR("WrongType: source: expected an object, not a JSON string",
                  normal("{\"caseId\":\"a\",\"source\":\"x\"}"));
        CHECK_STR("WrongType: source.uri: expected a string, but it is missing",
                  normal("{\"caseId\":\"a\",\"source\":{}}"));
        CHECK_STR("WrongType: source.etag: expected a string, not a JSON number",
                  normal("{\"caseId\":\"a\",\"source\":{\"uri\":\"u\",\"etag\":1}}"));
        CHECK_STR("WrongType: maki: expected an object, not a JSON boolean",
                  normal("{\"caseId\":\"a\",\"maki\":true}"));
        CHECK_STR("WrongType: a case: expected an object, not a JSON array", normal("[]"));
    }
    TEST("another case's communication is refused")
    {
        CHECK_STR(
            "OtherCase: Communications[0]: CaseId: this communication belongs to another case",
            normal("{\"CaseId\":\"a\",\"Communications\":[{\"CaseId\":\"b\",\"Body\":\"x\"}]}"));
    }
    TEST("other records that have a caseId are not taken for empty cases")
    {
        CHECK(strstr(normal("{\"caseId\":\"a\",\"body\":\"x\"}"),
                     "NotACase: this is a communication") != NULL);
        CHECK(strstr(normal("{\"CaseId\":\"a\",\"Body\":\"x\"}"), "support-cases-communications") !=
              NULL);
        CHECK(strstr(normal("{\"caseId\":\"a\",\"case_summary\":\"x\"}"),
                     "NotACase: this is an insight") != NULL);
        CHECK(strstr(normal("{\"stage\":\"read\",\"caseId\":\"a\"}"),
                     "NotACase: this is a failure record") != NULL);
        CHECK(strstr(normal("{\"cases\":{}}"), "NotACase: this is a page") != NULL);
    }
}

/* The timeCreated of a case that was given `text` there. */
static const char *time_of(const char *text)
{
    struct error err;
    char json[256];
    jv raw;
    jv c;
    const char *found;

    snprintf(json, sizeof(json), "{\"caseId\":\"a\",\"subject\":\"\",\"timeCreated\":\"%s\"}",
             text);
    raw = parse(json);
    c = case_normalise(raw, &err);
    jv_free(raw);
    found = keep(strdup(json_str(c, "timeCreated", NULL)));
    jv_free(c);
    return found;
}

static void test_times(void)
{
    int64_t ms;

    TEST("times that can be read are given in UTC with milliseconds")
    {
        CHECK_STR("2026-01-02T00:00:00.000Z", time_of("2026-01-02"));
        CHECK_STR("2026-01-02T02:04:05.000Z", time_of("2026-01-02T03:04:05+01:00"));
        CHECK_STR("2026-01-02T03:04:05.678Z", time_of("2026-01-02 03:04:05.678912"));
        CHECK_STR("2017-01-01T00:00:00.000Z", time_of("2016-12-31T23:59:60.000Z"));
    }
    TEST("other times stay as they are")
    {
        CHECK_STR("yesterday", time_of("yesterday"));
        CHECK_STR("2026-02-30T00:00:00.000Z", time_of("2026-02-30T00:00:00.000Z"));
        CHECK_STR("9999-12-31T23:30:00-01:00", time_of("9999-12-31T23:30:00-01:00"));
    }
    TEST("what was normalised is not changed again")
    {
        static const char *const times[] = {"0000-01-01",
                                            "0042-01-01T00:00:00+05:00",
                                            "9999-12-31T23:59:59.999Z",
                                            "1969-12-31T23:59:59.5Z",
                                            "2016-12-31T23:59:60Z",
                                            "\\u00002026-01-02"};

        for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
            const char *once = time_of(times[i]);

            CHECK_STR(once, time_of(once));
        }
    }
    TEST("case_time reads a member, and does not stop at a NUL")
    {
        jv c = parse("{\"timeCreated\":\"1970-01-01T00:00:01.500Z\",\"timeResolved\":\"1970-01-"
                     "01\\u0000\",\"n\":1}");

        CHECK_INT(0, case_time(c, "timeCreated", &ms));
        CHECK_INT(1500, ms);
        CHECK_INT(-1, case_time(c, "timeResolved", &ms));
        CHECK_INT(-1, case_time(c, "n", &ms));
        CHECK_INT(-1, case_time(c, "missing", &ms));
        jv_free(c);
    }
}

static void test_source(void)
{
    TEST("the source is set before maki, which stays last")
    {
        jv c = parse("{\"caseId\":\"a\",\"maki\":{\"n\":1}}");

        case_set_source(&c, "cases/a.json", NULL);
        CHECK_STR("{\"caseId\":\"a\",\"source\":{\"uri\":\"cases/a.json\"},\"maki\":{\"n\":1}}",
                  write_json(c));
        case_set_source(&c, "s3://b/k", "e");
        CHECK_STR("{\"caseId\":\"a\",\"source\":{\"uri\":\"s3://b/"
                  "k\",\"etag\":\"e\"},\"maki\":{\"n\":1}}",
                  write_json(c));
        jv_free(c);
    }
    TEST("a joined case that failed can be given again as it is")
    {
        jv data = parse("{\"CaseId\":\"a\",\"Subject\":\"s\"}");
        jv joined = case_cid_join(data, parse("[{\"Body\":\"x\"},\"{cut\"]"), NULL);

        CHECK_STR(
            "WrongType: Communications[1]: a communication: expected an object, not a JSON string",
            normal_of(joined));
        jv_free(data);
    }
}

int main(void)
{
    test_shapes();
    test_ids();
    test_errors();
    test_times();
    test_source();
    for (int i = 0; i < kept_count; i++)
        free(kept[i]);
    return unit_end();
}
