#include "http/live.h"

#include "scripted_server.h"
#include "unit.h"

#define OK(body_len, body) "HTTP/1.1 200 OK\r\ncontent-length: " #body_len "\r\n\r\n" body
#define COUNT(array)       (sizeof(array) / sizeof((array)[0]))

/* What came of a request, and of how many. */
struct outcome {
    int done;
    int status;
    int attempts;
    char body[64];
    char header[64]; /* x-test */
    struct error err;
};

static void note(void *context, const struct http_response *response, const struct error *err)
{
    struct outcome *outcome = context;
    const char *header = response ? http_header(response, "x-test") : NULL;

    outcome->done++;
    outcome->status = response ? response->status : 0;
    outcome->attempts = response ? response->attempts : err->attempts;
    snprintf(outcome->body, sizeof(outcome->body), "%s", response ? response->body : "");
    snprintf(outcome->header, sizeof(outcome->header), "%s", header ? header : "");
    if (err != NULL)
        outcome->err = *err;
}

/* Time that passes only by sleeping, so that waits take none. */
struct fake_time {
    int64_t now_ms;
    int64_t slept_ms;
};

static int64_t fake_now(void *state)
{
    return ((struct fake_time *)state)->now_ms;
}

static void fake_sleep(void *state, int64_t ms)
{
    ((struct fake_time *)state)->now_ms += ms;
    ((struct fake_time *)state)->slept_ms += ms;
}

/* A transport to a server of this test; its attempts are counted and "signed" with the time. */
struct bench {
    struct scripted_server server;
    struct fake_time time;
    struct clock clock;
    struct http_transport *transport;
    struct http_header headers[2];
    char stamp[32];
};

static int prepare(void *context, const struct http_request *request, int64_t now_ms,
                   struct http_attempt *attempt, struct error *err)
{
    struct bench *b = context;

    if (strcmp(request->path, "/refused") == 0)
        return error_set(err, ERR_PERM, "NoCredentials", "no credentials");
    snprintf(b->stamp, sizeof(b->stamp), "%lld", (long long)now_ms);
    b->headers[0] = (struct http_header){"x-stamp", b->stamp};
    b->headers[1] = (struct http_header){"content-type", "application/json"};
    attempt->headers = b->headers;
    attempt->header_count = 2;
    return buf_addf(&attempt->url, "http://127.0.0.1:%d%s", b->server.port, request->path);
}

static void bench_start(struct bench *b, const char *const *script, size_t count,
                        size_t response_bytes_max)
{
    struct http_live_options options = {
        .prepare = prepare, .context = b, .clock = &b->clock, .seed = 1};

    options.response_bytes_max = response_bytes_max;
    options.in_flight_max = 8;
    b->time = (struct fake_time){.now_ms = INT64_C(1795377600000)}; /* 2026-11-22T20:00:00Z */
    b->clock = (struct clock){fake_now, fake_now, fake_sleep, &b->time};
    server_start(&b->server, script, count);
    b->transport = http_live_new(&options);
}

static void bench_stop(struct bench *b)
{
    http_free(b->transport);
    server_stop(&b->server);
}

static struct http_request request_of(const char *method, const char *path, const char *body)
{
    return (struct http_request){
        .method = method, .path = path, .query = "", .body = body, .body_len = strlen(body)};
}

/* Send one request and wait for its outcome. */
static struct outcome ask(struct bench *b, const char *method, const char *path, const char *body)
{
    struct http_request request = request_of(method, path, body);
    struct outcome outcome = {0};
    struct error err;

    CHECK_INT(0, http_submit(b->transport, &request, note, &outcome, &err));
    CHECK_INT(0, outcome.done);
    for (int i = 0; i < 100 && outcome.done == 0; i++)
        CHECK(http_wait(b->transport, 60000, &err) >= 0);
    CHECK_INT(1, outcome.done);
    return outcome;
}

static void test_exchange(void)
{
    static const char *const script[] = {
        "HTTP/1.1 200 OK\r\nX-Test:  padded value \r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n",
    };
    struct bench b;

    bench_start(&b, script, COUNT(script), 0);
    TEST("a request goes out as prepared, its body whole, and the answer comes back")
    {
        struct outcome outcome = ask(&b, "POST", "/a/../b//%2F", "{\"q\":1}");

        CHECK_INT(200, outcome.status);
        CHECK_INT(1, outcome.attempts);
        CHECK_STR("hello", outcome.body);
        CHECK_STR("padded value", outcome.header);
    }
    TEST("an error that another try cannot mend is handed over as it is")
    {
        CHECK_INT(403, ask(&b, "POST", "/c", "").status);
    }
    TEST("HEAD has no body")
    {
        CHECK_INT(200, ask(&b, "HEAD", "/d", "").status);
    }
    TEST("what cannot be prepared is an error, without a request")
    {
        struct outcome outcome = ask(&b, "GET", "/refused", "");

        CHECK_INT(0, outcome.status);
        CHECK_STR("NoCredentials", outcome.err.code);
    }
    bench_stop(&b);
    TEST("the wire had just that, on one connection")
    {
        CHECK_INT(3, b.server.count);
        CHECK_INT(1, b.server.connections);
        CHECK(strstr(b.server.requests[0], "POST /a/../b//%2F HTTP/1.1\r\n") ==
              b.server.requests[0]);
        CHECK(strstr(b.server.requests[0], "\r\nx-stamp: 1795377600000\r\n") != NULL);
        CHECK(strstr(b.server.requests[0], "\r\n\r\n{\"q\":1}") != NULL);
        CHECK(strcasestr(b.server.requests[0], "\r\nexpect:") == NULL);
        CHECK(strcasestr(b.server.requests[0], "\r\naccept") == NULL);
        CHECK(strstr(b.server.requests[1], "POST /c HTTP/1.1\r\n") == b.server.requests[1]);
        CHECK(strstr(b.server.requests[2], "HEAD /d HTTP/1.1\r\n") == b.server.requests[2]);
    }
    server_free(&b.server);
}

