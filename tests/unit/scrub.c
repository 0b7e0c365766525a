#include "http/scrub.h"

#include <stdlib.h>
#include <unistd.h>

#include "fake_transport.h"
#include "http/record.h"
#include "http/replay.h"
#include "recorded.h"
#include "scratch.h"
#include "unit.h"

static char dir[] = "/tmp/maki-scrub-XXXXXX";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Planted wherever one could be; SECRET is looked for in every byte that is written. */
#define SECRET "s3cr3tPLANTED"

static const char *query_of(const char *query)
{
    static char text[400];
    struct buf out;

    buf_init(&out, sizeof(text) - 1);
    scrub_query(&out, query);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static const char *url_of(const char *url)
{
    static char text[400];
    struct buf out;

    buf_init(&out, sizeof(text) - 1);
    scrub_url(&out, url);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static void test_parts(void)
{
    TEST("a query loses what signs it, however that is written, and keeps the rest as it is")
    {
        CHECK_STR("list-type=2&prefix=a%20b", query_of("list-type=2&prefix=a%20b"));
        CHECK_STR("a=1&b=2", query_of("a=1&X-Amz-Signature=x&X-AMZ-CREDENTIAL=y&b=2"));
        CHECK_STR("a=1", query_of("x%2Damz%2Dsecurity%2dtoken=x&a=1"));
        CHECK_STR("", query_of("AWSAccessKeyId=x&Signature=y&Expires=3"));
        CHECK_STR("uploads=", query_of("uploads="));
        CHECK_STR("key-marker=x&continuation-token=t&nextToken=n",
                  query_of("key-marker=x&continuation-token=t&nextToken=n&key=x"));
        CHECK_STR("&a", query_of("&a&X-Amz-Signature"));
    }
    TEST("a URL loses user, password, signature and fragment")
    {
        CHECK_STR("https://h/p?a=1", url_of("https://u:p@h/p?X-Amz-Signature=s&a=1#f"));
        CHECK_STR("https://h/p", url_of("https://h/p?X-Amz-Signature=s"));
        CHECK_STR("https://h/a@b", url_of("https://h/a@b"));
        CHECK_STR("/p", url_of("/p#token=s"));
        CHECK_STR("/p?u=https://x", url_of("/p?u=https://x"));
        CHECK_STR("https://h", url_of("https://a@b@h"));
    }
    TEST("exchanges about credentials are not recorded, and who am I is")
    {
        struct http_request sts = {.service = "sts",
                                   .method = "POST",
                                   .path = "/",
                                   .query = "",
                                   .body = "Action=GetCallerIdentity&Version=2011-06-15",
                                   .body_len = 43};

        CHECK(scrub_may_record(&sts));
        sts.body = "Action=AssumeRole&RoleArn=x";
        sts.body_len = strlen(sts.body);
        CHECK(!scrub_may_record(&sts));
        sts.body_len = 0;
        CHECK(!scrub_may_record(&sts));
        sts.service = "sso";
        CHECK(!scrub_may_record(&sts));
        sts.service = "s3";
        CHECK(scrub_may_record(&sts));
    }
}

static const char signature_xml[] =
    "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>" SECRET
    "</AWSAccessKeyId><StringToSign>" SECRET "</StringToSign></Error>";
static const char expired_xml[] =
    "<Error><Code>ExpiredToken</Code><Token-0>" SECRET "</Token-0></Error>";
static const char signature_json[] =
    "{\"message\":\"The Canonical String for this request should have been 'POST\\n"
    "x-amz-security-token:" SECRET "'\"}";
static const char openai_json[] =
    "{\"error\":{\"message\":\"Incorrect API key provided: " SECRET "\"}}";
static const char hidden[] = "\0Bearer " SECRET;

static const struct http_header answer_headers[] = {
    {"content-type", "application/json"},
    {"set-cookie", "session=" SECRET},
    {"authorization", SECRET},
    {"x-amz-security-token", SECRET},
    {"x-amzn-requestid", SECRET},
    {"x-amz-id-2", SECRET},
    {"x-amz-meta-password", SECRET},
    {"www-authenticate", "Bearer error=\"" SECRET "\""},
    {"location", "https://u:" SECRET "@h/p?X-Amz-Signature=" SECRET "&X-Amz-Credential=" SECRET},
};

static const struct fake_answer answers[] = {
    {.body = "{\"ok\":1}", .headers = answer_headers, .header_count = COUNT(answer_headers)},
    {.status = 403, .body = signature_xml},
    {.status = 400, .body = expired_xml},
    {.status = 403, .body = signature_json, .type = "InvalidSignatureException"},
    {.status = 401, .body = openai_json},
    {.status = 403, .body = hidden, .body_len = sizeof(hidden) - 1},
    {.status = 301, .body = "", .headers = answer_headers, .header_count = COUNT(answer_headers)},
};

static const struct http_header request_headers[] = {
    {"authorization", "AWS4-HMAC-SHA256 Credential=" SECRET},
    {"x-amz-security-token", SECRET},
    {"cookie", "session=" SECRET},
    {"proxy-authorization", "Basic " SECRET},
    {"x-api-key", SECRET},
    {"api-key", SECRET},
    {"x-goog-api-key", SECRET},
    {"x-amz-server-side-encryption-customer-key", SECRET},
    {"x-amz-copy-source-server-side-encryption-customer-key", SECRET},
    {"x-amz-date", "20260102T030405Z"},
    {"host", "u:" SECRET "@example.com"},
    {"content-type", "application/json"},
};

static struct http_request planted(void)
{
    struct http_request request = converse("{\"q\":1}");

    request.query = "a=1&X-Amz-Signature=" SECRET "&X-Amz-Credential=" SECRET
                    "&X-Amz-Security-Token=" SECRET "&Signature=" SECRET "&access_token=" SECRET;
    request.headers = request_headers;
    request.header_count = COUNT(request_headers);
    return request;
}

static void record_all(void)
{
    struct http_request request = planted();
    struct http_request sts = planted();
    struct fake_transport fake;
    struct http_transport *t;
    struct got got = {0};
    struct error err;

    fake_init(&fake, answers, COUNT(answers));
    t = http_record_new(&fake.base, dir, &err);
    CHECK(t != NULL);
    for (size_t i = 0; i < COUNT(answers); i++) {
        CHECK(ask_once(t, &request, &got) > 0);
        /* whoever asked got it unchanged */
        CHECK(got.body_len ==
              (answers[i].body_len ? answers[i].body_len : strlen(answers[i].body)));
    }
    sts.service = "sts";
    sts.body = "Action=AssumeRole";
    sts.body_len = strlen(sts.body);
    CHECK(ask_once(t, &sts, &got) > 0);
    http_free(t);
    fake_clear(&fake);
    got_clear(&got);
}

static void test_folder(void)
{
    char *all;

    scratch_empty(dir);
    record_all();
    all = snapshot(dir);
    TEST("no byte of a recording is part of a secret, wherever one was planted")
    {
        CHECK(strlen(all) > 1000);
        CHECK(strstr(all, SECRET) == NULL);
        CHECK(strcasestr(all, "authorization") == NULL);
        CHECK(strcasestr(all, "cookie") == NULL);
        CHECK(strstr(all, "== sts") == NULL);
    }
    TEST("what is left says what it was")
    {
        CHECK(strstr(all, "\"query\": \"a=1\"") != NULL);
        CHECK(strstr(all, "\"location\": \"https://h/p\"") != NULL);
        CHECK(strstr(all, "<Code>SignatureDoesNotMatch</Code>") != NULL);
        CHECK(strstr(all, "<Code>ExpiredToken</Code>") != NULL);
        CHECK(strstr(all, "\"__type\": \"InvalidSignatureException\"") != NULL);
        CHECK(strstr(all, "left out of the fixture") != NULL);
    }
    free(all);
    TEST("neither is an error about a missing fixture")
    {
        struct http_request request = planted();
        struct http_transport *t;
        struct got got = {0};
        struct error err;

        t = http_replay_new(dir, &err);
        CHECK(t != NULL);
        CHECK_INT(200, ask_once(t, &request, &got)); /* though it is signed */
        request.query = "a=2&X-Amz-Signature=" SECRET;
        CHECK_INT(0, ask_once(t, &request, &got));
        CHECK_STR("NoFixture", got.err.code);
        CHECK(strstr(got.err.message, SECRET) == NULL);
        CHECK(strstr(got.err.message, "query differs: \"a=2\" / recorded \"a=1\"") != NULL);
        http_free(t);
        got_clear(&got);
    }
}

int main(void)
{
    scratch_make(dir);
    test_parts();
    test_folder();
    scratch_remove(dir);
    return unit_end();
}
