#include <stdlib.h>
#include <string.h>

#include "aws/converse_template.h"
#include "json/json.h"

static void add_string(struct buf *body, const char *text)
{
    json_write_string(body, text, strlen(text));
}

void converse_chat_init(struct converse_chat *chat, const struct converse_template *t)
{
    *chat = (struct converse_chat){.t = t, .start = t->body_len, .version = t->version};
    buf_init(&chat->body, CONVERSE_BODY_BYTES_MAX);
    buf_add(&chat->body, t->body, t->body_len);
}

void converse_chat_clear(struct converse_chat *chat)
{
    buf_clear(&chat->body);
}

static void begin_turn(struct converse_chat *chat, const char *role)
{
    if (chat->body.len > chat->start)
        buf_addc(&chat->body, ',');
    buf_addf(&chat->body, "{\"role\":\"%s\",\"content\":[", role);
}

static void end_turn(struct converse_chat *chat)
{
    buf_adds(&chat->body, "]}");
    if (chat->first_turn == 0)
        chat->first_turn = chat->body.len - chat->start;
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
    add_text_block(&chat->body, text, len);
    end_turn(chat);
}

/* Reasoning that must come back unchanged, or not at all: signed, or readable to the model only. */
static bool is_signed_reasoning(jv block)
{
    jv reasoning = json_get(block, "reasoningContent");
    const char *signature = json_str(json_get(reasoning, "reasoningText"), "signature", NULL);

    return json_has(reasoning, "redactedContent") || (signature != NULL && *signature != '\0');
}

/* What an answer's block says to people or to us: not reasoning, and not blank. */
static bool says_something(jv block)
{
    size_t len;
    const char *text = json_str(block, "text", &len);

    return json_has(block, "toolUse") || (text != NULL && strspn(text, " \t\r\n") < len);
}

static void add_echo(struct buf *body, jv content)
{
    static const char nothing[] = "(no answer)";
    size_t before = body->len;
    bool said = false;

    for (int i = 0; i < json_count(content); i++) {
        jv block = json_at(content, i);

        if (!says_something(block) && !is_signed_reasoning(block))
            continue;
        said = said || says_something(block);
        if (body->len > before)
            buf_addc(body, ',');
        json_write(body, block);
    }
    if (said)
        return;
    if (body->len > before)
        buf_addc(body, ',');
    add_text_block(body, nothing, sizeof(nothing) - 1);
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
    end_turn(chat);
    begin_turn(chat, "user");
    if (add_tool_results(&chat->body, content, complaint) == 0)
        add_text_block(&chat->body, complaint, strlen(complaint));
    end_turn(chat);
}

/* The first turn behind the template as it is now. Later turns spoke of an answer in the old form,
 * which the service takes only together with that form. */
static void start_anew(struct converse_chat *chat)
{
    struct buf old = chat->body;
    size_t old_start = chat->start;
    size_t first_turn = chat->first_turn;

    if (buf_full(&old))
        return;
    converse_chat_init(chat, chat->t);
    buf_add(&chat->body, old.data + old_start, first_turn);
    chat->first_turn = first_turn;
    buf_clear(&old);
}

int converse_chat_request(struct converse_chat *chat, struct http_request *request,
                          struct error *err)
{
    static const struct http_header headers[] = {{"content-type", "application/json"}};

    if (chat->version != chat->t->version)
        start_anew(chat);
    if (buf_adds(&chat->body, "]}") < 0)
        return error_set(err, ERR_DATA, "RequestTooLarge",
                         "the request would be larger than %d bytes", CONVERSE_BODY_BYTES_MAX);
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

bool converse_chat_refused(const struct converse_chat *chat, struct converse_template *t,
                           const struct error *err)
{
    /* another request's refusal changed the template while this one was under way: would that have
     * been its lot, too? */
    if (chat->version != t->version)
        return strcmp(err->code, "ValidationException") == 0 ||
               strcmp(err->code, "AccessDeniedException") == 0;
    if (!converse_shape_give_up(&t->shape, t->settings.max_tokens, err))
        return false;
    converse_template_render(t);
    return true;
}
