#include "aws/converse.h"

#include <stdlib.h>

#include "unit.h"

static const struct converse_tool tool = {"record_it", "Record \"it\".", "{\"type\":\"object\"}"};

static struct converse_template *make(const char *model_id)
{
    struct converse_settings settings = {
        .model_id = model_id, .temperature = 0.5, .top_p = 0.1, .max_tokens = 10240};

    return converse_template_new(&settings, "Line one\nquote \" and \xc3\xa9", &tool);
}

/* The request of a chat as it stands. */
static const char *body_of(struct converse_chat *chat)
{
    static char text[20000];
    struct http_request request;
    struct error err;

    CHECK_INT(0, converse_chat_request(chat, &request, &err));
    snprintf(text, sizeof(text), "%.*s", (int)request.body_len, request.body);
    return text;
}

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR("valid JSON", err.message);
    return value;
}

/* The body behind "messages":, when the model answered `content` and got the complaint "wrong". */
static const char *repaired(const char *content)
{
    struct converse_template *t = make("m");
    struct converse_chat chat;
    char message[2000];
    const char *body;
    jv value;

    snprintf(message, sizeof(message), "{\"role\":\"assistant\",\"content\":%s}", content);
    value = parse(message);
    converse_chat_init(&chat, t);
    converse_chat_user(&chat, "hello", 5);
    converse_chat_object(&chat, value, "wrong");
    jv_free(value);
    body = body_of(&chat);
    jv_free(parse(body));
    converse_chat_clear(&chat);
    converse_template_free(t);
    return strstr(body, "\"messages\":") + strlen("\"messages\":");
}

static void test_requests(void)
{
    TEST("a request has the forced tool, the settings, the system prompt and the turns")
    {
        struct converse_template *t = make("m");
        struct converse_chat chat;

        converse_chat_init(&chat, t);
        converse_chat_user(&chat, "a\0b\"", 4);
        CHECK_STR("{\"inferenceConfig\":{\"maxTokens\":10240,\"temperature\":0.5,\"topP\":0.1},"
                  "\"system\":[{\"text\":\"Line one\\nquote \\\" and \xc3\xa9\"}],"
                  "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"record_it\","
                  "\"description\":\"Record \\\"it\\\".\","
                  "\"inputSchema\":{\"json\":{\"type\":\"object\"}}}}],\"toolChoice\":{\"tool\":{"
                  "\"name\":\"record_it\"}}},"
                  "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\\u0000b\\\"\"}]}]}",
                  body_of(&chat));
        CHECK_STR("m", converse_template_model(t));
        CHECK_STR("record_it", converse_template_tool(t));
        CHECK(converse_template_size(t) > 100);
        converse_chat_clear(&chat);
        converse_template_free(t);
    }
    TEST("making the request again, and going on after it, gives whole bodies")
    {
        struct converse_template *t = make("m");
        struct converse_chat chat;
        char first[20000];

        converse_chat_init(&chat, t);
        converse_chat_user(&chat, "one", 3);
        snprintf(first, sizeof(first), "%s", body_of(&chat));
        CHECK_STR(first, body_of(&chat));
        converse_chat_user(&chat, "two", 3);
        CHECK(strstr(
                  body_of(&chat),
                  "[{\"text\":\"one\"}]},{\"role\":\"user\",\"content\":[{\"text\":\"two\"}]}]}") !=
              NULL);
        jv_free(parse(body_of(&chat)));
        converse_chat_clear(&chat);
        converse_template_free(t);
    }
    TEST("the model's id is one segment of the path")
    {
        static const struct {
            const char *id;
            const char *path;
        } table[] = {
            {"us.amazon.nova-micro-v1:0", "/model/us.amazon.nova-micro-v1%3A0/converse"},
            {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a_b~",
             "/model/"
             "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa_b~"
             "/converse"},
            {"../x?y#z \xc3\xa9", "/model/..%2Fx%3Fy%23z%20%C3%A9/converse"},
        };

        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            struct converse_template *t = make(table[i].id);
            struct converse_chat chat;
            struct http_request request;
            struct error err;

            converse_chat_init(&chat, t);
            CHECK_INT(0, converse_chat_request(&chat, &request, &err));
            CHECK_STR(table[i].path, request.path);
            CHECK_STR("POST", request.method);
            CHECK_STR("bedrock-runtime", request.service);
            converse_chat_clear(&chat);
            converse_template_free(t);
        }
    }
    TEST("a very long id is not cut")
    {
        char id[20001];
        struct converse_template *t;
        struct converse_chat chat;
        struct http_request request;
        struct error err;

        memset(id, ':', sizeof(id) - 1);
        id[sizeof(id) - 1] = '\0';
        t = make(id);
        converse_chat_init(&chat, t);
        CHECK_INT(0, converse_chat_request(&chat, &request, &err));
        CHECK_INT(7 + 60000 + 9, strlen(request.path));
        converse_chat_clear(&chat);
        converse_template_free(t);
    }
    TEST("a request that grows too large is an error")
    {
        enum { SIZE = 40 << 20 };
        struct converse_template *t = make("m");
        struct converse_chat chat;
        struct http_request request;
        struct error err;
        char *text = calloc(1, SIZE);

        memset(text, 'x', SIZE);
        converse_chat_init(&chat, t);
        converse_chat_user(&chat, text, SIZE);
        CHECK_INT(-1, converse_chat_request(&chat, &request, &err));
        CHECK_STR("RequestTooLarge", err.code);
        free(text);
        converse_chat_clear(&chat);
        converse_template_free(t);
    }
}

