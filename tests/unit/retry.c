#include "http/retry.h"

#include "http/error_name.h"
#include "http/http_date.h"
#include "unit.h"

static struct http_response response_of(int status, const struct http_header *headers, size_t count,
                                        const char *body)
{
    return (struct http_response){.status = status,
                                  .headers = headers,
                                  .header_count = count,
                                  .body = body,
                                  .body_len = strlen(body)};
}

static enum retry_class class_of(int status, const char *body)
{
    struct http_response response = response_of(status, NULL, 0, body);

    return retry_classify(&response, NULL);
}

static int64_t hint_of(const char *name, const char *value, int64_t now_ms)
{
    struct http_header header = {name, value};
    struct http_response response = response_of(503, &header, 1, "");

    return retry_hint_ms(&response, now_ms);
}

static void check_name(const char *expected, const char *header, const char *body)
{
    struct http_header type = {"x-amzn-errortype", header};
    struct http_response response = response_of(400, &type, header != NULL, body);
    char name[HTTP_ERROR_NAME_SIZE];

    http_error_name(&response, name);
    CHECK_STR(expected, name);
}

static void test_names(void)
{
    TEST("an error's name comes from the header, else the body's __type, else its Code")
    {
        check_name("ThrottlingException", "ThrottlingException:http://internal.example.com/coral#x",
                   "{\"__type\":\"Other\"}");
        check_name("ValidationException", NULL, "{\"__type\":\"com.example#ValidationException\"}");
        check_name("SlowDown", NULL, "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code></Error>");
    }
    TEST("bodies that are no AWS error have no name")
    {
        check_name("", NULL, "");
        check_name("", NULL, "<html><body>503</body></html>");
        check_name("", NULL, "{\"__type\":");
        check_name("", NULL, "<Error><Code>");
    }
}

