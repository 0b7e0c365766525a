/* The signer in cases that no captured request has. */
#include <stdlib.h>
#include <string.h>

#include "aws/canonical.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"

/* AWS's usual example keys; nobody's. */
#define SUITE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define DOCS_SECRET  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY_HASH   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TOKEN        "FwoGZXIvYXdzEXAMPLETOKEN//abc+def=="

enum { MAY_24_2013 = 1369353600 };

static struct sigv4 signer;
static struct error err;

/* What a test starts from; it changes its own copy. */
static const struct sigv4_credentials plain_keys = {"AKIDEXAMPLE", SUITE_SECRET, NULL};
static const struct sigv4_credentials session_keys = {"AKIDEXAMPLE", SUITE_SECRET, TOKEN};
static const struct sigv4_target plain_target = {"h.example", "us-east-1", "bedrock",
                                                 INT64_C(1000) * MAY_24_2013};
static const struct http_request plain_request = {.method = "GET", .path = "/", .query = ""};

/* The value of a header that the signer gave, or NULL. */
static const char *given(const char *name)
{
    for (size_t i = 0; i < signer.header_count; i++) {
        if (strcmp(signer.headers[i].name, name) == 0)
            return signer.headers[i].value;
    }
    return NULL;
}

/* Sign a request with these headers: its canonical request, or the code of the error. */
static const char *sign(const struct http_header *headers, size_t count)
{
    struct http_request request = plain_request;

    request.headers = headers;
    request.header_count = count;
    if (sigv4_sign(&signer, &request, &plain_target, &plain_keys, &err) < 0)
        return err.code;
    return buf_str(&signer.canonical_request);
}

