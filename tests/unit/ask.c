#include "ask_run.h"

#include <unistd.h>

static void order_is_kept(enum fake_order order, size_t in_flight, size_t per_wait, uint64_t seed)
{
    struct fake_answer script[] = {{.body = GOOD}};
    struct run r;

    run_begin(&r, script, 1);
    r.options.in_flight_max = in_flight;
    r.fake.order = order;
    r.fake.per_wait = per_wait;
    r.fake.seed = seed;
    CHECK_INT(0, run_ask(&r, 0, 60));
    CHECK_STR(in_order(60), r.order);
    CHECK(r.fake.in_flight_most <= in_flight);
    CHECK_INT(60, r.fake.submitted);
    run_end(&r);
    CHECK_INT(0, r.dropped);
}

static void test_order(void)
{
    TEST("outcomes come in the order of the questions, however the answers come")
    {
        static const size_t widths[] = {1, 2, 3, 16};

        for (size_t i = 0; i < 4; i++) {
            order_is_kept(FAKE_FIFO, widths[i], 1, 0);
            order_is_kept(FAKE_FIFO, widths[i], 0, 0);
            order_is_kept(FAKE_LIFO, widths[i], 1, 0);
            for (uint64_t seed = 1; seed <= 10; seed++)
                order_is_kept(FAKE_SHUFFLED, widths[i], 1 + seed % 3, seed);
        }
    }
    TEST("unordered, they come as the answers do, and a slow one holds up no other")
    {
        struct fake_answer script[] = {{.body = GOOD}};
        struct run r;

        run_begin(&r, script, 1);
        r.options.unordered = true;
        r.options.in_flight_max = 2;
        r.fake.order = FAKE_LIFO;
        r.fake.per_wait = 1;
        CHECK_INT(0, run_ask(&r, 0, 8));
        CHECK_STR("q1+ q2+ q3+ q4+ q5+ q6+ q7+ q0+ ", r.order);
        CHECK_INT(2, r.fake.in_flight_most);
        run_end(&r);
    }
    TEST("unordered, each question has one outcome")
    {
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct run r;
            char seen[60] = {0};
            char *rest;

            run_begin(&r, NULL, 0);
            r.fake.answer = mixed_answer;
            r.options.unordered = true;
            r.fake.order = FAKE_SHUFFLED;
            r.fake.seed = seed;
            r.fake.per_wait = 1 + seed % 4;
            CHECK_INT(0, run_ask(&r, 0, 60));
            CHECK(r.fake.in_flight_most <= 4);
            rest = r.order;
            for (char *name = strsep(&rest, " "); name != NULL && *name; name = strsep(&rest, " "))
                seen[strtol(name + 1, NULL, 10)]++;
            for (int i = 0; i < 60; i++)
                CHECK_INT(1, seen[i]);
            run_end(&r);
        }
    }
    TEST("repairs keep the order and the limit")
    {
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct run r;

            run_begin(&r, NULL, 0);
            r.fake.answer = mixed_answer;
            r.fake.order = FAKE_SHUFFLED;
            r.fake.seed = seed;
            r.fake.per_wait = 1 + seed % 5;
            CHECK_INT(0, run_ask(&r, 0, 60));
            CHECK_STR(in_order(60), r.order);
            CHECK_INT(80, r.fake.submitted);
            CHECK_INT(80, ask_totals(r.ask)->calls);
            CHECK_INT(20, ask_totals(r.ask)->repaired);
            CHECK(r.fake.in_flight_most <= 4);
            run_end(&r);
        }
    }
    TEST("no questions, no requests")
    {
        struct run r;

        run_begin(&r, NULL, 0);
        CHECK_INT(0, run_ask(&r, 0, 0));
        CHECK_INT(0, r.fake.submitted + r.fake.waits);
        run_end(&r);
    }
}

