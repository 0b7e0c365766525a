#include <stdlib.h>
#include <string.h>

#include "aws/converse_hint.h"
#include "aws/converse_template.h"
#include "aws/service_error.h"
#include "json/json.h"

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

    buf_init(&text, CONVERSE_BODY_BYTES_MAX);
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

static int refuse(struct converse_answer *answer, struct error *err)
{
    answer->malformed = strncmp(answer->stop_reason, "malformed_", 10) == 0;
    return error_set(err, ERR_DATA, "UnusableAnswer",
                     "the model stopped with %s: the answer is not a result; %s",
                     answer->stop_reason, converse_hint_stop(answer->stop_reason));
}

static int read_error(const struct http_response *response, struct error *err)
{
    service_error_read(response, err);
    converse_hint_add(err);
    return -1;
}

int converse_answer_read(struct converse_answer *answer, const struct http_response *response,
                         struct error *err)
{
    jv body;
    const char *reason;

    *answer = (struct converse_answer){.message = jv_invalid(), .input = jv_invalid()};
    if (response->status != 200)
        return read_error(response, err);
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
    if (!is_usable(answer->stop_reason) && reason != NULL)
        return refuse(answer, err);
    if (!json_is(answer->message, JV_KIND_OBJECT))
        return error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                         "the response has no output.message");
    if (!is_usable(answer->stop_reason))
        return refuse(answer, err);
    read_content(answer);
    return 0;
}

void converse_answer_clear(struct converse_answer *answer)
{
    jv_free(answer->message);
    jv_free(answer->input);
    free(answer->text);
}
