#include "http/live.h"

#include "scripted_server.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A transport to a server of this test, with the headers that a test wants sent. */
struct bench {
    struct scripted_server server;
    struct http_transport *transport;
    const char *url; /* in place of the server's */
    const struct http_header *sent;
    size_t sent_count;
};

struct outcome {
    int done;
    int status;
    int attempts;
    size_t header_count;
    char empty[16]; /* x-empty */
    char last[16];  /* x-last */
    char body[64];
    struct error err;
};

static void note(void *context, const struct http_response *response, const struct error *err)
{
    struct outcome *o = context;
    const char *empty = response ? http_header(response, "x-empty") : NULL;
    const char *last = response ? http_header(response, "x-last") : NULL;

    o->done++;
    o->status = response ? response->status : 0;
    o->attempts = response ? response->attempts : err->attempts;
    o->header_count = response ? response->header_count : 0;
    snprintf(o->empty, sizeof(o->empty), "%s", empty ? empty : "(none)");
    snprintf(o->last, sizeof(o->last), "%s", last ? last : "(none)");
    snprintf(o->body, sizeof(o->body), "%s", response ? response->body : "");
    if (err != NULL)
        o->err = *err;
}

static int prepare(void *context, const struct http_request *request, int64_t now_ms,
                   struct http_attempt *attempt, struct error *err)
{
    struct bench *b = context;

    (void)now_ms;
    (void)err;
    attempt->headers = b->sent;
    attempt->header_count = b->sent_count;
    if (b->url != NULL)
        return buf_adds(&attempt->url, b->url);
    return buf_addf(&attempt->url, "http://127.0.0.1:%d%s", b->server.port, request->path);
}

static void bench_start(struct bench *b, const char *const *script, size_t count)
{
    struct http_live_options options = {
        .prepare = prepare, .context = b, .clock = clock_system(), .seed = 1};

    *b = (struct bench){0};
    options.retry = (struct retry_policy){
        .attempts_max = 2, .base_ms = 1, .throttled_ms = 1, .delay_max_ms = 1};
    options.response_bytes_max = 1 << 16;
    server_start(&b->server, script, count);
    b->transport = http_live_new(&options);
}

static void bench_stop(struct bench *b)
{
    http_free(b->transport);
    server_stop(&b->server);
}

static struct outcome ask(struct bench *b, const char *method, const char *body)
{
    struct http_request request = {
        .method = method, .path = "/x", .query = "", .body = body, .body_len = strlen(body)};
    struct outcome outcome = {0};
    struct error err;

    CHECK_INT(0, http_submit(b->transport, &request, note, &outcome, &err));
    for (int i = 0; i < 100 && outcome.done == 0; i++)
        CHECK(http_wait(b->transport, 10000, &err) >= 0);
    CHECK_INT(1, outcome.done);
    return outcome;
}

