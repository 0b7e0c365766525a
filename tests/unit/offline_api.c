/* The operations of the offline stand-in beside the forced tool: other forms of an answer, counting
 * tokens, models, identity. */
#include <stdlib.h>

#include "maki/category.h"
#include "maki/prompt.h"
#include "offline/server.h"
#include "unit.h"
#include "json/json.h"

static struct server *server;
static struct http_response response;

static int call(const char *service, const char *method, const char *path, const char *body)
{
    char text[256];
    char *query;
    struct http_request request = {.service = service, .method = method, .path = text};

    snprintf(text, sizeof(text), "%s", path);
    query = strchr(text, '?');
    if (query != NULL)
        *query++ = '\0';
    request.query = query ? query : "";
    request.body = body;
    request.body_len = body ? strlen(body) : 0;
    server_answer(server, &request, &response);
    return response.status;
}

static int converse(const char *model, const char *body)
{
    char path[128];

    snprintf(path, sizeof(path), "/model/%s/converse", model);
    return call("bedrock-runtime", "POST", path, body);
}

static const char *error_type(void)
{
    const char *type = http_header(&response, "x-amzn-errortype");

    return type ? type : "";
}

/* A request about a case: with what stands before the messages, each ended by a comma. */
static char *ask_case(const char *head)
{
    jv data = jv_parse("{\"subject\":\"429\",\"communications\":[{\"from\":\"customer\",\"body\":"
                       "\"We get ThrottlingException: Rate exceeded.\"}]}");
    struct buf text, body;
    char *result;

    buf_init(&text, 10000);
    buf_init(&body, 20000);
    prompt_fence(&text, "Here it is.", data);
    buf_addf(&body, "{%s\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":", head);
    json_write_string(&body, buf_str(&text), text.len);
    buf_adds(&body, "}]}]}");
    result = buf_take(&body);
    buf_clear(&text);
    jv_free(data);
    return result;
}

/* The JSON in the text of an answer to a case asked that way. */
static jv answer_case(const char *head)
{
    char *body = ask_case(head);
    struct error err;
    jv whole, result;
    const char *text;
    size_t len = 0;

    CHECK_INT(200, converse("us.amazon.nova-micro-v1%3A0", body));
    whole = json_parse(response.body, response.body_len, NULL, &err);
    CHECK_STR("end_turn", json_str(whole, "stopReason", NULL));
    text = json_str(json_at(json_get_path(whole, "output", "message", "content", NULL), 0), "text",
                    &len);
    result = text ? json_parse(text, len, NULL, &err) : jv_invalid();
    jv_free(whole);
    free(body);
    return result;
}

#define SCHEMA(name, schema)                                                                       \
    "\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{"   \
    "\"name\":\"" name "\",\"schema\":\"" schema "\"}}}},"

static void test_forms(void)
{
    TEST("with a JSON schema it answers by JSON in text, and keeps to the schema's categories")
    {
        jv free_choice = answer_case(SCHEMA(PROMPT_TOOL_INSIGHT, "{}"));
        jv bound = answer_case(SCHEMA(PROMPT_TOOL_INSIGHT,
                                      "{\\\"properties\\\":{\\\"category\\\":{\\\"enum\\\":["
                                      "\\\"ice-error\\\",\\\"other\\\"]}}}"));

        CHECK_STR("throttling", json_str(free_choice, "category", NULL));
        CHECK(json_str(bound, "category", NULL) != NULL &&
              strcmp(json_str(bound, "category", NULL), "throttling") != 0);
        jv_free(free_choice);
        jv_free(bound);
    }
    TEST("without tool and schema the system prompt's word is enough")
    {
        jv answer = answer_case("\"system\":[{\"text\":\"Answer as " PROMPT_TOOL_INSIGHT
                                " would be called.\"}],");

        CHECK_STR("throttling", json_str(answer, "category", NULL));
        CHECK(json_str(answer, "suggestion_link", NULL) != NULL);
        jv_free(answer);
    }
    TEST("without a task it answers in words")
    {
        jv answer = answer_case("\"system\":[{\"text\":\"Be kind.\"}],");

        CHECK(!jv_is_valid(answer));
        jv_free(answer);
    }
    TEST("an answer in text that is too long ends somewhere")
    {
        char *body =
            ask_case("\"inferenceConfig\":{\"maxTokens\":3}," SCHEMA(PROMPT_TOOL_INSIGHT, "{}"));

        CHECK_INT(200, converse("offline", body));
        CHECK(strstr(response.body, "\"stopReason\":\"max_tokens\"") != NULL);
        CHECK(strstr(response.body, "{\"text\":\"{\\\"category\\\":\"}") != NULL);
        free(body);
    }
    TEST("a format that is none is refused")
    {
        static const char *const heads[] = {
            "\"outputConfig\":{\"textFormat\":{\"type\":\"xml\"}},",
            "\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\"}},",
            SCHEMA("x", "{"),
            SCHEMA("x", "[]"),
        };

        for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
            char *body = ask_case(heads[i]);

            CHECK_INT(400, converse("offline", body));
            CHECK_STR("ValidationException", error_type());
            free(body);
        }
    }
}

