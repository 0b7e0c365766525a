#ifndef MAKI_AWS_CONVERSE_H
#define MAKI_AWS_CONVERSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"
#include "json/json.h"

/* Bedrock's Converse operation: POST /model/{modelId}/converse. */

struct converse_settings {
    const char *model_id; /* model or inference profile id, or ARN */
    double temperature;
    double top_p;
    int64_t max_tokens;
};

/*
 * The part of a request that stays the same from record to record, rendered once: model, system
 * prompt, inference configuration, and a tool that the model is forced to call.
 */
struct converse_template;

struct converse_tool {
    const char *name;
    const char *description;
    const char *input_schema; /* JSON Schema as JSON text */
};

/* Copies all it is given. Free with converse_template_free. */
struct converse_template *converse_template_new(const struct converse_settings *settings,
                                                const char *system_text,
                                                const struct converse_tool *tool);
void converse_template_free(struct converse_template *t);
const char *converse_template_model(const struct converse_template *t);
const char *converse_template_tool(const struct converse_template *t);

/* Bytes of a request before its first message, for estimates. */
size_t converse_template_size(const struct converse_template *t);

/* A conversation under construction; init it, add turns, make the request. */
struct converse_chat {
    const struct converse_template *t;
    struct buf body; /* the request's body up to the last turn */
};

/* `t` must outlive the chat. */
void converse_chat_init(struct converse_chat *chat, const struct converse_template *t);
void converse_chat_clear(struct converse_chat *chat);

/* A user turn of text. */
void converse_chat_user(struct converse_chat *chat, const char *text, size_t len);

/*
 * Give the model's own answer back to it (borrowed: `output.message` of its response), followed by
 * a user turn that says what is wrong with it: as a tool result with status error for each call of
 * a tool, else as text.
 */
void converse_chat_object(struct converse_chat *chat, jv message, const char *complaint);

/* The finished request; it borrows from the chat and its template. -1 with ERR_DATA when the body
 * has grown too large. */
int converse_chat_request(struct converse_chat *chat, struct http_request *request,
                          struct error *err);

struct converse_usage {
    int64_t input_tokens;
    int64_t output_tokens;
    int64_t cache_read_tokens;
    int64_t cache_write_tokens;
};

struct converse_answer {
    jv message; /* output.message */
    jv input;   /* the tool's input; jv_invalid() where the model did not call it */
    char *text; /* the text blocks, joined; may be empty */
    char stop_reason[40];
    struct converse_usage usage;
};

/*
 * Read a response. 0: an answer that may be used. -1: an error response, no JSON, or a stopReason
 * that makes it no result (max_tokens, guardrail_intervened, …); answer->usage is then set as far
 * as it is known. Clear the answer in both cases.
 */
int converse_answer_read(struct converse_answer *answer, const struct http_response *response,
                         struct error *err);
void converse_answer_clear(struct converse_answer *answer);

#endif