static void test_answers(void)
{
    TEST("an answer by tool or in the text")
    {
        static const char *const bodies[] = {
            GOOD,
            TEXT("{\\\"good\\\":1}"),
            TEXT("Here you are:\\n```json\\n{\\n  \\\"good\\\": 1\\n}\\n```\\nAnything else?"),
            TEXT("I use {braces} and \\\"quotes, then {\\\"good\\\":1} follows"),
            TEXT("an open { bracket, then {\\\"good\\\":1}"),
            ANSWER("{\"text\":\"Let me see "
                   "{\\\"bad\\\":1}.\"},{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"record_it\","
                   "\"input\":{\"good\":1}}}",
                   "tool_use"),
            ANSWER("{\"text\":\"{\\\"good\\\"\"},{\"text\":\":1}\"}", "stop_sequence"),
        };

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            struct fake_answer script[] = {{.body = bodies[i]}};
            struct run r;

            run_begin(&r, script, 1);
            CHECK_INT(0, run_ask(&r, 0, 1));
            CHECK_STR("q0+ ", r.order);
            CHECK_STR("{\"good\":1}", r.result);
            CHECK_INT(1, r.last.calls);
            run_end(&r);
        }
    }
    TEST("an invalid answer is repaired once")
    {
        static const char *const bodies[] = {BAD,
                                             TEXT("I cannot do that."),
                                             TEXT("[1,2]"),
                                             TEXT("{\\\"good\\\":"),
                                             TOOL("\"good\""),
                                             TOOL("[{\"good\":1}]"),
                                             TOOL("null"),
                                             ANSWER("", "end_turn"),
                                             ANSWER("{\"text\":\" \"}", "end_turn")};

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            struct fake_answer script[] = {{.body = bodies[i]}, {.body = GOOD}};
            struct run r;

            run_begin(&r, script, 2);
            CHECK_INT(0, run_ask(&r, 0, 1));
            CHECK_STR("q0+ ", r.order);
            CHECK_INT(2, r.last.calls);
            CHECK_INT(1, ask_totals(r.ask)->repaired);
            CHECK_INT(2, r.fake.submitted);
            run_end(&r);
        }
    }
    TEST("two invalid answers are a failure that says what was wrong")
    {
        struct fake_answer script[] = {{.body = BAD}, {.body = BAD}, {.body = GOOD}};
        struct run r;

        run_begin(&r, script, 3);
        r.options.in_flight_max = 1;
        CHECK_INT(0, run_ask(&r, 0, 2));
        CHECK_STR("q0 q1+ ", r.order);
        CHECK_INT(3, ask_totals(r.ask)->calls);
        run_end(&r);

        run_begin(&r, script, 2);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("q0 ", r.order);
        CHECK_STR("InvalidAnswer", r.last.err.code);
        CHECK_STR("the model's answer is invalid, also after one repair: good is missing",
                  r.last.err.message);
        CHECK_INT(2, r.last.calls);
        CHECK_INT(2, r.last.err.attempts);
        CHECK_INT(2, r.fake.submitted);
        run_end(&r);
    }
    TEST("an error, a cut answer or silence is a failure at once")
    {
        static const struct {
            struct fake_answer answer;
            const char *code;
            int calls;
            int attempts;
        } failures[] = {
            {{.status = 429, .type = "ThrottlingException", .body = "{\"message\":\"slow\"}"},
             "ThrottlingException",
             1,
             1},
            {{.status = 500, .body = "<html>"}, "ServiceUnavailableException", 1, 1},
            {{.body = ANSWER("{\"text\":\"{\\\"good\\\":1}\"}", "max_tokens")},
             "UnusableAnswer",
             1,
             1},
            {{.body = "not json"}, "InvalidJson", 1, 1},
            {{.body = "{}"}, "InvalidResponse", 1, 1},
            {{.error = "Timeout"}, "Timeout", 0, 3},
        };

        for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
            struct fake_answer script[] = {failures[i].answer, {.body = GOOD}};
            struct run r;

            run_begin(&r, script, 2);
            r.options.in_flight_max = 1;
            CHECK_INT(0, run_ask(&r, 0, 1));
            CHECK_STR("q0 ", r.order);
            CHECK_STR(failures[i].code, r.last.err.code);
            CHECK_INT(failures[i].calls, r.last.calls);
            CHECK_INT(failures[i].attempts, r.last.err.attempts);
            CHECK_INT(0, run_ask(&r, 1, 1));
            CHECK_STR("q0 q1+ ", r.order);
            run_end(&r);
        }
    }
    TEST("tokens are summed over the calls of a question and over all questions")
    {
        struct fake_answer script[] = {{.body = BAD}, {.body = GOOD}};
        struct run r;
        jv usage;
        struct buf json;

        run_begin(&r, script, 2);
        CHECK_INT(0, run_ask(&r, 0, 3));
        CHECK_INT(4, ask_totals(r.ask)->calls);
        CHECK_INT(400, ask_totals(r.ask)->usage.input_tokens);
        CHECK_INT(28, ask_totals(r.ask)->usage.output_tokens);
        CHECK_INT(80, ask_totals(r.ask)->usage.cache_read_tokens);
        CHECK_INT(12, ask_totals(r.ask)->usage.cache_write_tokens);
        CHECK_INT(100, r.last.usage.input_tokens);
        usage = ask_usage_object(&ask_totals(r.ask)->usage);
        buf_init(&json, 1000);
        json_write(&json, usage);
        CHECK_STR("{\"input\":400,\"output\":28,\"cacheRead\":80,\"cacheWrite\":12}",
                  buf_str(&json));
        buf_clear(&json);
        jv_free(usage);
        run_end(&r);
    }
    TEST("the repair conversation gives the model its own answer and what is wrong with it")
    {
        struct fake_answer script[] = {{.body = BAD}, {.body = GOOD}};
        struct run r;
        const char *turns;

        run_begin(&r, script, 2);
        CHECK_INT(0, run_ask(&r, 0, 1));
        CHECK_STR("/model/a.model-v1%3A0/converse", r.fake.requests[1].path);
        turns = strstr(r.fake.requests[1].body, "\"messages\":");
        CHECK_STR("\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"q0\"}]},"
                  "{\"role\":\"assistant\",\"content\":[{\"toolUse\":{\"toolUseId\":\"t1\","
                  "\"name\":\"record_it\",\"input\":{\"bad\":1}}}]},"
                  "{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"t1\","
                  "\"content\":[{\"text\":\"Your answer cannot be used: "
                  "good is missing. Answer again, with the whole corrected "
                  "object.\"}],\"status\":\"error\"}}]}]}",
                  turns);
        run_end(&r);
    }
}

