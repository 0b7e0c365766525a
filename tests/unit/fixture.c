#include "http/fixture.h"

#include <stdlib.h>

#include "files.h"
#include "recorded.h"
#include "scratch.h"
#include "unit.h"

static char dir[] = "/tmp/maki-fixture-XXXXXX";

static const char *digest_of(const struct http_request *request)
{
    static char digests[2][FIXTURE_DIGEST_SIZE];
    static int turn;

    turn = !turn;
    fixture_digest(request, digests[turn]);
    return digests[turn];
}

static bool same_digest(const char *a, const char *b)
{
    struct http_request requests[2] = {converse(a), converse(b)};

    return strcmp(digest_of(&requests[0]), digest_of(&requests[1])) == 0;
}

static void test_digests(void)
{
    TEST("the form of a JSON body does not count, its meaning does")
    {
        CHECK(same_digest("{\"a\":1,\"b\":[2,\"x\"]}", " {\"b\" : [2, \"\\u0078\"],\n\"a\":1}"));
        CHECK(!same_digest("{\"a\":1}", "{\"a\":2}"));
        CHECK(!same_digest("[1,2]", "[2,1]"));
        CHECK(!same_digest("{\"a\":\"x \"}", "{\"a\":\"x\"}"));
        CHECK(!same_digest("a  b", "a b"));
        CHECK(!same_digest("{\"a\":1", "{ \"a\":1")); /* not JSON: bytes */
    }
    TEST("each part of a request counts, and none runs into the next")
    {
        struct http_request base = get("s3", "/b/k", "x=1");
        struct http_request others[6] = {base, base, base, base, base, base};

        others[0].service = "s3vectors";
        others[1].method = "HEAD";
        others[2].path = "/b/kk";
        others[3].query = "x=2";
        others[4].body = "x";
        others[4].body_len = 1;
        others[5].path = "/b/kx=1";
        others[5].query = "";
        for (int i = 0; i < 6; i++)
            CHECK(strcmp(digest_of(&base), digest_of(&others[i])) != 0);
    }
    TEST("of the headers those count that change the meaning")
    {
        static const struct http_header range = {"range", "bytes=0-9"};
        static const struct http_header when = {"x-amz-date", "20260102T030405Z"};
        struct http_request base = get("s3", "/b/k", "");
        struct http_request other = base;

        other.headers = &range;
        other.header_count = 1;
        CHECK(strcmp(digest_of(&base), digest_of(&other)) != 0);
        CHECK(!fixture_same(&base, &other));
        other.headers = &when;
        CHECK_STR(digest_of(&base), digest_of(&other));
        CHECK(fixture_same(&base, &other));
    }
    TEST("neither the order of a query's parameters nor its signature counts")
    {
        struct http_request base = get("s3", "/b", "list-type=2&prefix=a%2F");
        struct http_request signed_one =
            get("s3", "/b",
                "prefix=a%2F&X-Amz-Signature=1234&X%2DAmz-Credential=AKID&list-type=2"
                "&x-amz-security-token=t");

        CHECK_STR(digest_of(&base), digest_of(&signed_one));
    }
}

static void test_names(void)
{
    TEST("a fixture's name is good to read, and stays in its folder")
    {
        struct http_request request = converse("");
        char digest[FIXTURE_DIGEST_SIZE];
        char *name = fixture_name(&request, "0123456789abcdef");

        CHECK_STR("bedrock-runtime/POST-model-m-0-converse-0123456789abcdef.json", name);
        CHECK(fixture_name_digest(name, digest));
        CHECK_STR("0123456789abcdef", digest);
        free(name);
        request = get("../..", "/b/..%2F..%2Fetc%2Fpasswd%00x\n", "");
        request.method = ".";
        name = fixture_name(&request, "0123456789abcdef");
        CHECK_STR("__-../_-b-..-..-etc-passwd-0123456789abcdef.json", name);
        free(name);
    }
    TEST("what is called by its target has its operation in the name")
    {
        static const struct http_header target = {"x-amz-target",
                                                  "AWSSupport_20130415.DescribeCases"};
        struct http_request request = {.service = "support",
                                       .method = "POST",
                                       .path = "/",
                                       .query = "",
                                       .headers = &target,
                                       .header_count = 1};
        char *name = fixture_name(&request, "0123456789abcdef");

        CHECK_STR("support/POST-DescribeCases-0123456789abcdef.json", name);
        free(name);
    }
    TEST("other names have no digest in them")
    {
        char digest[FIXTURE_DIGEST_SIZE];

        CHECK(!fixture_name_digest("a.json", digest));
        CHECK(!fixture_name_digest("0123456789abcdef.json", digest));
        CHECK(!fixture_name_digest("a-0123456789abcdeF.json", digest));
        CHECK(!fixture_name_digest("a-0123456789abcdef.jsonx", digest));
    }
}

