#include "offline/chat.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "maki/prompt.h"
#include "offline/generate.h"
#include "offline/insight.h"
#include "offline/narrate.h"
#include "offline/request.h"
#include "json/json.h"

enum { ANSWER_BYTES_MAX = 16 << 20, BYTES_PER_TOKEN = 4 };

struct chat {
    const struct category_set *categories;
    struct request_reader *reader;
    struct insight_model *model; /* made when the first case comes: start-up stays quick */
    struct buf answer;           /* a tool's input, or the text */
};

struct chat *chat_new(const struct category_set *categories)
{
    struct chat *c = mem_calloc(1, sizeof(*c));

    c->categories = categories;
    c->reader = request_reader_new();
    buf_init(&c->answer, ANSWER_BYTES_MAX);
    return c;
}

void chat_free(struct chat *c)
{
    if (c == NULL)
        return;
    request_reader_free(c->reader);
    insight_model_free(c->model);
    buf_clear(&c->answer);
    free(c);
}

/* What the conversation asks for, done by whom that task belongs to; without a task, or for data
 * that is none, -1. */
static int run_task(struct chat *c, const struct request *request, jv *input)
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
        if (c->model == NULL)
            c->model = insight_model_new(c->categories);
        status = insight_model_answer(c->model, data, request->head->categories, input);
    } else if (json_is(data, JV_KIND_OBJECT) && strcmp(tool, PROMPT_TOOL_CASE) == 0) {
        status = offline_generate(c->categories, data, input, &ignored);
    } else if (json_is(data, JV_KIND_OBJECT) && strcmp(tool, PROMPT_TOOL_SUMMARY) == 0) {
        status = offline_narrate(c->categories, data, input, &ignored);
    }
    jv_free(data);
    return status;
}

/* The call's id comes from its input (FNV-1a), so that the same request gets the same bytes. */
static void add_tool_use(struct buf *out, const struct buf *input, const char *tool)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < input->len; i++)
        hash = (hash ^ (unsigned char)input->data[i]) * UINT64_C(0x100000001b3);
    buf_addf(out, "{\"toolUse\":{\"toolUseId\":\"tooluse_offline_%016" PRIx64 "\",\"name\":", hash);
    json_write_string(out, tool, strlen(tool));
    buf_adds(out, ",\"input\":");
    buf_add(out, input->data, input->len);
    buf_adds(out, "}}");
}

/* A real small model would chat here; this one says what it is. */
static const char refusal[] = "I am an offline stand-in, not a language model. I can only do "
                              "the tasks " PROMPT_TOOL_INSIGHT ", " PROMPT_TOOL_CASE
                              " and " PROMPT_TOOL_SUMMARY ", on data between data markers.";

static int64_t count_input(const struct request *request)
{
    size_t bytes = request->head->text_bytes + request_text_bytes(request->messages);

    return (int64_t)bytes / BYTES_PER_TOKEN + 1;
}

/*
 * An answer that is longer than maxTokens is cut as Bedrock cuts it: a tool call stays without its
 * input, a text ends somewhere.
 */
static bool cut_answer(struct buf *answer, const struct request *request, bool call,
                       int64_t *tokens)
{
    int64_t max = request->head->max_tokens;

    *tokens = (int64_t)answer->len / BYTES_PER_TOKEN + 1;
    if (max == 0 || *tokens <= max)
        return false;
    *tokens = max;
    if (call) {
        buf_reset(answer);
        buf_adds(answer, "{}");
    } else {
        buf_truncate(answer, utf8_clip(answer->data, answer->len, (size_t)max * BYTES_PER_TOKEN));
    }
    return true;
}

static struct chat_usage answer_converse(struct chat *c, const struct request *request,
                                         struct buf *out)
{
    struct chat_usage usage = {.input_tokens = count_input(request)};
    bool call = false;
    bool cut;
    jv input;

    buf_reset(&c->answer);
    if (run_task(c, request, &input) == 0) {
        call = request->head->form == REQUEST_CALL;
        json_write(&c->answer, input);
    } else {
        buf_adds(&c->answer, refusal);
    }
    jv_free(input);
    cut = cut_answer(&c->answer, request, call, &usage.output_tokens);
    buf_adds(out, "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[");
    if (call) {
        add_tool_use(out, &c->answer, request->head->tool);
    } else {
        buf_adds(out, "{\"text\":");
        json_write_string(out, buf_str(&c->answer), c->answer.len);
        buf_addc(out, '}');
    }
    buf_addf(out, "]}},\"stopReason\":\"%s\",",
             cut    ? "max_tokens"
             : call ? "tool_use"
                    : "end_turn");
    buf_addf(out,
             "\"usage\":{\"inputTokens\":%" PRId64 ",\"outputTokens\":%" PRId64
             ",\"totalTokens\":%" PRId64 ",\"cacheReadInputTokens\":0,\"cacheWriteInputTokens\":0},"
             "\"metrics\":{\"latencyMs\":0}}",
             usage.input_tokens, usage.output_tokens, usage.input_tokens + usage.output_tokens);
    return usage;
}

struct chat_usage chat_converse(struct chat *c, const char *body, size_t len, struct reply *reply)
{
    struct chat_usage usage = {0, 0};
    struct request request;
    struct error err;

    if (request_read(c->reader, body, len, &request, &err) < 0) {
        reply_error(reply, 400, "ValidationException", "%s", err.message);
        return usage;
    }
    usage = answer_converse(c, &request, &reply->body);
    jv_free(request.messages);
    if (buf_full(&reply->body) || buf_full(&c->answer))
        reply_error(reply, 500, "InternalServerException", "the answer is too long");
    return usage;
}

/* The count of a Converse request, as it would be for sending it; -1 for what Bedrock refuses. */
static int64_t count_request(struct chat *c, jv converse, struct error *err)
{
    struct request request;
    struct buf body;
    int64_t count = -1;

    buf_init(&body, REQUEST_BYTES_MAX);
    json_write(&body, converse);
    if (request_read(c->reader, buf_str(&body), body.len, &request, err) == 0) {
        count = count_input(&request);
        jv_free(request.messages);
    }
    buf_clear(&body);
    return count;
}

void chat_count_tokens(struct chat *c, const char *body, size_t len, struct reply *reply)
{
    struct error err;
    jv value = json_parse(body, len, NULL, &err);
    jv converse = json_get_path(value, "input", "converse", NULL);
    int64_t count;

    error_clear(&err);
    if (!json_is(converse, JV_KIND_OBJECT)) {
        reply_error(reply, 400, "ValidationException",
                    "input.converse: only Converse requests are counted here");
    } else if ((count = count_request(c, converse, &err)) < 0) {
        reply_error(reply, 400, "ValidationException", "%s", err.message);
    } else {
        buf_addf(&reply->body, "{\"inputTokens\":%" PRId64 "}", count);
    }
    jv_free(value);
}
