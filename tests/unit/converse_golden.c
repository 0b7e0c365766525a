/* Requests against those of the AWS SDK for JavaScript (tests/golden/converse_*.json): equal in
 * target and in the body's meaning, and its canned responses read alike. */
#include <stdlib.h>
#include <unistd.h>

#include "aws/converse.h"
#include "base/file.h"
#include "base/mem.h"
#include "unit.h"

static const char hello[] = "Classify: caf\xc3\xa9 \"quoted\" \xe2\x80\x94 \xf0\x9f\x98\x80\n"
                            "2nd line";

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR("valid JSON", err.message);
    return value;
}

/* A file of tests/golden, in the folder this program lies in or one above: a build tree is inside
 * its source tree. */
static jv read_golden(const char *name)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct buf text;
    struct error err;
    jv golden;
    int status = -1;

    buf_init(&text, 1 << 20);
    for (self[len > 0 ? len : 0] = '\0'; status < 0 && *self != '\0'; *strrchr(self, '/') = '\0') {
        char *path = mem_printf("%s/tests/golden/%s.json", self, name);

        status = file_read(path, &text, &err);
        free(path);
    }
    CHECK_INT(0, status);
    golden = parse(buf_str(&text));
    buf_clear(&text);
    return golden;
}

static void check_same(jv expected, jv actual)
{
    struct buf a;
    struct buf b;

    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    json_write_canonical(&a, expected);
    json_write_canonical(&b, actual);
    CHECK_STR(buf_str(&a), buf_str(&b));
    buf_clear(&a);
    buf_clear(&b);
}

static void check_request(const char *name, const struct converse_settings *settings,
                          const char *system_text, const struct converse_tool *tool,
                          const char *text)
{
    jv golden = read_golden(name);
    jv wire = json_get(golden, "wire");
    struct converse_template *t = converse_template_new(settings, system_text, tool);
    struct converse_chat chat;
    struct http_request request;
    struct error err;
    jv expected = parse(json_str(wire, "body_utf8", NULL));
    jv actual;
    char *body;

    converse_chat_init(&chat, t);
    converse_chat_user(&chat, text, strlen(text));
    CHECK_INT(0, converse_chat_request(&chat, &request, &err));
    CHECK_STR(json_str(wire, "method", NULL), request.method);
    CHECK_STR(json_str(wire, "request_target", NULL), request.path);
    CHECK_STR("", request.query);
    CHECK_STR("content-type", request.headers[0].name);
    CHECK_STR("application/json", request.headers[0].value);
    body = mem_strndup(request.body, request.body_len);
    actual = parse(body);
    check_same(expected, actual);
    free(body);
    jv_free(expected);
    jv_free(actual);
    converse_chat_clear(&chat);
    converse_template_free(t);
    jv_free(golden);
}

static void test_requests(void)
{
    TEST("a plain question is the SDK's, with stop sequences and metadata")
    {
        struct converse_settings settings = {
            .model_id = "us.amazon.nova-micro-v1:0",
            .temperature = 0,
            .top_p = 0.9,
            .max_tokens = 256,
            .no_cache_point = true,
            .members = "{\"inferenceConfig\":{\"stopSequences\":[\"END\"]},"
                       "\"requestMetadata\":{\"tenant\":\"t-1\"}}",
        };

        check_request("converse_plain", &settings, "You are terse.", NULL, hello);
    }
    TEST("a question without any setting is the SDK's")
    {
        struct converse_settings settings = {
            .model_id = "us.amazon.nova-micro-v1:0", .temperature = -1, .top_p = -1};

        check_request("converse_bearer", &settings, NULL, NULL, "x");
    }
    TEST("a forced tool is the SDK's")
    {
        struct converse_settings settings = {.model_id = "us.amazon.nova-micro-v1:0",
                                             .temperature = 0,
                                             .top_p = -1,
                                             .max_tokens = 512};
        struct converse_tool tool = {
            "emit_facet", "Emit one facet",
            "{\"type\":\"object\",\"properties\":{\"topic\":{\"type\":\"string\"},\"score\":{"
            "\"type\":\"number\"}},\"required\":[\"topic\"]}"};

        check_request("converse_tool", &settings, NULL, &tool, hello);
    }
    TEST("structured output is the SDK's, its schema closed, with tier, latency and fields")
    {
        struct converse_settings settings = {
            .model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            .temperature = -1,
            .top_p = -1,
            .max_tokens = 64,
            .form = CONVERSE_SCHEMA,
            .members = "{\"additionalModelRequestFields\":{\"top_k\":50},"
                       "\"additionalModelResponseFieldPaths\":[\"/stop_sequence\"],"
                       "\"performanceConfig\":{\"latency\":\"standard\"},"
                       "\"serviceTier\":{\"type\":\"flex\"}}"};
        struct converse_tool tool = {
            "facet", "d",
            "{\"type\":\"object\",\"properties\":{\"topic\":{\"type\":\"string\"}},\"required\":["
            "\"topic\"]}"};

        check_request("converse_structured", &settings, NULL, &tool, hello);
    }
}

static int read_canned(const char *name, struct converse_answer *answer, struct error *err)
{
    jv golden = read_golden(name);
    jv canned = json_get(golden, "canned_response");
    size_t len = 0;
    const char *body = json_str(canned, "body", &len);
    /* the name came in a header, which the golden file does not hold: it is what the SDK made of it
     */
    const char *name_read = json_str(json_get(golden, "parsed_by_sdk"), "error", NULL);
    struct http_header header = {"x-amzn-errortype", name_read};
    struct http_response response = {.status = (int)json_int(canned, "status", 0),
                                     .headers = &header,
                                     .header_count = header.value != NULL,
                                     .body = body,
                                     .body_len = len,
                                     .attempts = 1};
    int status = converse_answer_read(answer, &response, err);

    jv_free(golden);
    return status;
}

static void test_responses(void)
{
    struct converse_answer answer;
    struct error err;

    TEST("the SDK's responses are read")
    {
        CHECK_INT(0, read_canned("converse_plain", &answer, &err));
        CHECK_STR("Hi.", answer.text);
        CHECK_INT(3, answer.usage.input_tokens);
        CHECK_INT(2, answer.usage.output_tokens);
        converse_answer_clear(&answer);
        CHECK_INT(0, read_canned("converse_tool", &answer, &err));
        CHECK_STR("billing", json_str(answer.input, "topic", NULL));
        CHECK_INT(300, answer.usage.input_tokens);
        converse_answer_clear(&answer);
    }
    TEST("its errors are read: by type, or by status")
    {
        static const struct {
            const char *name;
            const char *code;
            enum error_kind kind;
        } errors[] = {
            {"err_body_type", "ValidationException", ERR_DATA},
            {"err_missing_token", "UnrecognizedClientException", ERR_PERM},
            {"err_notready", "ModelNotReadyException", ERR_TEMP},
            {"err_throttle", "ThrottlingException", ERR_TEMP},
        };

        for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
            CHECK_INT(-1, read_canned(errors[i].name, &answer, &err));
            CHECK_STR(errors[i].code, err.code);
            CHECK_INT(errors[i].kind, err.kind);
            converse_answer_clear(&answer);
        }
    }
}

int main(void)
{
    test_requests();
    test_responses();
    return unit_end();
}
