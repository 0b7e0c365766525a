/* Questions that the service refuses for how they are put, and answers it could not read. */
#include "ask_run.h"

#include <unistd.h>

#define REFUSED(message)                                                                           \
    {                                                                                              \
        .status = 400, .type = "ValidationException", .body = "{\"message\":\"" message "\"}"      \
    }

static const struct fake_answer no_tools = REFUSED("This model doesn't support tool use.");
static const struct fake_answer no_schema = REFUSED("outputConfig is not supported by this model.");

/* A service that refuses tools and sampling, and answers in text whatever asks so. */
static void strict_answer(struct fake_transport *fake, size_t n, const struct http_request *request,
                          struct fake_answer *answer)
{
    static const struct fake_answer no_top_p = REFUSED("`top_p` is not supported.");

    (void)fake;
    (void)n;
    if (strstr(request->body, "\"topP\"") != NULL)
        *answer = no_top_p;
    else if (strstr(request->body, "\"toolConfig\"") != NULL)
        *answer = no_tools;
    else
        answer->body = TEXT("{\\\"good\\\":1}");
}

static void with_form(struct run *r, const char *model_id, enum converse_form form)
{
    struct converse_settings settings = {
        .model_id = model_id, .temperature = 0.5, .top_p = 0.1, .max_tokens = 100, .form = form};
    static const struct converse_tool tool = {"record_it", "Record it.",
                                              "{\"type\":\"object\",\"properties\":{\"good\":{}}}"};

    converse_template_free(r->template);
    r->template = converse_template_new(&settings, "the system prompt", &tool);
    r->options.template = r->template;
}

static void test_refusals(void)
{
    TEST("what is refused is put otherwise, for all that follow; nothing is lost or counted twice")
    {
        static const size_t widths[] = {1, 3, 16};

        for (size_t i = 0; i < 3; i++) {
            for (uint64_t seed = 1; seed <= 5; seed++) {
                struct run r;

                run_begin(&r, NULL, 0);
                r.fake.answer = strict_answer;
                r.fake.order = FAKE_SHUFFLED;
                r.fake.seed = seed;
                r.fake.per_wait = seed % 3;
                r.options.in_flight_max = widths[i];
                CHECK_INT(0, run_ask(&r, 0, 40));
                CHECK_STR(in_order(40), r.order);
                CHECK_INT(40, ask_totals(r.ask)->calls);
                CHECK_INT(0, ask_totals(r.ask)->repaired);
                CHECK_INT(r.fake.submitted - 40, ask_totals(r.ask)->refused);
                CHECK(ask_totals(r.ask)->refused <= 2 * (long long)widths[i]);
                CHECK_INT(1, r.last.calls);
                run_end(&r);
            }
        }
    }
    TEST(
        "in text, the system prompt ends with the tool's name and the schema, and no tool is there")
    {
        struct fake_answer script[] = {no_tools, {.body = TEXT("{\\\"good\\\":1}")}};
        struct run r;

        run_begin(&r, script, 2);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_INT(CONVERSE_TEXT, converse_template_form(r.template));
        CHECK(strstr(r.fake.requests[0].body, "\"toolConfig\"") != NULL);
        CHECK_STR(
            "{\"inferenceConfig\":{\"maxTokens\":100,\"temperature\":0.5,\"topP\":0.1},"
            "\"system\":[{\"text\":\"the system prompt\\nAnswer with exactly one JSON object, "
            "the input of record_it (Record it.), and with nothing else: no prose, no code "
            "fence.\\nIts JSON Schema:\\n{\\\"type\\\":\\\"object\\\"}\"}],"
            "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"q0\"}]}]}",
            r.fake.requests[1].body);
        run_end(&r);
    }
    TEST("a refused schema falls back to text, and a refused cache point is left out")
    {
        static const struct fake_answer no_cache = REFUSED("cachePoint is not supported.");
        struct fake_answer script[] = {no_schema, no_cache, {.body = TEXT("{\\\"good\\\":1}")}};
        struct run r;

        run_begin(&r, script, 3);
        r.options.in_flight_max = 1;
        with_form(&r, "amazon.nova-micro-v1:0", CONVERSE_SCHEMA);
        CHECK_INT(0, run_ask(&r, 0, 2));
        CHECK(strstr(r.fake.requests[0].body,
                     "\"cachePoint\":{\"type\":\"default\"}}],\"outputConfig\":{\"textFormat\":{"
                     "\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"schema\":") !=
              NULL);
        CHECK(strstr(r.fake.requests[0].body,
                     "\\\"additionalProperties\\\":false}\",\"name\":\"record_it\"") != NULL);
        CHECK(strstr(r.fake.requests[r.fake.submitted - 1].body, "cachePoint") == NULL);
        CHECK(strstr(r.fake.requests[r.fake.submitted - 1].body, "outputConfig") == NULL);
        CHECK_STR("q0+ q1+ ", r.order);
        run_end(&r);
    }
    TEST("a refusal in a repair turn begins again from the question")
    {
        struct fake_answer script[] = {{.body = BAD}, no_tools, {.body = TEXT("{\\\"good\\\":1}")}};
        struct run r;

        run_begin(&r, script, 3);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("q0+ ", r.order);
        CHECK_INT(2, r.last.calls);
        CHECK_INT(1, ask_totals(r.ask)->refused);
        CHECK(strstr(r.fake.requests[1].body, "toolResult") != NULL);
        CHECK(strstr(r.fake.requests[2].body, "toolResult") == NULL);
        CHECK(strstr(r.fake.requests[2].body, "toolUse") == NULL);
        run_end(&r);
    }
    TEST("a refusal that nothing can be done about is each question's failure")
    {
        static const struct fake_answer invalid =
            REFUSED("The provided model identifier is invalid.");
        struct fake_answer script[] = {invalid};
        struct run r;

        run_begin(&r, script, 1);
        CHECK_INT(0, run_ask(&r, 0, 5));
        CHECK_STR("q0 q1 q2 q3 q4 ", r.order);
        CHECK_STR("ValidationException", r.last.err.code);
        CHECK(strstr(r.last.err.message, "--check") != NULL);
        CHECK_INT(5, r.fake.submitted);
        CHECK_INT(0, ask_totals(r.ask)->refused);
        run_end(&r);
    }
    TEST("a service that refuses everything comes to an end")
    {
        static const struct fake_answer all =
            REFUSED("cachePoint, top_p, temperature, tool, outputConfig: limit of 7, max_tokens");
        struct fake_answer script[] = {all};
        struct run r;

        run_begin(&r, script, 1);
        CHECK_INT(0, run_ask(&r, 0, 20));
        CHECK_INT(20, r.outcomes);
        CHECK(ask_totals(r.ask)->refused <= 4 * 4);
        run_end(&r);
    }
}

