#include "aws/converse.h"

#include <stdlib.h>
#include <string.h>

#include "aws/service_error.h"
#include "base/mem.h"
#include "base/uri.h"
#include "json/json.h"

/* A template holds a system prompt of at most 4 MB, whose characters may take six bytes each once
 * they are escaped. */
enum { BODY_BYTES_MAX = 32 << 20, TEMPLATE_BYTES_MAX = 32 << 20 };

struct converse_template {
    char *model_id;
    char *path;
    char *tool_name;
    char *body; /* the constant members and "messages":[ */
    size_t body_len;
};

static char *make_path(const char *model_id)
{
    struct buf path;

    buf_init(&path, 3 * strlen(model_id) + 64);
    buf_adds(&path, "/model/");
    uri_encode(&path, model_id, strlen(model_id), "");
    buf_adds(&path, "/converse");
    return buf_take(&path);
}

static void add_string(struct buf *body, const char *text)
{
    json_write_string(body, text, strlen(text));
}

struct converse_template *converse_template_new(const struct converse_settings *settings,
                                                const char *system_text,
                                                const struct converse_tool *tool)
{
    struct converse_template *t = mem_calloc(1, sizeof(*t));
    struct buf body;

    buf_init(&body, TEMPLATE_BYTES_MAX);
    buf_addf(&body,
             "{\"inferenceConfig\":{\"maxTokens\":%lld,\"temperature\":%.6g,\"topP\":%.6g},"
             "\"system\":[{\"text\":",
             (long long)settings->max_tokens, settings->temperature, settings->top_p);
    add_string(&body, system_text);
    buf_adds(&body, "}],\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":");
    add_string(&body, tool->name);
    buf_adds(&body, ",\"description\":");
    add_string(&body, tool->description);
    buf_addf(&body, ",\"inputSchema\":{\"json\":%s}}}],\"toolChoice\":{\"tool\":{\"name\":",
             tool->input_schema);
    add_string(&body, tool->name);
    buf_adds(&body, "}}},\"messages\":[");
    t->model_id = mem_strdup(settings->model_id);
    t->tool_name = mem_strdup(tool->name);
    t->path = make_path(settings->model_id);
    t->body_len = body.len;
    t->body = buf_take(&body);
    return t;
}

void converse_template_free(struct converse_template *t)
{
    if (t == NULL)
        return;
    free(t->model_id);
    free(t->tool_name);
    free(t->path);
    free(t->body);
    free(t);
}

const char *converse_template_model(const struct converse_template *t)
{
    return t->model_id;
}

const char *converse_template_tool(const struct converse_template *t)
{
    return t->tool_name;
}

size_t converse_template_size(const struct converse_template *t)
{
    return t->body_len;
}

void converse_chat_init(struct converse_chat *chat, const struct converse_template *t)
{
    chat->t = t;
    buf_init(&chat->body, BODY_BYTES_MAX);
    buf_add(&chat->body, t->body, t->body_len);
}

void converse_chat_clear(struct converse_chat *chat)
{
    buf_clear(&chat->body);
}

static void begin_turn(struct converse_chat *chat, const char *role)
{
    if (chat->body.len > chat->t->body_len)
        buf_addc(&chat->body, ',');
    buf_addf(&chat->body, "{\"role\":\"%s\",\"content\":", role);
}

static void add_text_block(struct buf *body, const char *text, size_t len)
{
    buf_adds(body, "{\"text\":");
    json_write_string(body, text, len);
    buf_addc(body, '}');
}

void converse_chat_user(struct converse_chat *chat, const char *text, size_t len)
{
    begin_turn(chat, "user");
    buf_addc(&chat->body, '[');
    add_text_block(&chat->body, text, len);
    buf_adds(&chat->body, "]}");
}

static bool is_blank_text(jv block)
{
    size_t len;
    const char *text = json_str(block, "text", &len);

    return text != NULL && strspn(text, " \t\r\n") == len;
}

/* The answer as it may be sent back: models give blank and empty content, but the service refuses
 * it. */
static void add_echo(struct buf *body, jv content)
{
    static const char nothing[] = "(no answer)";
    int blocks = 0;

    buf_addc(body, '[');
    for (int i = 0; i < json_count(content); i++) {
        if (is_blank_text(json_at(content, i)))
            continue;
        if (blocks++ > 0)
            buf_addc(body, ',');
        json_write(body, json_at(content, i));
    }
    if (blocks == 0)
        add_text_block(body, nothing, sizeof(nothing) - 1);
    buf_adds(body, "]}");
}

/* One result for each tool call in the content, as the service demands: how many there are. */
static int add_tool_results(struct buf *body, jv content, const char *complaint)
{
    int results = 0;

    for (int i = 0; i < json_count(content); i++) {
        const char *id = json_str(json_get(json_at(content, i), "toolUse"), "toolUseId", NULL);

        if (id == NULL)
            continue;
        if (results++ > 0)
            buf_addc(body, ',');
        buf_adds(body, "{\"toolResult\":{\"toolUseId\":");
        add_string(body, id);
        buf_adds(body, ",\"content\":[{\"text\":");
        add_string(body, complaint);
        buf_adds(body, "}],\"status\":\"error\"}}");
    }
    return results;
}

void converse_chat_object(struct converse_chat *chat, jv message, const char *complaint)
{
    jv content = json_get(message, "content");

    begin_turn(chat, "assistant");
    add_echo(&chat->body, content);
    begin_turn(chat, "user");
    buf_addc(&chat->body, '[');
    if (add_tool_results(&chat->body, content, complaint) == 0)
        add_text_block(&chat->body, complaint, strlen(complaint));
    buf_adds(&chat->body, "]}");
}

int converse_chat_request(struct converse_chat *chat, struct http_request *request,
                          struct error *err)
{
    static const struct http_header headers[] = {{"content-type", "application/json"}};

    if (buf_adds(&chat->body, "]}") < 0)
        return error_set(err, ERR_DATA, "RequestTooLarge",
                         "the request would be larger than %d bytes", BODY_BYTES_MAX);
    /* the closing brackets stay behind the counted length, so that further turns can follow */
    *request = (struct http_request){
        .service = "bedrock-runtime",
        .method = "POST",
        .path = chat->t->path,
        .query = "",
        .headers = headers,
        .header_count = sizeof(headers) / sizeof(headers[0]),
        .body = chat->body.data,
        .body_len = chat->body.len,
    };
    chat->body.len -= 2;
    return 0;
}

static void read_usage(struct converse_usage *usage, jv body)
{
    jv object = json_get(body, "usage");

    usage->input_tokens = json_int(object, "inputTokens", 0);
    usage->output_tokens = json_int(object, "outputTokens", 0);
    usage->cache_read_tokens = json_int(object, "cacheReadInputTokens", 0);
    usage->cache_write_tokens = json_int(object, "cacheWriteInputTokens", 0);
}

static void read_content(struct converse_answer *answer)
{
    jv content = json_get(answer->message, "content");
    struct buf text;

    buf_init(&text, BODY_BYTES_MAX);
    for (int i = 0; i < json_count(content); i++) {
        jv block = json_at(content, i);
        jv input = json_get_path(block, "toolUse", "input", NULL);
        size_t len;
        const char *part = json_str(block, "text", &len);

        if (part != NULL)
            buf_add(&text, part, len);
        if (jv_is_valid(input) && !jv_is_valid(answer->input))
            answer->input = jv_copy(input);
    }
    answer->text = buf_take(&text);
}

/* Reasons other than these mean that the answer is cut, was withheld or is malformed: not a result.
 */
static bool is_usable(const char *stop_reason)
{
    return strcmp(stop_reason, "end_turn") == 0 || strcmp(stop_reason, "tool_use") == 0 ||
           strcmp(stop_reason, "stop_sequence") == 0;
}

int converse_answer_read(struct converse_answer *answer, const struct http_response *response,
                         struct error *err)
{
    jv body;
    const char *reason;

    *answer = (struct converse_answer){.message = jv_invalid(), .input = jv_invalid()};
    if (response->status != 200)
        return service_error_read(response, err);
    body = json_parse(response->body, response->body_len, NULL, err);
    if (!jv_is_valid(body)) {
        err->kind = ERR_UNAVAILABLE;
        return error_prefix(err, "the model's response");
    }
    read_usage(&answer->usage, body);
    answer->message = jv_copy(json_get_path(body, "output", "message", NULL));
    reason = json_str(body, "stopReason", NULL);
    strncpy(answer->stop_reason, reason ? reason : "(none)", sizeof(answer->stop_reason) - 1);
    jv_free(body);
    if (!json_is(answer->message, JV_KIND_OBJECT))
        return error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                         "the response has no output.message");
    if (!is_usable(answer->stop_reason))
        return error_set(
            err, ERR_DATA, "UnusableAnswer",
            "the model stopped with %s: the answer is not a result%s", answer->stop_reason,
            strcmp(answer->stop_reason, "max_tokens") == 0 ? "; allow more with --max-tokens" : "");
    read_content(answer);
    return 0;
}

void converse_answer_clear(struct converse_answer *answer)
{
    jv_free(answer->message);
    jv_free(answer->input);
    free(answer->text);
}