#define HELLO                                                                                      \
    "[{\"role\":\"user\",\"content\":[{\"text\":\"hello\"}]},{\"role\":\"assistant\",\"content\":"
#define RESULT(id)                                                                                 \
    "{\"toolResult\":{\"toolUseId\":\"" id                                                         \
    "\",\"content\":[{\"text\":\"wrong\"}],\"status\":\"error\"}}"
#define WRONG_TEXT "},{\"role\":\"user\",\"content\":[{\"text\":\"wrong\"}]}]}"

static void test_repairs(void)
{
    TEST("a tool call is answered by a tool result")
    {
        CHECK_STR(HELLO "[{\"toolUse\":{\"toolUseId\":\"i\\\"d\",\"name\":\"record_it\",\"input\":{"
                        "\"a\":1}}}]},"
                        "{\"role\":\"user\",\"content\":[" RESULT("i\\\"d") "]}]}",
                  repaired("[{\"toolUse\":{\"toolUseId\":\"i\\\"d\",\"name\":\"record_it\","
                           "\"input\":{\"a\":1}}}]"));
    }
    TEST("each of several tool calls gets its result, as the service demands")
    {
        const char *body = repaired(
            "[{\"text\":\"now:\"},{\"toolUse\":{\"toolUseId\":\"a\",\"name\":\"n\",\"input\":{}}},"
            "{\"toolUse\":{\"toolUseId\":\"b\",\"name\":\"n\",\"input\":{}}}]");

        CHECK(
            strstr(body, "{\"role\":\"assistant\",\"content\":[{\"text\":\"now:\"},{\"toolUse\"") !=
            NULL);
        CHECK(strstr(body, "{\"role\":\"user\",\"content\":[" RESULT("a") "," RESULT("b") "]}]}") !=
              NULL);
    }
    TEST("a text is answered by a text")
    {
        CHECK_STR(HELLO "[{\"text\":\"no\"}]" WRONG_TEXT, repaired("[{\"text\":\"no\"}]"));
    }
    TEST("blank and empty answers are not sent back as they are: the service refuses them")
    {
        CHECK_STR(HELLO "[{\"text\":\"(no answer)\"}]" WRONG_TEXT, repaired("[]"));
        CHECK_STR(HELLO "[{\"text\":\"(no answer)\"}]" WRONG_TEXT,
                  repaired("[{\"text\":\"\"},{\"text\":\" \\n\"}]"));
        CHECK_STR(HELLO "[{\"text\":\"(no answer)\"}]" WRONG_TEXT, repaired("null"));
        CHECK_STR(HELLO "[{\"text\":\"x\"}]" WRONG_TEXT,
                  repaired("[{\"text\":\"\"},{\"text\":\"x\"}]"));
    }
    TEST(
        "reasoning goes back if it is signed or redacted, and never alone; what else there is does "
        "not")
    {
#define SIGNED   "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"hm\",\"signature\":\"s\"}}}"
#define REDACTED "{\"reasoningContent\":{\"redactedContent\":\"AAAA\"}}"
        CHECK_STR(HELLO "[{\"text\":\"x\"}]" WRONG_TEXT,
                  repaired("[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"hm\"}}},"
                           "{\"text\":\"x\"},{\"citationsContent\":{}},7]"));
        CHECK_STR(HELLO "[" SIGNED ",{\"text\":\"x\"}]" WRONG_TEXT,
                  repaired("[" SIGNED ",{\"text\":\"x\"}]"));
        CHECK_STR(HELLO "[" REDACTED ",{\"text\":\"(no answer)\"}]" WRONG_TEXT,
                  repaired("[" REDACTED ",{\"text\":\"\"}]"));
        CHECK_STR(HELLO "[{\"text\":\"(no answer)\"}]" WRONG_TEXT,
                  repaired("[{\"reasoningContent\":{}},{\"text\":\"\"}]"));
    }
}