static void test_malformed(void)
{
    TEST("what the service could not read is asked once more, as it was")
    {
        static const char *const reasons[] = {
            ANSWER("{\"text\":\"x\"}", "malformed_model_output"),
            ANSWER("", "malformed_tool_use"),
            "{\"stopReason\":\"malformed_tool_use\",\"output\":{}" USAGE,
        };

        for (size_t i = 0; i < 3; i++) {
            struct fake_answer script[] = {{.body = reasons[i]}, {.body = GOOD}};
            struct run r;

            run_begin(&r, script, 2);
            CHECK_INT(0, run_ask(&r, 0, 1));
            CHECK_STR("q0+ ", r.order);
            CHECK_INT(2, r.last.calls);
            CHECK_INT(1, ask_totals(r.ask)->repaired);
            CHECK_STR(r.fake.requests[0].body, r.fake.requests[1].body);
            run_end(&r);
        }
    }
    TEST("and twice is a failure that says what to do")
    {
        struct fake_answer script[] = {{.body = ANSWER("", "malformed_tool_use")}};
        struct run r;

        run_begin(&r, script, 1);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("q0 ", r.order);
        CHECK_STR("UnusableAnswer", r.last.err.code);
        CHECK(strstr(r.last.err.message, "--structured text") != NULL);
        CHECK_INT(2, r.fake.submitted);
        run_end(&r);
    }
    TEST("a draft in the model's thoughts is not its answer")
    {
        struct fake_answer script[] = {
            {.body = TEXT("<thinking>perhaps {\\\"bad\\\":1}</thinking>{\\\"good\\\":2}")}};
        struct run r;

        run_begin(&r, script, 1);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("{\"good\":2}", r.result);
        run_end(&r);
    }
}

static void test_budget(void)
{
    TEST("beyond the budget nothing is sent, and each question that is left has its outcome")
    {
        struct fake_answer script[] = {{.body = GOOD}};
        struct budget budget = {.cost_max = -1, .calls_max = 5};
        struct run r;

        run_begin(&r, script, 1);
        r.options.budget = &budget;
        CHECK_INT(0, run_ask(&r, 0, 8));
        CHECK_STR("q0+ q1+ q2+ q3+ q4+ q5 q6 q7 ", r.order);
        CHECK_STR("CallLimit", r.last.err.code);
        CHECK_INT(5, r.fake.submitted);
        CHECK_INT(5, ask_totals(r.ask)->latency.count);
        run_end(&r);
    }
    TEST("what fails, is refused or never goes out takes nothing of it")
    {
        struct fake_answer script[] = {
            no_tools, {.error = "Timeout"}, {.status = 500, .body = "x"}, {.body = GOOD}};
        struct budget budget = {
            .price = price_of(1, 1), .cost_max = 1, .calls_max = 1, .reserved = 0};
        struct run r;

        run_begin(&r, script, 4);
        r.options.budget = &budget;
        r.options.in_flight_max = 1;
        r.fake.refused = 3;
        CHECK_INT(0, run_ask(&r, 0, 5));
        CHECK_STR("q0 q1 q2 q3+ q4 ", r.order);
        CHECK_INT(1, budget.calls);
        CHECK(budget.reserved < 1e-12);
        CHECK(budget.spent > 0.000113 && budget.spent < 0.000131);
        CHECK_INT(1, ask_totals(r.ask)->latency.count);
        run_end(&r);
    }
    TEST("a repair is a call, too")
    {
        struct fake_answer script[] = {{.body = BAD}, {.body = GOOD}};
        struct budget budget = {.cost_max = -1, .calls_max = 1};
        struct run r;

        run_begin(&r, script, 2);
        r.options.budget = &budget;
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("q0 ", r.order);
        CHECK_STR("CallLimit", r.last.err.code);
        run_end(&r);
    }
}

int main(void)
{
    alarm(60);
    test_refusals();
    test_budget();
    test_malformed();
    return unit_end();
}
