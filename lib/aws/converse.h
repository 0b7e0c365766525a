#ifndef MAKI_AWS_CONVERSE_H
#define MAKI_AWS_CONVERSE_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/converse_shape.h"
#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"
#include "json/json.h"

/* Bedrock's Converse operation: POST /model/{modelId}/converse. */

struct converse_settings {
    const char *model_id;    /* model or inference profile id, or ARN */
    double temperature;      /* negative: the model's own */
    double top_p;            /* negative: the model's own */
    int64_t max_tokens;      /* 0: the model's own */
    enum converse_form form; /* CONVERSE_AUTO: by the model's id */
    bool no_cache_point;     /* also for models that take one: batch jobs do not */
    const char *members;     /* a JSON object whose members are added to each request, or replace
                                ours: {"serviceTier":{"type":"flex"}}; NULL for none */
};

/*
 * The part of a request that stays the same from record to record, rendered once: model, system
 * prompt, inference configuration, and how the answer's structure is asked for: by a tool that the
 * model is forced to call, by a JSON Schema for its text, or in words at the end of the system
 * prompt.
 */
struct converse_template;

struct converse_tool {
    const char *name; /* also the schema's name */
    const char *description;
    const char *input_schema; /* JSON Schema as JSON text */
};

/*
 * What stands between the words and the JSON Schema, which end the system prompt where structure is
 * asked for in text. Before it come the tool's name and description.
 */
#define CONVERSE_SCHEMA_FOLLOWS "\nIts JSON Schema:\n"

/* Copies all it is given; a `tool` of NULL asks for no structure, a `system_prompt` of NULL for no
 * system prompt. Free with converse_template_free. */
struct converse_template *converse_template_new(const struct converse_settings *settings,
                                                const char *system_prompt,
                                                const struct converse_tool *tool);
void converse_template_free(struct converse_template *t);
const char *converse_template_model(const struct converse_template *t);
const char *converse_template_tool(const struct converse_template *t);
enum converse_form converse_template_form(const struct converse_template *t);

/* Bytes of a request before its first message, for estimates. */
size_t converse_template_size(const struct converse_template *t);

/* The most tokens that an answer may have. */
int64_t converse_template_max_tokens(const struct converse_template *t);

/* Bytes of the constant part and its text: all members but the messages, ended by "messages":[ */
const char *converse_template_text(const struct converse_template *t, size_t *len);

/* A conversation under construction; init it, add turns, make the request. */
struct converse_chat {
    const struct converse_template *t;
    struct buf body;       /* the request's body up to the last turn */
    size_t start;          /* of that, the template's part */
    size_t first_turn;     /* bytes of the first turn */
    unsigned long version; /* of the template's part */
};

/* `t` must outlive the chat. */
void converse_chat_init(struct converse_chat *chat, const struct converse_template *t);
void converse_chat_clear(struct converse_chat *chat);

/* A user turn of text. */
void converse_chat_user(struct converse_chat *chat, const char *text, size_t len);

/*
 * Give the model's own answer back to it (borrowed: `output.message` of its response), followed by
 * a user turn that says what is wrong with it: as a tool result with status error for each call of
 * a tool, else as text. Of the answer, texts, tool calls and signed reasoning go back; the service
 * refuses blank texts, and models refuse reasoning that nobody signed.
 */
void converse_chat_object(struct converse_chat *chat, jv message, const char *complaint);

/*
 * The finished request; it borrows from the chat and its template. If the template changed since,
 * the request is made anew from the first turn. -1 with ERR_DATA when the body has grown too large.
 */
int converse_chat_request(struct converse_chat *chat, struct http_request *request,
                          struct error *err);

/*
 * The service answered this chat's request with an error: does it refuse a part of the template
 * (forced tool, schema, cache point, sampling, tokens), which is then left out of all requests, or
 * was by now? True: make the request again and send it. False: the error stands.
 */
bool converse_chat_refused(const struct converse_chat *chat, struct converse_template *t,
                           const struct error *err);

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
    bool malformed; /* the model wrote what the service could not read: another try may do */
    struct converse_usage usage;
};

/*
 * Read a response. 0: an answer that may be used. -1: an error response, no JSON, or a stopReason
 * that makes it no result (max_tokens, guardrail_intervened, …), with what to do about it;
 * answer->usage is then set as far as it is known. Clear the answer in both cases.
 */
int converse_answer_read(struct converse_answer *answer, const struct http_response *response,
                         struct error *err);
void converse_answer_clear(struct converse_answer *answer);

#endif
