#include "offline/request.h"

#include "maki/prompt.h"
#include "unit.h"

#define HEAD                                                                                       \
    "{\"inferenceConfig\":{\"maxTokens\":100},\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":" \
    "\"t\",\"inputSchema\":"                                                                       \
    "{\"json\":{\"properties\":{\"category\":{\"enum\":[\"a\",\"other\"]}}}}}}],\"toolChoice\":{"  \
    "\"tool\":{\"name\":\"t\"}}},"
#define USER "{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}"

/* What is wrong with a body; NULL if it is right. */
static const char *problem(struct request_reader *reader, const char *body)
{
    static struct error err;
    struct request request;

    error_clear(&err);
    if (request_read(reader, body, strlen(body), &request, &err) == 0) {
        jv_free(request.messages);
        return NULL;
    }
    return strcmp(err.code, "ValidationException") == 0 ? err.message : "(another code)";
}

static void check_problem(const char *body, const char *expected)
{
    struct request_reader *reader = request_reader_new();
    const char *message = problem(reader, body);

    CHECK(message != NULL && strstr(message, expected) != NULL);
    if (message == NULL || strstr(message, expected) == NULL)
        printf("# expected \"%s\", got \"%s\"\n", expected, message ? message : "(no problem)");
    request_reader_free(reader);
}

static void test_head(void)
{
    struct request_reader *reader = request_reader_new();
    struct request request;
    struct error err;
    const char *body = HEAD "\"messages\":[" USER "]}";

    TEST("the tool, its categories and the limit are read")
    {
        CHECK_INT(0, request_read(reader, body, strlen(body), &request, &err));
        CHECK_STR("t", request.head->tool);
        CHECK_INT(2, json_count(request.head->categories));
        CHECK_INT(100, request.head->max_tokens);
        CHECK_INT(1, json_count(request.messages));
        jv_free(request.messages);
    }
    TEST("a known head is used again, also with something behind the messages, and another one is "
         "noticed")
    {
        const char *longer = HEAD "\"messages\":[" USER "],\"system\":[{\"text\":\"abcd\"}]}";
        const char *other = "{\"messages\":[" USER "]}";

        CHECK_STR(NULL, problem(reader, body));
        CHECK_INT(0, request_read(reader, longer, strlen(longer), &request, &err));
        CHECK_STR("t", request.head->tool);
        jv_free(request.messages);
        CHECK_INT(0, request_read(reader, longer, strlen(longer), &request, &err));
        jv_free(request.messages);
        CHECK_INT(0, request_read(reader, other, strlen(other), &request, &err));
        CHECK_STR(NULL, request.head->tool);
        CHECK_INT(0, request.head->max_tokens);
        jv_free(request.messages);
    }
    TEST("behind a known head, messages that are no JSON are refused all the same")
    {
        CHECK_STR(NULL, problem(reader, body));
        CHECK(problem(reader, HEAD "\"messages\":[" USER "],,]}") != NULL);
        CHECK(problem(reader, HEAD "\"messages\":[}") != NULL);
        CHECK(problem(reader, HEAD "\"messages\":[" USER "],\"messages\":[]}") != NULL);
        CHECK_STR(NULL, problem(reader, body));
    }
    request_reader_free(reader);
}

static void test_refusals(void)
{
    TEST("what Bedrock refuses is refused")
    {
        check_problem("", "no JSON object");
        check_problem("[]", "no JSON object");
        check_problem("{}", "'messages'");
        check_problem("{\"messages\":[]}", "'messages'");
        check_problem("{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"text\":\"x\"}]}]}",
                      "must start with a user");
        check_problem("{\"messages\":[" USER "," USER "]}", "must alternate");
        check_problem("{\"messages\":[" USER
                      ",{\"role\":\"assistant\",\"content\":[{\"text\":\"x\"}]}]}",
                      "must end with a user");
        check_problem("{\"messages\":[{\"role\":\"user\",\"content\":[]}]}", "messages.0 is empty");
        check_problem("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\" \"}]}]}",
                      "is blank");
        check_problem("{\"messages\":[{\"role\":\"user\",\"content\":[{\"image\":{}}]}]}",
                      "messages.0.content.0");
        check_problem("{\"inferenceConfig\":{\"maxTokens\":0},\"messages\":[" USER "]}",
                      "maxTokens");
        check_problem("{\"inferenceConfig\":{\"temperature\":1.5},\"messages\":[" USER "]}",
                      "temperature");
        check_problem("{\"inferenceConfig\":{\"topP\":\"x\"},\"messages\":[" USER "]}", "topP");
        check_problem("{\"toolConfig\":{\"tools\":[]},\"messages\":[" USER "]}",
                      "toolConfig.tools");
        check_problem("{\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"a\"}}],\"toolChoice\":"
                      "{\"tool\":{\"name\":\"b\"}}},"
                      "\"messages\":[" USER "]}",
                      "names none of the tools");
    }
}

/* The value of member x of the data in a conversation; NULL if there is none. */
static const char *data_of(const char *first, const char *last)
{
    static char out[100];
    struct request request = {.messages = jv_array()};
    const char *texts[] = {first, "answer", last};
    jv data;

    for (int i = 0; i < 3; i++) {
        jv block = jv_object();
        jv content = jv_array();
        jv message = jv_object();

        json_set_str(&block, "text", texts[i]);
        json_append(&content, block);
        json_set(&message, "content", content);
        json_append(&request.messages, message);
    }
    data = request_data(&request);
    snprintf(out, sizeof(out), "%s", json_str(data, "x", NULL) ? json_str(data, "x", NULL) : "");
    CHECK(jv_is_valid(data) || out[0] == '\0');
    jv_free(data);
    jv_free(request.messages);
    return out[0] ? out : NULL;
}

static void test_data(void)
{
    struct buf one;
    struct buf two;
    jv data = jv_object();

    buf_init(&one, 1000);
    buf_init(&two, 1000);
    json_set_str(&data, "x", "one");
    prompt_fence(&one, "Do it.", data);
    json_set_str(&data, "x", "two");
    prompt_fence(&two, "Do it.", data);
    jv_free(data);
    TEST("the data are those of the last message, else of the first")
    {
        CHECK_STR("two", data_of(buf_str(&one), buf_str(&two)));
        CHECK_STR("one", data_of(buf_str(&one), "Your answer is wrong."));
        CHECK_STR(NULL, data_of("No data here.", "Nor here."));
    }
    TEST("bytes of text are counted")
    {
        jv messages = jv_parse("[{\"role\":\"user\",\"content\":[{\"text\":\"abc\"}]}]");

        CHECK_INT(7, request_text_bytes(messages)); /* with the block's name */
        jv_free(messages);
    }
    buf_clear(&one);
    buf_clear(&two);
}

int main(void)
{
    test_head();
    test_refusals();
    test_data();
    return unit_end();
}
