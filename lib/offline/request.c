#include "offline/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/prompt.h"
#include "offline/member.h"
#include "offline/request_head.h"
#include "json/json.h"

struct request_reader {
    struct request_head head;
    char *start; /* the last body up to the value of its "messages" */
    size_t start_len;
    char *end; /* and what stood behind that value */
    size_t end_len;
};

static int invalid(struct error *err, const char *message)
{
    return error_set(err, ERR_DATA, "ValidationException", "%s", message);
}

struct request_reader *request_reader_new(void)
{
    struct request_reader *reader = mem_calloc(1, sizeof(*reader));

    reader->head.categories = jv_invalid();
    return reader;
}

static void forget_head(struct request_reader *reader)
{
    free(reader->start);
    free(reader->end);
    request_head_clear(&reader->head);
    *reader = (struct request_reader){.head.categories = jv_invalid()};
}

void request_reader_free(struct request_reader *reader)
{
    if (reader == NULL)
        return;
    forget_head(reader);
    free(reader);
}

static int fail_content(struct error *err, int message, int block, const char *what)
{
    return error_set(err, ERR_DATA, "ValidationException", "messages.%d.content.%d: %s", message,
                     block, what);
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL)
            return false;
    }
    return true;
}

static int check_block(jv block, int message, int index, struct error *err)
{
    size_t len = 0;
    const char *text = json_str(block, "text", &len);

    if (text != NULL && is_blank(text, len))
        return fail_content(
            err, message, index,
            "The text field in the ContentBlock object is blank. Add text to the text "
            "field, and try again.");
    if (text != NULL || json_has(block, "toolUse") || json_has(block, "cachePoint"))
        return 0;
    if (json_has(block, "toolResult") &&
        json_str(json_get(block, "toolResult"), "toolUseId", NULL) != NULL)
        return 0;
    return fail_content(err, message, index, "a ContentBlock that this model does not support");
}

static int check_message(jv message, int index, struct error *err)
{
    const char *role = json_str(message, "role", NULL);
    jv content = json_get(message, "content");

    if (role == NULL || strcmp(role, index % 2 == 0 ? "user" : "assistant") != 0)
        return invalid(
            err,
            index == 0
                ? "A conversation must start with a user message. Try again with a conversation "
                  "that "
                  "starts with a user message."
                : "A conversation must alternate between user and assistant roles. Make sure the "
                  "conversation alternates between user and assistant roles and try again.");
    if (json_count(content) == 0)
        return error_set(err, ERR_DATA, "ValidationException",
                         "The content field in the Message object at messages.%d is empty. Add a "
                         "ContentBlock object to the "
                         "content field and try again.",
                         index);
    for (int i = 0; i < json_count(content); i++) {
        if (check_block(json_at(content, i), index, i, err) < 0)
            return -1;
    }
    return 0;
}

static int check_messages(jv messages, struct error *err)
{
    int count = json_count(messages);

    if (count == 0)
        return invalid(
            err,
            "Value at 'messages' failed to satisfy constraint: Member must not be null or empty");
    for (int i = 0; i < count; i++) {
        if (check_message(json_at(messages, i), i, err) < 0)
            return -1;
    }
    return count % 2 == 1 ? 0 : invalid(err, "A conversation must end with a user message.");
}

/* The messages of a body whose head is known: parsed alone. jv_invalid() if the body is another
 * one. */
static jv read_known(const struct request_reader *reader, const char *body, size_t len)
{
    size_t around = reader->start_len + reader->end_len;
    struct error ignored;

    if (reader->start == NULL || len <= around ||
        memcmp(body, reader->start, reader->start_len) != 0 ||
        memcmp(body + len - reader->end_len, reader->end, reader->end_len) != 0)
        return jv_invalid();
    return json_parse(body + reader->start_len, len - around, NULL, &ignored);
}

/* Parse the whole body and remember its head. */
static jv read_whole(struct request_reader *reader, const char *body, size_t len, struct error *err)
{
    struct member_place place;
    struct error why;
    jv value;
    jv messages;

    forget_head(reader);
    error_clear(&why);
    value = json_parse(body, len, NULL, &why);
    if (!json_is(value, JV_KIND_OBJECT)) {
        jv_free(value);
        error_set(err, ERR_DATA, "ValidationException", "The request body is no JSON object: %s",
                  why.kind == ERR_NONE ? "another value" : why.message);
        return jv_invalid();
    }
    messages = jv_copy(json_get(value, "messages"));
    if (request_head_read(&reader->head, value, err) < 0) {
        jv_free(messages);
        messages = jv_invalid();
    } else if (!jv_is_valid(messages)) {
        check_messages(messages, err); /* says so */
    } else if (member_find(body, len, "messages", &place)) {
        reader->start_len = place.start;
        reader->start = mem_dup(body, place.start);
        reader->end_len = len - place.end;
        reader->end = mem_dup(body + place.end, reader->end_len);
    }
    jv_free(value);
    return messages;
}

int request_read(struct request_reader *reader, const char *body, size_t len,
                 struct request *request, struct error *err)
{
    if (len > REQUEST_BYTES_MAX)
        return invalid(err, "Input is too long for requested model.");
    request->messages = read_known(reader, body, len);
    if (!jv_is_valid(request->messages)) {
        jv_free(request->messages);
        request->messages = read_whole(reader, body, len, err);
        if (!jv_is_valid(request->messages))
            return -1;
    }
    request->head = &reader->head;
    if (check_messages(request->messages, err) < 0) {
        jv_free(request->messages);
        return -1;
    }
    return 0;
}

/* The data in a message; jv_invalid() if there is none. */
static jv message_data(jv message)
{
    jv content = json_get(message, "content");

    for (int i = 0; i < json_count(content); i++) {
        size_t len = 0;
        size_t data_len = 0;
        struct error ignored;
        const char *text = json_str(json_at(content, i), "text", &len);
        const char *data = text ? prompt_unfence(text, len, &data_len) : NULL;

        if (data != NULL)
            return json_parse(data, data_len, NULL, &ignored);
    }
    return jv_invalid();
}

jv request_data(const struct request *request)
{
    jv data = message_data(json_at(request->messages, json_count(request->messages) - 1));

    if (jv_is_valid(data))
        return data;
    jv_free(data);
    return message_data(json_at(request->messages, 0));
}

size_t request_text_bytes(jv messages)
{
    size_t len = 0;

    for (int i = 0; i < json_count(messages); i++)
        len += request_string_bytes(json_get(json_at(messages, i), "content"));
    return len;
}
