#include "maki/cid.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "maki/case.h"
#include "scratch.h"
#include "unit.h"

static const char case_text[] = "{\"caseId\":\"case-1\",\"displayId\":\"12\",\"accountId\":"
                                "\"111122223333\",\"subject\":\"s\",\"status\":\"resolved\","
                                "\"serviceCode\":\"billing\",\"categoryCode\":\"other\","
                                "\"severityCode\":\"low\",\"submittedBy\":\"a@example.com\","
                                "\"timeCreated\":\"2025-03-04T23:59:59.999Z\",\"timeResolved\":"
                                "\"2025-03-05T00:00:00.000Z\",\"language\":\"en\","
                                "\"communications\":[{\"timeCreated\":\"2025-03-04T23:59:59.999Z\","
                                "\"submittedBy\":\"a@example.com\",\"body\":\"first\"},"
                                "{\"timeCreated\":\"2025-03-05T00:00:00.000Z\",\"submittedBy\":"
                                "\"Amazon Web Services\",\"body\":\"second\"}]}";

static jv make_case(void)
{
    struct error err;

    return json_parse(case_text, sizeof(case_text) - 1, NULL, &err);
}

/* The key of the case with one member changed (NULL: as it is), or the error's code. */
static const char *key_with(const char *member, const char *value)
{
    static char text[512];
    struct error err;
    struct buf key;
    jv support_case = make_case();

    if (member != NULL)
        json_set_str(&support_case, member, value);
    buf_init(&key, 4096);
    if (cid_key(&key, CID_DATA, support_case, &err) < 0)
        snprintf(text, sizeof(text), "%s", err.code);
    else
        snprintf(text, sizeof(text), "%s", buf_str(&key));
    buf_clear(&key);
    jv_free(support_case);
    return text;
}

static void test_keys(void)
{
    TEST("a key has payer, account, the day in UTC and the case's id")
    {
        CHECK_STR("support-cases/support-cases-data/payer_id=111122223333/account_id=111122223333/"
                  "year=2025/month=03/day=04/"
                  "case-1.json",
                  key_with(NULL, NULL));
    }

    TEST("what cannot be a file's name never becomes part of a key")
    {
        static const char *const bad[] = {"../x", "a/b", "..", ".hidden", "/etc/passwd"};
        char longest[300];

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            CHECK_STR("BadKey", key_with("caseId", bad[i]));
            CHECK_STR("BadKey", key_with("accountId", bad[i]));
        }
        memset(longest, 'x', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        CHECK_STR("BadKey", key_with("caseId", longest));
        CHECK_STR("MissingMember", key_with("caseId", ""));
        CHECK_STR("MissingMember", key_with("accountId", ""));
        CHECK_STR("BadTime", key_with("timeCreated", "yesterday"));
    }
}

static void test_objects(void)
{
    jv support_case = make_case();
    struct buf out;

    buf_init(&out, 1 << 20);
    TEST("the data object has CID's members, and nothing that CID has not")
    {
        cid_write_data(&out, support_case);
        CHECK_STR(
            "{\"CaseId\":\"case-1\",\"DisplayId\":\"12\",\"Subject\":\"s\",\"Status\":\"resolved\","
            "\"ServiceCode\":\"billing\","
            "\"CategoryCode\":\"other\",\"SeverityCode\":\"low\",\"SubmittedBy\":\"a@example.com\","
            "\"TimeCreated\":\"2025-03-04T23:59:59.999Z\",\"CCEmailAddresses\":null,\"Language\":"
            "\"en\","
            "\"AccountAlias\":null,\"Summary\":null}",
            buf_str(&out));
    }

    TEST("communications are lines, the newest first")
    {
        buf_reset(&out);
        cid_write_communications(&out, support_case);
        CHECK_STR(
            "{\"CaseId\":\"case-1\",\"Body\":\"second\",\"SubmittedBy\":\"Amazon Web Services\","
            "\"TimeCreated\":\"2025-03-05T00:00:00.000Z\",\"AttachmentSet\":null,\"AccountAlias\":"
            "null}\n"
            "{\"CaseId\":\"case-1\",\"Body\":\"first\",\"SubmittedBy\":\"a@example.com\","
            "\"TimeCreated\":\"2025-03-04T23:59:59.999Z\",\"AttachmentSet\":null,\"AccountAlias\":"
            "null}\n",
            buf_str(&out));
    }
    buf_clear(&out);
    jv_free(support_case);
}

static jv read_json(const char *path)
{
    struct buf text;
    struct error err;
    jv value = jv_invalid();

    buf_init(&text, 1 << 20);
    if (file_read(path, &text, &err) == 0)
        value = json_parse(buf_str(&text), text.len, NULL, &err);
    buf_clear(&text);
    return value;
}

static void test_put(void)
{
#define SUFFIX "payer_id=111122223333/account_id=111122223333/year=2025/month=03/day=04/case-1.json"
    char root[] = "/tmp/maki-cid-XXXXXX";
    struct error err;
    jv support_case = make_case();

    scratch_make(root);
    if (chdir(root) < 0)
        exit(2);
    TEST("what was put can be joined to the same case, but for the time it was resolved")
    {
        jv data;
        jv communications = jv_array();
        jv joined;
        jv normal;

        CHECK_INT(0, cid_put("tree", support_case, &err));
        data = read_json("tree/support-cases/support-cases-data/" SUFFIX);
        CHECK(case_is_cid(data));
        CHECK(file_exists("tree/support-cases/support-cases-communications/" SUFFIX));
        joined = case_cid_join(data, communications, "111122223333");
        normal = case_normalise(joined, &err);
        CHECK_STR("s", json_str(normal, "subject", NULL));
        CHECK_STR("111122223333", json_str(normal, "accountId", NULL));
        CHECK(!json_has(normal, "timeResolved"));
        jv_free(normal);
        jv_free(joined);
        jv_free(data);
    }

    TEST("where a folder cannot be made there is an error")
    {
        struct file_write write = {.path = "in-the-way", .data = "x", .len = 1, .no_sync = true};

        CHECK_INT(0, file_write_atomic(&write, NULL, &err));
        CHECK_INT(-1, cid_put("in-the-way", support_case, &err));
        CHECK(err.kind == ERR_CANTCREAT || err.kind == ERR_IO);
    }
    jv_free(support_case);
    scratch_remove(root);
}

int main(void)
{
    test_keys();
    test_objects();
    test_put();
    return unit_end();
}