static int read_answer(struct converse_answer *answer, int status, const char *body,
                       struct error *err)
{
    struct http_response response = {
        .status = status, .body = body, .body_len = strlen(body), .attempts = 2};

    error_clear(err);
    return converse_answer_read(answer, &response, err);
}

#define MESSAGE(content)                                                                           \
    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" content "]}}"

static void test_reasons(void)
{
    TEST("an answer is usable if the model ended it, and not if it was cut or withheld")
    {
        static const char *const good[] = {"end_turn", "tool_use", "stop_sequence"};
        static const char *const bad[] = {"max_tokens",
                                          "guardrail_intervened",
                                          "content_filtered",
                                          "malformed_model_output",
                                          "malformed_tool_use",
                                          "model_context_window_exceeded",
                                          "something_new",
                                          "",
                                          "END_TURN"};
        struct converse_answer answer;
        struct error err;
        char body[500];

        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
            snprintf(body, sizeof(body), MESSAGE("{\"text\":\"x\"}") ",\"stopReason\":\"%s\"}",
                     good[i]);
            CHECK_INT(0, read_answer(&answer, 200, body, &err));
            CHECK_STR(good[i], answer.stop_reason);
            converse_answer_clear(&answer);
        }
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            snprintf(
                body, sizeof(body),
                MESSAGE(
                    "{\"text\":\"x\"}") ",\"stopReason\":\"%s\",\"usage\":{\"outputTokens\":9}}",
                bad[i]);
            CHECK_INT(-1, read_answer(&answer, 200, body, &err));
            CHECK_STR("UnusableAnswer", err.code);
            CHECK_INT(ERR_DATA, err.kind);
            CHECK_INT(9, answer.usage.output_tokens); /* it was paid for all the same */
            CHECK((strstr(err.message, "--max-tokens") != NULL) == (i == 0));
            CHECK(strstr(err.message, "the answer is not a result; ") != NULL);
            CHECK_INT(strncmp(bad[i], "malformed_", 10) == 0, answer.malformed);
            converse_answer_clear(&answer);
        }
    }
    TEST("a missing or odd stopReason is none to go by")
    {
        static const char *const bodies[] = {
            MESSAGE("{\"text\":\"x\"}") "}", MESSAGE("{\"text\":\"x\"}") ",\"stopReason\":7}",
            MESSAGE("{\"text\":\"x\"}") ",\"stopReason\":"
                                        "\"0123456789012345678901234567890123456789012345678\"}"};
        struct converse_answer answer;
        struct error err;

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            CHECK_INT(-1, read_answer(&answer, 200, bodies[i], &err));
            CHECK_STR("UnusableAnswer", err.code);
            converse_answer_clear(&answer);
        }
    }
}