static void test_tokens(void)
{
    TEST("tokens are counted as they are when the request is made")
    {
        char *body = ask_case(SCHEMA(PROMPT_TOOL_INSIGHT, "{}"));
        char *count = malloc(strlen(body) + 40);
        char counted[64], used[64];

        snprintf(count, strlen(body) + 40, "{\"input\":{\"converse\":%s}}", body);
        CHECK_INT(200, call("bedrock-runtime", "POST", "/model/x/count-tokens", count));
        snprintf(counted, sizeof(counted), "%s", response.body);
        CHECK_INT(200, converse("x", body));
        snprintf(used, sizeof(used), "%.*s}",
                 (int)strcspn(strstr(response.body, "\"inputTokens"), ","),
                 strstr(response.body, "\"inputTokens"));
        CHECK_STR(counted + 1, used);
        free(count);
        free(body);
    }
    TEST("what is no request has no tokens")
    {
        static const char *const bodies[] = {"", "{", "[]", "{\"input\":{\"invokeModel\":{}}}",
                                             "{\"input\":{\"converse\":{}}}"};

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            CHECK_INT(400, call("bedrock-runtime", "POST", "/model/x/count-tokens", bodies[i]));
            CHECK_STR("ValidationException", error_type());
        }
    }
}

static void test_models(void)
{
    TEST("offline, any model that could be one answers; what could be none is refused")
    {
        const char *hi = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]}";

        CHECK_INT(200, converse("offline", hi));
        CHECK_INT(200, converse("vendor.new-model-v1%3A0", hi));
        CHECK_INT(400, converse("a%20b", hi));
        CHECK_STR("ValidationException", error_type());
        CHECK_INT(400, converse("a%00b", hi));
    }
    TEST("models and profiles are listed, page by page")
    {
        CHECK_INT(200, call("bedrock", "GET", "/foundation-models?byProvider=Meta", NULL));
        CHECK(strstr(response.body, "meta.llama3-1") != NULL);
        CHECK(strstr(response.body, "amazon.nova") == NULL);
        CHECK_INT(200,
                  call("bedrock", "GET", "/inference-profiles?maxResults=1&nextToken=1", NULL));
        CHECK(strstr(response.body, "us.amazon.nova-lite-v1:0") != NULL);
        CHECK(strstr(response.body, "\"nextToken\":\"2\"") != NULL);
        CHECK_INT(400, call("bedrock", "GET", "/inference-profiles?maxResults=0", NULL));
        CHECK_INT(200,
                  call("bedrock", "GET", "/inference-profiles/us.amazon.nova-pro-v1%3A0", NULL));
        CHECK_INT(404,
                  call("bedrock", "GET", "/inference-profiles/eu.amazon.nova-pro-v1%3A0", NULL));
        CHECK_STR("ResourceNotFoundException", error_type());
        CHECK_INT(200, call("bedrock", "GET",
                            "/foundation-model-availability/amazon.nova-micro-v1%3A0", NULL));
        CHECK(strstr(response.body, "\"authorizationStatus\":\"AUTHORIZED\"") != NULL);
    }
    TEST("an operation belongs to its service and method")
    {
        CHECK_INT(404, call("bedrock-runtime", "GET", "/foundation-models", NULL));
        CHECK_INT(404, call("bedrock", "POST", "/foundation-models", "{}"));
        CHECK_STR("UnknownOperationException", error_type());
    }
}

static void test_identity(void)
{
    TEST("STS tells the account")
    {
        CHECK_INT(200, call("sts", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15"));
        CHECK(strstr(response.body, "<Account>111122223333</Account>") != NULL);
        CHECK_INT(400, call("sts", "POST", "/", "Action=GetCallerIdentit&Version=2011-06-15"));
        CHECK(strstr(response.body, "<Code>InvalidAction</Code>") != NULL);
        CHECK_INT(400, call("sts", "POST", "/", NULL));
    }
}

int main(void)
{
    struct category_set categories = {0};
    struct error err;

    if (category_set_load(&categories, NULL, &err) < 0) {
        printf("Bail out! %s\n", err.message);
        return 1;
    }
    server = server_new(&(struct server_options){.categories = &categories});
    test_forms();
    test_tokens();
    test_models();
    test_identity();
    server_free(server);
    category_set_clear(&categories);
    return unit_end();
}