static void test_stops(void)
{
    TEST("a request that the transport refuses is a failure of its question")
    {
        struct fake_answer script[] = {{.body = GOOD}};
        struct run r;

        run_begin(&r, script, 1);
        r.fake.refused = 1;
        CHECK_INT(0, run_ask(&r, 0, 3));
        CHECK_STR("q0+ q1 q2+ ", r.order);
        run_end(&r);
    }
    TEST("a transport that breaks stops everything, and questions are handed back")
    {
        for (long long at = 0; at < 5; at++) {
            struct fake_answer script[] = {{.body = GOOD}};
            struct run r;

            run_begin(&r, script, 1);
            r.fake.per_wait = 1;
            r.fake.wait_failure = at;
            CHECK_INT(-1, run_ask(&r, 0, 5));
            CHECK_STR("Broken", r.err.code);
            CHECK_INT(at, r.outcomes);
            error_clear(&r.err);
            CHECK_INT(-1, ask_drain(r.ask, &r.err)); /* it stays broken */
            CHECK_STR("Broken", r.err.code);
            CHECK_INT(at + 1, r.fake.waits);
            run_end(&r);
            CHECK_INT(5 - at, r.dropped);
        }
    }
    TEST("done may say stop, and nothing more happens")
    {
        for (int at = 1; at <= 20; at++) {
            struct fake_answer script[] = {{.body = GOOD}};
            struct run r;
            size_t submitted;

            run_begin(&r, script, 1);
            r.stop_after = at;
            CHECK_INT(-1, run_ask(&r, 0, 20));
            CHECK_INT(ERR_NONE, r.err.kind);
            CHECK_INT(at, r.outcomes);
            submitted = r.fake.submitted;
            CHECK_INT(-1, ask_drain(r.ask, &r.err));
            CHECK_INT(ERR_NONE, r.err.kind);
            CHECK_INT(at, r.outcomes);
            CHECK_INT(submitted, r.fake.submitted);
            run_end(&r);
            CHECK(r.dropped <= 8);
        }
    }
}

static void check_found(const char *expected, const char *text)
{
    jv found = ask_find_object(text);
    struct buf json;

    buf_init(&json, 1000);
    if (jv_is_valid(found))
        json_write(&json, found);
    CHECK_STR(expected, buf_str(&json));
    buf_clear(&json);
    jv_free(found);
}

static void test_find_object(void)
{
    TEST("an object is found within prose and fences")
    {
        check_found("{\"a\":1}", "{\"a\":1}");
        check_found("{\"a\":\"}{\\\"\"}", "so: {\"a\":\"}{\\\"\"} and {\"b\":2}");
        check_found("{\"a\":{\"b\":[1,{}]}}", "```\n{\"a\":{\"b\":[1,{}]}}\n```");
        check_found("{\"b\":2}", "{not json} then {\"b\":2}");
        check_found("{\"b\":2}", "an open { and \" then {\"b\":2}");
        check_found("", "");
        check_found("", "no object [1]");
        check_found("", "{\"a\":1");
        check_found("", "{");
        check_found("", "{\"a\\");
    }
    TEST("a text of nothing but brackets is given up soon")
    {
        enum { SIZE = 400000 };
        char *text = mem_alloc(SIZE + 1);

        memset(text, '{', SIZE);
        text[SIZE] = '\0';
        check_found("", text);
        for (int i = 0; i < SIZE; i++)
            text[i] = i < SIZE / 2 ? '{' : '}';
        check_found("", text);
        free(text);
    }
}

int main(void)
{
    alarm(60); /* a loop that waits for nothing is a failure, not a hang */
    test_order();
    test_answers();
    test_stops();
    test_find_object();
    return unit_end();
}