static void test_classes(void)
{
    struct error broken = {.kind = ERR_UNAVAILABLE, .retryable = true};
    struct error refused = {.kind = ERR_CONFIG};

    TEST("throttling is known by status and by name, also with status 400")
    {
        CHECK_INT(RETRY_THROTTLED, class_of(429, ""));
        CHECK_INT(RETRY_THROTTLED, class_of(400, "{\"__type\":\"ThrottlingException\"}"));
        CHECK_INT(RETRY_THROTTLED, class_of(503, "<Error><Code>SlowDown</Code></Error>"));
    }
    TEST("server errors and broken connections are transient, others stand")
    {
        CHECK_INT(RETRY_TRANSIENT, class_of(500, ""));
        CHECK_INT(RETRY_TRANSIENT, class_of(502, "<html>"));
        CHECK_INT(RETRY_TRANSIENT, class_of(504, ""));
        CHECK_INT(RETRY_TRANSIENT, retry_classify(NULL, &broken));
        CHECK_INT(RETRY_NO, retry_classify(NULL, &refused));
        CHECK_INT(RETRY_NO, class_of(501, ""));
        CHECK_INT(RETRY_NO, class_of(403, "{\"__type\":\"AccessDeniedException\"}"));
        CHECK_INT(RETRY_NO, class_of(408, "{\"__type\":\"ModelTimeoutException\"}"));
        CHECK_INT(RETRY_NO, class_of(200, ""));
    }
    TEST("a skewed clock is a class of its own")
    {
        CHECK_INT(RETRY_CLOCK, class_of(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>"));
    }
}

static void test_hints(void)
{
    const int64_t now = INT64_C(1795377600000); /* 2026-11-22T20:00:00Z */

    TEST("hints are milliseconds, seconds or a date")
    {
        CHECK_INT(1500, hint_of("x-amz-retry-after", "1500", now));
        CHECK_INT(7000, hint_of("retry-after", "7", now));
        CHECK_INT(30000, hint_of("retry-after", "Sun, 22 Nov 2026 20:00:30 GMT", now));
        CHECK_INT(0, hint_of("retry-after", "Sun, 22 Nov 2026 19:00:00 GMT", now));
    }
    TEST("what is no hint is none")
    {
        CHECK_INT(-1, hint_of("retry-after", "soon", now));
        CHECK_INT(-1, hint_of("retry-after", "-5", now));
        CHECK_INT(-1, hint_of("x-amz-retry-after", "99999999999999999999", now));
        CHECK_INT(-1, hint_of("date", "7", now));
    }
}

/* The longest delay of many decisions, which the jitter stays under. */
static int64_t longest(const struct retry_failure *failure)
{
    struct retry_policy policy = retry_policy_default();
    struct rng rng = rng_seed(1);
    int64_t most = 0;

    policy.attempts_max = 100;
    for (int i = 0; i < 2000; i++) {
        struct retry_budget budget = {RETRY_TOKENS};
        struct retry_decision decision = retry_decide(&policy, &budget, failure, &rng);

        CHECK(decision.again && decision.delay_ms >= 0);
        most = decision.delay_ms > most ? decision.delay_ms : most;
    }
    return most;
}

static void test_delays(void)
{
    TEST("delays double from their base up to 20 s, with full jitter")
    {
        CHECK(longest(&(struct retry_failure){RETRY_TRANSIENT, 1, -1}) <= 50);
        CHECK(longest(&(struct retry_failure){RETRY_TRANSIENT, 1, -1}) > 40);
        CHECK(longest(&(struct retry_failure){RETRY_TRANSIENT, 3, -1}) > 180);
        CHECK(longest(&(struct retry_failure){RETRY_THROTTLED, 1, -1}) > 900);
        CHECK(longest(&(struct retry_failure){RETRY_THROTTLED, 30, -1}) <= 20000);
        CHECK_INT(0, longest(&(struct retry_failure){RETRY_CLOCK, 1, -1}));
    }
    TEST("a hint makes the wait longer, by at most 5 s")
    {
        int64_t most = longest(&(struct retry_failure){RETRY_TRANSIENT, 1, 2000});
        int64_t far = longest(&(struct retry_failure){RETRY_TRANSIENT, 1, 3600000});

        CHECK_INT(2000, most);
        CHECK(far >= 5000 && far <= 5050);
    }
}

static void test_budget(void)
{
    struct retry_policy policy = retry_policy_default();
    struct retry_failure failure = {RETRY_TRANSIENT, 1, -1};
    struct rng rng = rng_seed(1);

    TEST("attempts end at the maximum")
    {
        struct retry_budget budget = {RETRY_TOKENS};

        failure.attempt = 2;
        CHECK(retry_decide(&policy, &budget, &failure, &rng).again);
        failure.attempt = 3;
        CHECK(!retry_decide(&policy, &budget, &failure, &rng).again);
        failure.attempt = 1;
    }
    TEST("a service that only fails uses the budget up, and successes fill it again")
    {
        struct retry_budget budget = {RETRY_TOKENS};
        int retries = 0;

        while (retry_decide(&policy, &budget, &failure, &rng).again)
            retries++;
        CHECK_INT(RETRY_TOKENS / RETRY_COST, retries);
        for (int i = 0; i < 10000; i++)
            retry_succeeded(&budget, 0);
        CHECK_INT(RETRY_TOKENS, budget.tokens);
        retry_decide(&policy, &budget, &failure, &rng);
        retry_succeeded(&budget, RETRY_COST);
        CHECK_INT(RETRY_TOKENS, budget.tokens);
    }
}

int main(void)
{
    int64_t ms;

    test_names();
    test_classes();
    test_hints();
    test_delays();
    test_budget();
    TEST("HTTP dates are read whole or not at all")
    {
        CHECK_INT(0, http_date_parse("Sun, 22 Nov 2026 20:00:00 GMT", &ms));
        CHECK_INT(INT64_C(1795377600000), ms);
        CHECK_INT(-1, http_date_parse("Sun, 22 Nov 2026 20:00:00 GMT+1", &ms));
        CHECK_INT(-1, http_date_parse("2026-11-22", &ms));
    }
    return unit_end();
}