/* The file that an exchange makes. The caller frees. */
static char *file_of(const struct http_request *request, const struct http_response *response)
{
    struct buf parts[3];
    char *text;

    for (int i = 0; i < 3; i++)
        buf_init(&parts[i], 1 << 20);
    CHECK_INT(0, fixture_add_request(&parts[0], request));
    CHECK_INT(0, fixture_add_response(&parts[1], request->method, response));
    CHECK_INT(0, fixture_join(&parts[2], (struct json_span){parts[0].data, parts[0].len},
                              (struct json_span){parts[1].data, parts[1].len}));
    text = buf_take(&parts[2]);
    buf_clear(&parts[0]);
    buf_clear(&parts[1]);
    return text;
}

/* A body goes in and comes out, in request and response; the file is to hold `form`. */
static void check_body(const char *body, size_t len, const char *form)
{
    struct http_request request = converse("");
    struct http_response response = {.status = 200, .body = body, .body_len = len};
    struct http_response back;
    struct fixture *f;
    struct error err;
    char *text;

    request.body = body;
    request.body_len = len;
    text = file_of(&request, &response);
    f = fixture_parse(text, strlen(text), "f.json", &err);
    CHECK(f != NULL);
    if (strstr(text, form) == NULL)
        CHECK_STR(form, text);
    if (f != NULL) {
        CHECK(fixture_same(&request, fixture_request(f)));
        CHECK_STR(digest_of(&request), digest_of(fixture_request(f)));
        CHECK_INT(0, fixture_response(f, 0, &back, &err));
        CHECK(back.body_len == len && memcmp(back.body, body, len) == 0);
        CHECK_INT(0, back.body[back.body_len]);
        CHECK_INT(200, back.status);
        CHECK_INT(1, back.attempts);
    }
    fixture_free(f);
    free(text);
}

static void test_bodies(void)
{
    TEST("a JSON body stands as JSON and comes back byte for byte")
    {
        static const char body[] = "{\"z\":1.50,\"a\":[1e3,-0,12345678901234567890,{}],"
                                   "\"s\":\"\\u00e9 \\/ \xc3\xa9 : , [\"}";

        check_body(body, sizeof(body) - 1, "\"body\": {\n      \"z\": 1.50,\n      \"a\": [");
    }
    TEST("JSON that would not come back byte for byte stands as text")
    {
        check_body("{\"a\": 1}", 8, "\"bodyText\": \"{\\\"a\\\": 1}\"");
        check_body("{\n  \"a\":1}\n", 11, "\"bodyLines\": [\n      \"{\",\n");
        check_body("{\"a\":1,\"a\":2}", 13, "\"bodyText\"");
        check_body("[\"\\ud800\"]", 10, "\"bodyText\"");
        check_body("12", 2, "\"bodyText\": \"12\"");
    }
    TEST("text stands as text, line by line")
    {
        check_body("hello", 5, "\"bodyText\": \"hello\"");
        check_body("<a>\r\n</a>\n", 10, "\"bodyLines\": [\n      \"<a>\\r\",\n      \"</a>\",\n");
        check_body("\n", 1, "\"bodyLines\": [\n      \"\",\n      \"\"\n");
    }
    TEST("all else stands as base64")
    {
        check_body("a\0b", 3, "\"bodyBase64\": \"YQBi\"");
        check_body("\xff\xfe", 2, "\"bodyBase64\": \"//4=\"");
        check_body("\x1b[31m", 5, "\"bodyBase64\"");
        check_body("[\"\xff\"]", 5, "\"bodyBase64\"");
    }
    TEST("no body, no member")
    {
        struct http_request request = converse("");
        struct http_response response = {.status = 204, .body = ""};
        char *text = file_of(&request, &response);

        CHECK_STR("{\n"
                  "  \"version\": 1,\n"
                  "  \"request\": {\n"
                  "    \"service\": \"bedrock-runtime\",\n"
                  "    \"method\": \"POST\",\n"
                  "    \"path\": \"/model/m%3A0/converse\"\n"
                  "  },\n"
                  "  \"responses\": [\n"
                  "    {\n"
                  "      \"status\": 204\n"
                  "    }\n"
                  "  ]\n"
                  "}\n",
                  text);
        free(text);
    }
    TEST("deep nesting does not make a huge file")
    {
        enum { DEPTH = 400, TIMES = 40 };
        struct buf body;

        buf_init(&body, 1 << 20);
        buf_addc(&body, '[');
        for (int t = 0; t < TIMES; t++) {
            if (t > 0)
                buf_addc(&body, ',');
            for (int i = 0; i < DEPTH; i++)
                buf_addc(&body, '[');
            for (int i = 0; i < DEPTH; i++)
                buf_addc(&body, ']');
        }
        buf_addc(&body, ']');
        check_body(body.data, body.len, "\"bodyText\"");
        buf_clear(&body);
    }
}