static void test_retries(void)
{
    static const char *const script[] = {
        "HTTP/1.1 503 Busy\r\ncontent-length: 13\r\n\r\n<html></html>",
        "",
        OK(2, "ok"),
        "HTTP/1.1 400 Bad\r\nx-amzn-errortype: ThrottlingException\r\nretry-after: "
        "3\r\ncontent-length: 2\r\n\r\n{}",
        OK(2, "ok"),
        "HTTP/1.1 500 Broken\r\ncontent-length: 0\r\n\r\n",
    };
    struct bench b;

    bench_start(&b, script, COUNT(script), 0);
    TEST("a busy server is asked again, and a kept connection that was cut is opened anew")
    {
        struct outcome outcome = ask(&b, "POST", "/", "x");

        CHECK_INT(200, outcome.status);
        CHECK_INT(2, outcome.attempts); /* libcurl itself opens the new connection */
        CHECK(b.time.slept_ms <= 50);
    }
    TEST("throttling with status 400 is known, and the wait it asks for is kept")
    {
        int64_t before = b.time.slept_ms;
        struct outcome outcome = ask(&b, "POST", "/", "x");

        CHECK_INT(200, outcome.status);
        CHECK_INT(2, outcome.attempts);
        CHECK(b.time.slept_ms - before >= 3000);
    }
    TEST("the third failure is handed over")
    {
        struct outcome outcome = ask(&b, "POST", "/", "x");

        CHECK_INT(500, outcome.status);
        CHECK_INT(3, outcome.attempts);
    }
    bench_stop(&b);
    server_free(&b.server);
}

static void test_clock(void)
{
    static const char *const script[] = {
        "HTTP/1.1 403 Forbidden\r\ndate: Sun, 22 Nov 2026 21:00:00 GMT\r\nx-amzn-errortype: "
        "InvalidSignatureException\r\ncontent-length: 0\r\n\r\n",
        OK(2, "ok"),
        "HTTP/1.1 403 Forbidden\r\ndate: Sun, 22 Nov 2026 21:00:00 GMT\r\nx-amzn-errortype: "
        "InvalidSignatureException\r\ncontent-length: 0\r\n\r\n",
    };
    struct bench b;

    bench_start(&b, script, COUNT(script), 0);
    TEST("a clock that is an hour slow is corrected by the service's, and stays so")
    {
        CHECK_INT(200, ask(&b, "POST", "/", "x").status);
        CHECK_STR("1795381200000", b.stamp);
    }
    TEST("a bad signature with the right clock is not tried again")
    {
        struct outcome outcome = ask(&b, "POST", "/", "x");

        CHECK_INT(403, outcome.status);
        CHECK_INT(1, outcome.attempts);
    }
    bench_stop(&b);
    server_free(&b.server);
}

static void test_limits(void)
{
    static const char *const script[] = {OK(20, "01234567890123456789"), OK(2, "ok")};
    struct bench b;

    bench_start(&b, script, COUNT(script), 10);
    TEST("a response over the limit is refused, once, and the next one comes")
    {
        struct outcome outcome = ask(&b, "GET", "/", "");

        CHECK_STR("ResponseTooLarge", outcome.err.code);
        CHECK_INT(1, outcome.attempts);
        CHECK_STR("ok", ask(&b, "GET", "/", "").body);
    }
    bench_stop(&b);
    server_free(&b.server);
}

static void test_many(void)
{
    static const char *const script[] = {OK(2, "ok")};
    enum { MANY = 100 };
    static struct http_request requests[MANY];
    static struct outcome outcomes[MANY];
    struct error err;
    struct bench b;
    int done = 0;

    bench_start(&b, script, COUNT(script), 0);
    TEST("many requests share a few connections, and each is done once")
    {
        for (int i = 0; i < MANY; i++) {
            requests[i] = request_of("POST", "/", "x");
            CHECK_INT(0, http_submit(b.transport, &requests[i], note, &outcomes[i], &err));
        }
        for (int i = 0; i < 1000 && done < MANY; i++)
            done += http_wait(b.transport, 60000, &err);
        CHECK_INT(MANY, done);
        for (int i = 0; i < MANY; i++)
            CHECK(outcomes[i].done == 1 && outcomes[i].status == 200);
    }
    bench_stop(&b);
    TEST("no more connections than requests may be in flight")
    {
        CHECK_INT(MANY, b.server.count);
        CHECK(b.server.connections <= 8);
    }
    server_free(&b.server);
}

int main(void)
{
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    test_exchange();
    test_retries();
    test_clock();
    test_limits();
    test_many();
    return unit_end();
}