static void test_payload(void)
{
    TEST("the body is hashed unless the request says what its hash is")
    {
        static const struct http_header words[] = {
            {"x-amz-content-sha256",
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
            {"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"},
            {"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
        };

        sign(NULL, 0);
        CHECK_STR(EMPTY_HASH, given("x-amz-content-sha256"));
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            const char *canonical = sign(&words[i], 1);

            CHECK_STR(words[i].value, given("x-amz-content-sha256"));
            CHECK_STR(words[i].value, strrchr(canonical, '\n') + 1);
            CHECK(strstr(canonical, "\nhost;x-amz-content-sha256;x-amz-date\n") != NULL);
        }
    }
    TEST("what is neither a hash nor a word for none is refused")
    {
        static const char *const wrong[] = {
            "",
            "abc",
            "unsigned-payload",
            (EMPTY_HASH "0"),
            (" " EMPTY_HASH),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"};

        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            struct http_header header = {"x-amz-content-sha256", wrong[i]};

            CHECK_STR("InvalidRequest", sign(&header, 1));
            CHECK_INT(0, signer.header_count);
        }
    }
}

static void test_headers(void)
{
    TEST("headers that change on the way are not signed")
    {
        static const struct http_header list[] = {
            {"User-Agent", "x"},        {"connection", "close"},
            {"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"},
            {"proxy-a", "x"},           {"Sec-Fetch-Mode", "x"},
            {"x-amzn-trace-id", "x"},   {"te", "x"},
            {"cache-control", "x"}};
        char *without = mem_strdup(sign(NULL, 0));

        CHECK_STR(without, sign(list, sizeof(list) / sizeof(list[0])));
        free(without);
    }
    TEST("what a request was signed with before does not count")
    {
        static const struct http_header stale[] = {{"Authorization", "AWS4-HMAC-SHA256 old"},
                                                   {"X-Amz-Date", "20000101T000000Z"},
                                                   {"x-amz-security-token", "old"},
                                                   {"Host", "other.example"}};
        char *without = mem_strdup(sign(NULL, 0));

        CHECK_STR(without, sign(stale, 4));
        CHECK_INT(3, signer.header_count);
        CHECK_STR("20130524T000000Z", given("x-amz-date"));
        CHECK(given("x-amz-security-token") == NULL);
        free(without);
    }
    TEST("the order of headers matters only among those of one name")
    {
        static const struct http_header ways[][3] = {{{"a", "1"}, {"b", "2"}, {"a", "3"}},
                                                     {{"b", "2"}, {"a", "1"}, {"a", "3"}},
                                                     {{"a", "3"}, {"a", "1"}, {"b", "2"}}};
        char first[DIGEST_HEX_SIZE];

        sign(ways[0], 3);
        memcpy(first, signer.signature, sizeof(first));
        sign(ways[1], 3);
        CHECK_STR(first, signer.signature);
        sign(ways[2], 3);
        CHECK(strcmp(first, signer.signature) != 0);
    }
    TEST("long values are signed whole, endless ones refused")
    {
        char *text = mem_alloc(300001);
        struct http_header header = {"x-long", text};

        memset(text, 'v', 300000);
        text[300000] = '\0';
        CHECK_STR("InvalidRequest", sign(&header, 1));
        CHECK_INT(0, signer.header_count);
        text[200000] = '\0';
        CHECK(strstr(sign(&header, 1), text) != NULL);
        free(text);
    }
    TEST("too many headers are refused")
    {
        struct http_header many[CANONICAL_HEADERS_MAX];

        for (size_t i = 0; i < CANONICAL_HEADERS_MAX; i++)
            many[i] = (struct http_header){"k", "v"};
        CHECK(strncmp(sign(many, CANONICAL_HEADERS_MAX - SIGV4_HEADERS_MAX - 1), "GET\n", 4) == 0);
        CHECK_STR("InvalidRequest", sign(many, CANONICAL_HEADERS_MAX - SIGV4_HEADERS_MAX));
    }
    TEST("a header cannot smuggle in another one")
    {
        static const struct http_header evil = {"x-a", "v\r\nx-b: w"};

        CHECK_STR("InvalidRequest", sign(&evil, 1));
        CHECK_STR("", signer.signature);
    }
}

static void test_paths(void)
{
    static const char odd_key[] = "/./a/../b//%C3%BCn%C3%AF%20%2B%25";
    struct http_request request = plain_request;
    struct sigv4_target target = plain_target;

    request.query = "prefix=%c3%bc&uploads";
    TEST("only S3 keeps dot segments and codes as they are")
    {
        request.path = odd_key;
        target.service = "s3";
        CHECK_INT(0, sigv4_sign(&signer, &request, &target, &plain_keys, &err));
        CHECK(strstr(buf_str(&signer.canonical_request),
                     "GET\n/./a/../b//%C3%BCn%C3%AF%20%2B%25\nprefix=%C3%BC&uploads=\nhost:") !=
              NULL);
        target.service = "s3vectors";
        CHECK_INT(0, sigv4_sign(&signer, &request, &target, &plain_keys, &err));
        CHECK(
            strstr(buf_str(&signer.canonical_request),
                   "GET\n/b/%25C3%25BCn%25C3%25AF%2520%252B%2525\nprefix=%C3%BC&uploads=\nhost:") !=
            NULL);
    }
    TEST("an empty path is a slash")
    {
        char signature[DIGEST_HEX_SIZE];

        request.path = "/";
        sigv4_sign(&signer, &request, &target, &plain_keys, &err);
        memcpy(signature, signer.signature, sizeof(signature));
        request.path = "";
        CHECK_INT(0, sigv4_sign(&signer, &request, &target, &plain_keys, &err));
        CHECK_STR(signature, signer.signature);
    }
}

/* The signature of the plain request by a signer that has seen nothing yet. */
static void sign_afresh(const struct sigv4_target *target, const struct sigv4_credentials *keys,
                        char signature[DIGEST_HEX_SIZE])
{
    struct sigv4 fresh;

    sigv4_init(&fresh);
    CHECK_INT(0, sigv4_sign(&fresh, &plain_request, target, keys, &err));
    memcpy(signature, fresh.signature, DIGEST_HEX_SIZE);
    sigv4_clear(&fresh);
}

static void check_cached(const struct sigv4_target *target, const struct sigv4_credentials *keys)
{
    char signature[DIGEST_HEX_SIZE];

    sign_afresh(target, keys, signature);
    CHECK_INT(0, sigv4_sign(&signer, &plain_request, target, keys, &err));
    CHECK_STR(signature, signer.signature);
}

static void test_keys(void)
{
    TEST("a kept key serves its own secret, day, region and service only")
    {
        struct sigv4_credentials keys = plain_keys;
        struct sigv4_target target = plain_target;

        check_cached(&target, &keys);
        target.region = "us-east-1b";
        target.service = "edrock";
        check_cached(&target, &keys);
        target = plain_target;
        target.now_ms += 86400000;
        check_cached(&target, &keys);
        target = plain_target;
        keys.secret_access_key = DOCS_SECRET;
        check_cached(&target, &keys);
        check_cached(&target, &plain_keys);
    }
    TEST("keys are made once, and the oldest gives way")
    {
        struct sigv4_target target = plain_target;
        char region[] = "r-00";
        struct sigv4 many;

        sigv4_init(&many);
        target.region = region;
        for (int i = 0; i < 3 * SIGV4_KEYS_MAX; i++) {
            region[3] = (char)('a' + i);
            CHECK_INT(0, sigv4_sign(&many, &plain_request, &target, &plain_keys, &err));
            CHECK_INT(0, sigv4_sign(&many, &plain_request, &target, &plain_keys, &err));
            CHECK_INT((i + 1) % SIGV4_KEYS_MAX, many.next_key);
            check_cached(&target, &plain_keys);
        }
        sigv4_clear(&many);
    }
    TEST("nothing secret stays in a signer that was cleared, nor in one that went on")
    {
        static const struct sigv4 blank;
        struct http_request request = plain_request;
        struct sigv4 used;
        size_t len;

        /* The path has the token stand where the shorter text that follows does not reach. */
        request.path = "/" EMPTY_HASH EMPTY_HASH EMPTY_HASH EMPTY_HASH;
        sigv4_init(&used);
        CHECK_INT(0, sigv4_sign(&used, &request, &plain_target, &session_keys, &err));
        len = used.canonical_request.len;
        CHECK(memmem(used.canonical_request.data, len, TOKEN, strlen(TOKEN)) != NULL);
        CHECK_INT(0, sigv4_sign(&used, &plain_request, &plain_target, &plain_keys, &err));
        CHECK(memmem(used.canonical_request.data, len, TOKEN, 12) == NULL);
        CHECK(memcmp(used.keys, blank.keys, sizeof(blank.keys)) != 0);
        sigv4_clear(&used);
        CHECK(memcmp(used.keys, blank.keys, sizeof(blank.keys)) == 0);
        CHECK(used.canonical_request.data == NULL && used.header_count == 0);
    }
}

/* Credentials and a target that cannot be used: the error's kind, and a message without what is
 * secret. */
static void check_refused(enum error_kind kind, const struct sigv4_target *target,
                          const struct sigv4_credentials *keys)
{
    CHECK_INT(-1, sigv4_sign(&signer, &plain_request, target, keys, &err));
    CHECK_INT(kind, err.kind);
    CHECK(strstr(err.message, "wJalr") == NULL && strstr(err.message, "FwoGZ") == NULL);
    CHECK_INT(0, signer.header_count);
}

static void test_refusals(void)
{
    TEST("credentials that cannot be ones are refused without being shown")
    {
        char long_secret[SIGV4_SECRET_MAX + 2] = "wJalr";
        const struct sigv4_credentials wrong[] = {
            {"", SUITE_SECRET, NULL},
            {"AKID\r\nX-A: b", SUITE_SECRET, NULL},
            {"AKID/EXAMPLE", SUITE_SECRET, NULL},
            {"AKIDEXAMPLE", "", NULL},
            {"AKIDEXAMPLE", long_secret, NULL},
            {"AKIDEXAMPLE", SUITE_SECRET, TOKEN "\n"},
            {"AKIDEXAMPLE", SUITE_SECRET, "FwoGZ abc"},
        };

        memset(long_secret + 5, 'x', SIGV4_SECRET_MAX - 4);
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
            check_refused(ERR_PERM, &plain_target, &wrong[i]);
        long_secret[SIGV4_SECRET_MAX] = '\0';
        check_cached(&plain_target, &wrong[4]);
    }
    TEST("an empty session token is none")
    {
        struct sigv4_credentials keys = plain_keys;

        keys.session_token = "";
        CHECK_INT(0, sigv4_sign(&signer, &plain_request, &plain_target, &keys, &err));
        CHECK_INT(3, signer.header_count);
    }
    TEST("regions, services and hosts that cannot be ones are refused")
    {
        static const char *const wrong[] = {"", "us east", "us-east-1\n", "a/b", "\xc3\xbc"};

        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            struct sigv4_target targets[] = {plain_target, plain_target, plain_target};

            targets[0].region = wrong[i];
            targets[1].service = wrong[i];
            targets[2].host = wrong[i];
            check_refused(ERR_CONFIG, &targets[0], &session_keys);
            check_refused(ERR_CONFIG, &targets[1], &session_keys);
            check_refused(ERR_CONFIG, &targets[2], &session_keys);
        }
    }
    TEST("a time beyond four-digit years is refused")
    {
        struct sigv4_target target = plain_target;

        target.now_ms = INT64_C(253402300800000);
        check_refused(ERR_DATA, &target, &plain_keys);
        target.now_ms--;
        check_cached(&target, &plain_keys);
    }
    TEST("a signer that refused goes on signing")
    check_cached(&plain_target, &session_keys);
}

int main(void)
{
    sigv4_init(&signer);
    test_payload();
    test_headers();
    test_paths();
    test_keys();
    test_refusals();
    sigv4_clear(&signer);
    return unit_end();
}
