#include "aws/session.h"

#include <stdlib.h>

#include "fake_env.h"
#include "http/call.h"
#include "scratch.h"
#include "scripted_server.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OK           "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
#define SECRET       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

/* A session whose services are all one scripted server. */
struct bench {
    struct scripted_server server;
    struct aws_session *session;
    struct http_transport *transport;
    struct http_call call;
    struct clock clock;
    int64_t now_ms;
    char endpoint[64];
    const char *vars[10];
    struct aws_env env;
};

static int64_t bench_now(void *state)
{
    return *(int64_t *)state;
}

static void bench_sleep(void *state, int64_t ms)
{
    *(int64_t *)state += ms;
}

/* `extra`: two further variables, or NULL. */
static void bench_start(struct bench *b, const char *const *script, size_t count,
                        const char *const extra[2])
{
    struct aws_session_options options;
    struct error err;

    memset(b, 0, sizeof(*b));
    server_start(&b->server, script, count);
    snprintf(b->endpoint, sizeof(b->endpoint), "AWS_ENDPOINT_URL=http://127.0.0.1:%d/base",
             b->server.port);
    b->vars[0] = "HOME=/nonexistent";
    b->vars[1] = b->endpoint;
    b->vars[2] = "AWS_REGION=eu-central-1";
    b->vars[3] = extra ? extra[0] : "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
    b->vars[4] = extra ? extra[1] : "AWS_SECRET_ACCESS_KEY=" SECRET;
    b->vars[5] = "AWS_EC2_METADATA_DISABLED=true";
    b->vars[6] = "AWS_CA_BUNDLE=/dev/null";
    b->env = fake_env(b->vars);
    b->now_ms = INT64_C(1767323045000); /* 2026-01-02T03:04:05Z */
    b->clock = (struct clock){bench_now, bench_now, bench_sleep, &b->now_ms};
    options = (struct aws_session_options){.env = &b->env, .clock = &b->clock, .seed = 1};
    b->session = aws_session_new(&options, &err);
    CHECK(b->session != NULL);
    b->transport = aws_session_transport(b->session);
    http_call_init(&b->call, 1 << 20);
}

static void bench_stop(struct bench *b)
{
    http_call_clear(&b->call);
    http_free(b->transport);
    aws_session_free(b->session);
    server_stop(&b->server);
}

static struct http_request request_of(const char *service, const char *path)
{
    static const struct http_header headers[] = {{"content-type", "application/json"}};

    return (struct http_request){.service = service,
                                 .method = "POST",
                                 .path = path,
                                 .query = "",
                                 .headers = headers,
                                 .header_count = 1,
                                 .body = "{}",
                                 .body_len = 2};
}

static bool sent(const struct bench *b, size_t n, const char *text)
{
    return n < b->server.count && strcasestr(b->server.requests[n], text) != NULL;
}

static void test_signed(void)
{
    static const char *const script[] = {OK};
    struct bench b;
    struct error err;
    struct http_request bedrock = request_of("bedrock-runtime", "/model/m%3A0/converse");
    struct http_request s3 = request_of("s3", "/my-bucket/a%20b/../c");

    bench_start(&b, script, COUNT(script), NULL);
    CHECK_INT(0, http_call(&b.call, b.transport, &bedrock, &err));
    CHECK_INT(0, http_call(&b.call, b.transport, &s3, &err));
    bench_stop(&b);
    TEST("a request goes to the service's endpoint, signed for its region and name")
    {
        CHECK(sent(&b, 0, "POST /base/model/m%3A0/converse HTTP/1.1\r\n"));
        CHECK(sent(&b, 0,
                   "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/"
                   "eu-central-1/bedrock/aws4_request"));
        CHECK(sent(&b, 0, "content-type: application/json\r\n"));
    }
    TEST("an S3 request keeps its key's dot segments, and its bucket goes where the endpoint wants")
    {
        CHECK(sent(&b, 1, "POST /base/my-bucket/a%20b/../c HTTP/1.1\r\n"));
        CHECK(sent(&b, 1, "/eu-central-1/s3/aws4_request"));
        CHECK(sent(&b, 1, "x-amz-content-sha256: 44136fa355b3678a"));
    }
    TEST("the secret key is never sent")
    {
        CHECK(!sent(&b, 0, SECRET));
        CHECK(!sent(&b, 1, SECRET));
    }
    server_free(&b.server);
}

