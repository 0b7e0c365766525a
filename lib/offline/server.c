#include "offline/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "maki/prompt.h"
#include "offline/generate.h"
#include "offline/insight.h"
#include "offline/narrate.h"
#include "offline/request.h"
#include "json/json.h"

enum { ANSWER_BYTES_MAX = 16 << 20, BYTES_PER_TOKEN = 4 };

struct server {
    const struct category_set *categories;
    struct request_reader *reader;
    struct insight_model *model; /* made when the first case comes: start-up stays quick */
    struct buf body;
    struct buf input; /* a tool's input, before it is known whether it fits */
    char id[40];
    unsigned long long answered;
    struct http_header headers[3];
};

struct server *server_new(const struct category_set *categories)
{
    struct server *s = mem_calloc(1, sizeof(*s));

    s->categories = categories;
    s->reader = request_reader_new();
    buf_init(&s->body, 2 * ANSWER_BYTES_MAX);
    buf_init(&s->input, ANSWER_BYTES_MAX);
    return s;
}

void server_free(struct server *s)
{
    if (s == NULL)
        return;
    request_reader_free(s->reader);
    insight_model_free(s->model);
    buf_clear(&s->body);
    buf_clear(&s->input);
    free(s);
}

static void answer_error(struct server *s, struct http_response *response, int status,
                         const char *type, const char *message)
{
    s->headers[2] = (struct http_header){"x-amzn-errortype", type};
    response->header_count = 3;
    response->status = status;
    buf_reset(&s->body);
    buf_adds(&s->body, "{\"message\":");
    json_write_string(&s->body, message, strlen(message));
    buf_addc(&s->body, '}');
}

/* What the conversation asks for, done by whom that task belongs to; without a task, or for data
 * that is none, -1. */
static int run_task(struct server *s, const struct request *request, jv *input)
{
    const char *tool = request->head->tool;
    struct error ignored;
    jv data;
    int status = -1;

    *input = jv_invalid();
    if (tool == NULL)
        return -1;
    data = request_data(request);
    if (json_is(data, JV_KIND_OBJECT) && strcmp(tool, PROMPT_TOOL_INSIGHT) == 0) {
        if (s->model == NULL)
            s->model = insight_model_new(s->categories);
        status = insight_model_answer(s->model, data, request->head->categories, input);
    } else if (json_is(data, JV_KIND_OBJECT) && strcmp(tool, PROMPT_TOOL_CASE) == 0) {
        status = offline_generate(s->categories, data, input, &ignored);
    } else if (json_is(data, JV_KIND_OBJECT) && strcmp(tool, PROMPT_TOOL_SUMMARY) == 0) {
        status = offline_narrate(s->categories, data, input, &ignored);
    }
    jv_free(data);
    return status;
}

/* The call's id comes from its input (FNV-1a), so that the same request gets the same bytes. */
static void add_tool_use(struct server *s, const char *tool)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < s->input.len; i++)
        hash = (hash ^ (unsigned char)s->input.data[i]) * UINT64_C(0x100000001b3);
    buf_addf(&s->body,
             "{\"toolUse\":{\"toolUseId\":\"tooluse_offline_%016" PRIx64 "\",\"name\":", hash);
    json_write_string(&s->body, tool, strlen(tool));
    buf_adds(&s->body, ",\"input\":");
    buf_add(&s->body, s->input.data, s->input.len);
    buf_adds(&s->body, "}}");
}

/* A real small model would chat here; this one says what it is. */
static void set_refusal(struct server *s)
{
    static const char text[] = "I am an offline stand-in, not a language model. I can only call "
                               "the tools " PROMPT_TOOL_INSIGHT ", " PROMPT_TOOL_CASE
                               " and " PROMPT_TOOL_SUMMARY ", on data between data markers.";

    buf_reset(&s->input);
    buf_adds(&s->input, "{\"text\":");
    json_write_string(&s->input, text, sizeof(text) - 1);
    buf_addc(&s->input, '}');
}

static void add_usage(struct server *s, const struct request *request, int64_t output_tokens)
{
    size_t bytes = request->head->text_bytes + request_text_bytes(request->messages);
    int64_t input_tokens = (int64_t)bytes / BYTES_PER_TOKEN + 1;

    buf_addf(&s->body,
             "\"usage\":{\"inputTokens\":%" PRId64 ",\"outputTokens\":%" PRId64
             ",\"totalTokens\":%" PRId64 ",\"cacheReadInputTokens\":0,\"cacheWriteInputTokens\":0},"
             "\"metrics\":{\"latencyMs\":0}}",
             input_tokens, output_tokens, input_tokens + output_tokens);
}

/*
 * The answer in Converse's shape. One that is longer than maxTokens is cut as Bedrock cuts it: the
 * tool call stays without its input.
 */
static void answer_converse(struct server *s, const struct request *request)
{
    jv input;
    bool called;
    bool cut;
    int64_t tokens;

    buf_reset(&s->input);
    called = run_task(s, request, &input) == 0;
    if (called)
        json_write(&s->input, input);
    else
        set_refusal(s);
    jv_free(input);
    tokens = (int64_t)s->input.len / BYTES_PER_TOKEN + 1;
    cut = request->head->max_tokens > 0 && tokens > request->head->max_tokens;
    if (cut) {
        tokens = request->head->max_tokens;
        buf_reset(&s->input);
        buf_adds(&s->input, called ? "{}" : "{\"text\":\"I\"}");
    }
    buf_reset(&s->body);
    buf_adds(&s->body, "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[");
    if (called)
        add_tool_use(s, request->head->tool);
    else
        buf_add(&s->body, s->input.data, s->input.len);
    buf_addf(&s->body, "]}},\"stopReason\":\"%s\",",
             cut      ? "max_tokens"
             : called ? "tool_use"
                      : "end_turn");
    add_usage(s, request, tokens);
}

/* "/model/<id>/converse" with one non-empty segment for the id. */
static bool is_converse_path(const char *path)
{
    static const char start[] = "/model/";
    const char *slash;

    if (strncmp(path, start, sizeof(start) - 1) != 0)
        return false;
    path += sizeof(start) - 1;
    slash = strchr(path, '/');
    return slash != NULL && slash > path && strcmp(slash, "/converse") == 0;
}

static void answer_bedrock(struct server *s, const struct http_request *http,
                           struct http_response *response)
{
    struct request request;
    struct error err;

    error_clear(&err);
    if (strcmp(http->method, "POST") != 0 || strcmp(http->service, "bedrock-runtime") != 0 ||
        !is_converse_path(http->path)) {
        answer_error(s, response, 404, "UnknownOperationException",
                     "the offline stand-in knows only POST /model/{id}/converse");
        return;
    }
    if (request_read(s->reader, http->body ? http->body : "", http->body_len, &request, &err) < 0) {
        answer_error(s, response, 400, "ValidationException", err.message);
        return;
    }
    answer_converse(s, &request);
    jv_free(request.messages);
    if (buf_full(&s->body) || buf_full(&s->input))
        answer_error(s, response, 500, "InternalServerException", "the answer is too long");
}

void server_answer(struct server *s, const struct http_request *http,
                   struct http_response *response)
{
    snprintf(s->id, sizeof(s->id), "offline-%llu", ++s->answered);
    s->headers[0] = (struct http_header){"content-type", "application/json"};
    s->headers[1] = (struct http_header){"x-amzn-requestid", s->id};
    *response = (struct http_response){
        .status = 200, .headers = s->headers, .header_count = 2, .attempts = 1};
    answer_bedrock(s, http, response);
    response->body = buf_str(&s->body);
    response->body_len = s->body.len;
}