static void test_received(void)
{
    static const char *const script[] = {
        "HTTP/1.1 200 OK\r\nX-Empty:\r\nX-Spaces:  \t \r\nX-Last: l\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 100 Continue\r\nX-Empty: early\r\n\r\n"
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Last: "
        "trailer\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    };
    struct bench b;

    bench_start(&b, script, COUNT(script));
    TEST("a header without a value is one, and moves no other")
    {
        struct outcome o = ask(&b, "GET", "");

        CHECK_INT(200, o.status);
        CHECK_INT(4, o.header_count);
        CHECK_STR("", o.empty);
        CHECK_STR("l", o.last);
    }
    TEST("headers of an interim answer are none of the answer's")
    {
        struct outcome o = ask(&b, "POST", "{}");

        CHECK_INT(200, o.status);
        CHECK_STR("(none)", o.empty);
        CHECK_STR("ok", o.body);
    }
    TEST("chunks are put together, and a trailer counts as a header")
    {
        struct outcome o = ask(&b, "GET", "");

        CHECK_STR("ok", o.body);
        CHECK_STR("trailer", o.last);
    }
    TEST("nothing is decompressed, so nothing can swell")
    {
        CHECK_STR("\x1f\x8b", ask(&b, "GET", "").body);
    }
    TEST("an answer that ends early is asked for again")
    {
        struct outcome o = ask(&b, "GET", "");

        CHECK_INT(200, o.status);
        CHECK_INT(2, o.attempts);
        CHECK_STR("ok", o.body);
    }
    bench_stop(&b);
    server_free(&b.server);
}

static void test_sent(void)
{
    static const char *const script[] = {"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"};
    static const struct http_header plain[] = {{"x-a", "b"}};
    static const struct http_header typed[] = {{"Content-Type", "application/json"},
                                               {"x-empty", ""}};
    static const struct http_header split[] = {{"x-a", "b\r\nx-evil: 1"}};
    struct bench b;

    bench_start(&b, script, COUNT(script));
    b.sent = plain;
    b.sent_count = 1;
    CHECK_INT(200, ask(&b, "PUT", "object").status);
    CHECK_INT(200, ask(&b, "POST", "").status);
    b.sent = typed;
    b.sent_count = 2;
    CHECK_INT(200, ask(&b, "POST", "{}").status);
    TEST("a line break cannot make a header of its own")
    {
        struct outcome o;

        b.sent = split;
        b.sent_count = 1;
        o = ask(&b, "GET", "");
        CHECK_INT(0, o.status);
        CHECK_STR("BadHeader", o.err.code);
        CHECK_INT(1, o.attempts);
    }
    TEST("other protocols than HTTP are not spoken")
    {
        b.sent_count = 0;
        b.url = "file:///etc/passwd";
        CHECK_INT(0, ask(&b, "GET", "").status);
        b.url = "ftp://127.0.0.1/x";
        CHECK_INT(0, ask(&b, "GET", "").status);
    }
    bench_stop(&b);
    TEST("no content-type is sent that nobody gave")
    {
        CHECK_INT(3, b.server.count);
        CHECK(strcasestr(b.server.requests[0], "content-type") == NULL);
        CHECK(strstr(b.server.requests[0], "Content-Length: 6\r\n") != NULL);
        CHECK(strcasestr(b.server.requests[1], "content-type") == NULL);
        CHECK(strstr(b.server.requests[1], "Content-Length: 0\r\n") != NULL);
        CHECK(strstr(b.server.requests[2], "Content-Type: application/json\r\n") != NULL);
        CHECK(strstr(b.server.requests[2], "x-empty:\r\n") != NULL);
    }
    server_free(&b.server);
}

/* The server stands in for a proxy: it gets the whole URL. */
static void test_proxy(void)
{
    static const char *const script[] = {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"};
    struct bench b;
    char proxy[64];

    bench_start(&b, script, COUNT(script));
    snprintf(proxy, sizeof(proxy), "http://user:pass@127.0.0.1:%d", b.server.port);
    setenv("http_proxy", proxy, 1);
    setenv("no_proxy", "direct.invalid", 1);
    TEST("a request goes through the proxy that the environment names")
    {
        b.url = "http://service.invalid/x";
        CHECK_INT(200, ask(&b, "GET", "").status);
    }
    TEST("but not to the hosts that it excepts")
    {
        struct outcome o;

        b.url = "http://direct.invalid/x";
        o = ask(&b, "GET", "");
        CHECK_INT(0, o.status);
        CHECK_STR("ConnectionError", o.err.code);
        CHECK(strstr(o.err.message, "pass") == NULL);
    }
    unsetenv("http_proxy");
    unsetenv("no_proxy");
    bench_stop(&b);
    TEST("and the proxy got the whole URL, and its password")
    {
        CHECK_INT(1, b.server.count);
        CHECK(strstr(b.server.requests[0], "GET http://service.invalid/x HTTP/1.1\r\n") ==
              b.server.requests[0]);
        CHECK(strstr(b.server.requests[0], "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") != NULL);
    }
    server_free(&b.server);
}

int main(void)
{
    test_received();
    test_sent();
    test_proxy();
    return unit_end();
}