static void test_redirect(void)
{
    static const char *const script[] = {
        "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: ap-south-1\r\nlocation: "
        "http://evil.example.com/\r\n"
        "content-length: 0\r\n\r\n",
        OK,
        OK,
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 89\r\n\r\n"
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>sa-east-1</Region></Error>       ",
        OK,
        "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: a.evil.example.com/\r\ncontent-length: "
        "0\r\n\r\n",
    };
    struct bench b;
    struct error err;
    struct http_request first = request_of("s3", "/bucket-one/k");
    struct http_request second = request_of("s3", "/bucket-two/k");
    struct http_request third = request_of("s3", "/bucket-three/k");

    bench_start(&b, script, COUNT(script), NULL);
    TEST("a bucket's region is learned from a redirect, which is not followed")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &first, &err));
        CHECK_INT(200, b.call.response.status);
        CHECK_INT(2, b.call.response.attempts);
        CHECK_INT(0, http_call(&b.call, b.transport, &first, &err));
        CHECK_INT(1, b.call.response.attempts);
    }
    TEST("and from an error that says so in its body")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &second, &err));
        CHECK_INT(200, b.call.response.status);
    }
    TEST("what is no region is not believed")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &third, &err));
        CHECK_INT(301, b.call.response.status);
        CHECK_INT(1, b.call.response.attempts);
    }
    bench_stop(&b);
    TEST("later requests are signed for it")
    {
        CHECK(sent(&b, 0, "/eu-central-1/s3/"));
        CHECK(sent(&b, 1, "/ap-south-1/s3/"));
        CHECK(sent(&b, 2, "/ap-south-1/s3/"));
        CHECK(sent(&b, 3, "/eu-central-1/s3/"));
        CHECK(sent(&b, 4, "/sa-east-1/s3/"));
        CHECK_INT(6, b.server.count);
    }
    server_free(&b.server);
}

static void test_bearer(void)
{
    static const char *const script[] = {OK};
    static const char *const vars[] = {"AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-example", "X=y"};
    static const char *const far[] = {"AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-example",
                                      "AWS_ENDPOINT_URL_BEDROCK=http://bedrock.example.com"};
    struct bench b;
    struct error err;
    struct http_request bedrock = request_of("bedrock-runtime", "/model/m/converse");
    struct http_request control = request_of("bedrock", "/foundation-models");
    struct http_request s3 = request_of("s3", "/bucket/k");

    bench_start(&b, script, COUNT(script), vars);
    TEST("a Bedrock API key goes before all credentials, to Bedrock alone")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &bedrock, &err));
        CHECK_INT(-1, http_call(&b.call, b.transport, &s3, &err));
        CHECK_STR("NoCredentials", err.code);
        CHECK_INT(ERR_PERM, err.kind);
        CHECK(strstr(err.message, "bedrock-api-key-example") == NULL);
    }
    bench_stop(&b);
    CHECK(sent(&b, 0, "authorization: Bearer bedrock-api-key-example\r\n"));
    CHECK(!sent(&b, 0, "AWS4-HMAC-SHA256"));
    CHECK_INT(1, b.server.count);
    server_free(&b.server);
    bench_start(&b, script, COUNT(script), far);
    TEST("it is not sent over plain HTTP to another machine")
    {
        CHECK_INT(-1, http_call(&b.call, b.transport, &control, &err));
        CHECK_STR("InsecureEndpoint", err.code);
        CHECK(strstr(err.message, "bedrock-api-key-example") == NULL);
    }
    bench_stop(&b);
    server_free(&b.server);
}

/* A process that gives a new key each time it is asked. */
static const char *process_config(const char *dir)
{
    static char text[512];
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/config", dir);
    file = fopen(path, "w");
    if (file == NULL)
        abort();
    fprintf(
        file,
        "[default]\ncredential_process = echo x >> %s/n; printf '{\"Version\":1,\"AccessKeyId\":"
        "\"AKID%%s\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\"}' $(wc -l < %s/n)\n",
        dir, dir);
    fclose(file);
    snprintf(text, sizeof(text), "AWS_CONFIG_FILE=%s", path);
    return text;
}

static void test_expiry(void)
{
    static const char *const script[] = {
        OK,
        "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ExpiredTokenException\r\ncontent-length: "
        "2\r\n\r\n{}",
        OK,
        "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ExpiredTokenException\r\ncontent-length: "
        "2\r\n\r\n{}",
    };
    char dir[] = "/tmp/maki-session-XXXXXX";
    const char *vars[] = {NULL, "X=y"};
    struct bench b;
    struct error err;
    struct http_request request = request_of("bedrock", "/foundation-models");

    scratch_make(dir);
    vars[0] = process_config(dir);
    bench_start(&b, script, COUNT(script), vars);
    TEST("expired credentials are renewed and the request sent once more")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &request, &err));
        b.now_ms += 60000;
        CHECK_INT(0, http_call(&b.call, b.transport, &request, &err));
        CHECK_INT(200, b.call.response.status);
        CHECK_INT(2, b.call.response.attempts);
    }
    TEST("not for ever, where the service goes on refusing them")
    {
        CHECK_INT(0, http_call(&b.call, b.transport, &request, &err));
        CHECK_INT(403, b.call.response.status);
        CHECK(b.call.response.attempts <= 3);
    }
    bench_stop(&b);
    CHECK(sent(&b, 0, "Credential=AKID1/"));
    CHECK(sent(&b, 1, "Credential=AKID1/"));
    CHECK(sent(&b, 2, "Credential=AKID2/"));
    server_free(&b.server);
    scratch_remove(dir);
}

int main(void)
{
    test_signed();
    test_redirect();
    test_bearer();
    test_expiry();
    return unit_end();
}