static void test_answers(void)
{
    struct converse_answer answer;
    struct error err;

    TEST("text blocks are joined, the first tool call is taken, usage is read")
    {
        CHECK_INT(
            0,
            read_answer(
                &answer, 200,
                MESSAGE(
                    "{\"text\":\"a\"},{\"toolUse\":{\"toolUseId\":\"1\",\"input\":{\"n\":1}}},{"
                    "\"image\":{}},{\"text\":\"b\"},"
                    "{\"toolUse\":{\"toolUseId\":\"2\",\"input\":{\"n\":2}}}") ",\"stopReason\":"
                                                                               "\"tool_use\","
                                                                               "\"usage\":{"
                                                                               "\"inputTokens\":1,"
                                                                               "\"outputTokens\":2,"
                                                                               "\"totalTokens\":3,"
                                                                               "\"cacheReadInputTok"
                                                                               "ens\":4,"
                                                                               "\"cacheWriteInputTo"
                                                                               "kens\":5}}",
                &err));
        CHECK_STR("ab", answer.text);
        CHECK_INT(1, json_int(answer.input, "n", 0));
        CHECK_INT(1, answer.usage.input_tokens);
        CHECK_INT(2, answer.usage.output_tokens);
        CHECK_INT(4, answer.usage.cache_read_tokens);
        CHECK_INT(5, answer.usage.cache_write_tokens);
        converse_answer_clear(&answer);
    }
    TEST("an answer without content is an answer, of nothing")
    {
        CHECK_INT(0, read_answer(&answer, 200, MESSAGE("") ",\"stopReason\":\"end_turn\"}", &err));
        CHECK_STR("", answer.text);
        CHECK(!jv_is_valid(answer.input));
        CHECK_INT(0, answer.usage.input_tokens);
        converse_answer_clear(&answer);
    }
    TEST("what is no message is an error, not an answer")
    {
        static const char *const bodies[] = {
            "{}",
            "[]",
            "null",
            "7",
            "{\"output\":7,\"stopReason\":\"end_turn\"}",
            "{\"output\":{\"message\":\"x\"},\"stopReason\":\"end_turn\"}"};

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            CHECK_INT(-1, read_answer(&answer, 200, bodies[i], &err));
            CHECK_STR("InvalidResponse", err.code);
            CHECK_INT(ERR_UNAVAILABLE, err.kind);
            converse_answer_clear(&answer);
        }
        CHECK_INT(-1, read_answer(&answer, 200, "<html>", &err));
        CHECK_INT(ERR_UNAVAILABLE, err.kind);
        converse_answer_clear(&answer);
        CHECK_INT(-1, read_answer(&answer, 200, "", &err));
        CHECK_INT(ERR_UNAVAILABLE, err.kind);
        converse_answer_clear(&answer);
    }
    TEST("an error response is read as such")
    {
        CHECK_INT(-1,
                  read_answer(&answer, 429,
                              "{\"__type\":\"ThrottlingException\",\"message\":\"slow\"}", &err));
        CHECK_STR("ThrottlingException", err.code);
        CHECK(err.retryable);
        CHECK_INT(2, err.attempts);
        converse_answer_clear(&answer);
    }
    TEST("clearing nothing is harmless")
    {
        converse_template_free(NULL);
        CHECK(true);
    }
}

int main(void)
{
    test_requests();
    test_repairs();
    test_reasons();
    test_answers();
    return unit_end();
}