/* A file with another's text in place of some of it, and the complaint about it. */
static void check_bad(const char *text, const char *complaint)
{
    struct http_response response;
    struct error err;
    struct fixture *f = fixture_parse(text, strlen(text), "f.json", &err);
    int status = f ? fixture_response(f, 0, &response, &err) : -1;

    CHECK_INT(-1, status);
    if (status < 0) {
        CHECK_STR(complaint, err.message);
        CHECK_STR("BadFixture", err.code);
        CHECK_INT(ERR_DATA, err.kind);
    }
    fixture_free(f);
}

#define REQUEST "\"request\":{\"service\":\"s\",\"method\":\"GET\",\"path\":\"/\"}"

static void test_damage(void)
{
    TEST("what is damaged is told with file and line")
    {
        check_bad("", "f.json:1: invalid JSON: the text ends early (is the line cut?) at byte 1");
        check_bad("{\n\"version\": 1,\n\"request\": {,\n",
                  "f.json:3: invalid JSON: a member name is expected at byte 29");
        check_bad("[]", "f.json:1: an object is expected");
        check_bad("{\"a\":1}", "f.json:1: unknown member \"a\"");
        check_bad("{}", "f.json:1: no fixture: it needs version, request, responses");
        check_bad("{\n\"version\":2," REQUEST ",\"responses\":[{\"status\":200}]}",
                  "f.json:2: this version of maki reads fixtures of version 1 only");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[]}",
                  "f.json:1: there is no response in it");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[1]}",
                  "f.json:1: a response is no object");
        check_bad("{\"version\":1,\"request\":{\"path\":\"/\"},\"responses\":[{\"status\":200}]}",
                  "f.json:1: the request needs service, method, path");
    }
    TEST("so is a damaged answer, when it is asked for")
    {
        check_bad("{\"version\":1," REQUEST ",\"responses\":[\n{\"staus\":200}]}",
                  "f.json:2: unknown member \"staus\"");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[{\"status\":20}]}",
                  "f.json:1: a response needs a status of three digits");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[{\"status\":200,\"body\":1,\n"
                  "\"bodyText\":\"\"}]}",
                  "f.json:2: more than one body");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[{\"status\":200,\"bodyBase64\":"
                  "\"!\"}]}",
                  "f.json:1: \"bodyBase64\" is not base64");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[{\"status\":200,\"bodyLines\":[1]}]}",
                  "f.json:1: a line of \"bodyLines\" is no string");
        check_bad("{\"version\":1," REQUEST ",\"responses\":[{\"status\":200,\"bodyText\":7}]}",
                  "f.json:1: \"bodyText\" has a value of the wrong kind");
        check_bad("{\"version\":1," REQUEST
                  ",\"responses\":[{\"status\":200,\"headers\":{\"a\":\"x\\u0000y\"}}]}",
                  "f.json:1: a string without \\u0000, and not too long, is expected");
    }
    TEST("a file that is not there is told")
    {
        struct error err;
        char *path = mem_printf("%s/none.json", dir);

        CHECK(fixture_read(path, &err) == NULL);
        CHECK_INT(ERR_IO, err.kind);
        free(path);
    }
    TEST("a fixture written by hand, spread out, in any order, is as good")
    {
        static const char text[] =
            "{\"responses\" : [ {\"headers\":{\"etag\":\"e\", \"retry-after\":\"3\"},\n"
            " \"body\" : { \"b\" : 1 , \"a\" : [ ] },\"attempts\":3, \"status\" : 503} ],\n"
            " \"version\":1, \"request\" : { \"path\":\"/x\" ,\"method\":\"GET\",\n"
            "\"service\":\"s3\",\"query\":\"a=b\",\"headers\":{\"range\":\"bytes=0-1\"} } }";
        struct error err;
        struct http_response response;
        struct fixture *f = fixture_parse(text, sizeof(text) - 1, "f.json", &err);

        CHECK(f != NULL);
        if (f != NULL) {
            CHECK_STR("a=b", fixture_request(f)->query);
            CHECK_STR("bytes=0-1", fixture_request(f)->headers[0].value);
            CHECK_INT(0, fixture_response(f, 0, &response, &err));
            CHECK_INT(503, response.status);
            CHECK_INT(3, response.attempts);
            CHECK_STR("e", http_header(&response, "etag"));
            CHECK_STR("3", http_header(&response, "retry-after"));
            CHECK_STR("{\"b\":1,\"a\":[]}", response.body);
        }
        fixture_free(f);
    }
}

int main(void)
{
    scratch_make(dir);
    test_digests();
    test_names();
    test_bodies();
    test_damage();
    scratch_remove(dir);
    return unit_end();
}
