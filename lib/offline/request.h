#ifndef MAKI_OFFLINE_REQUEST_H
#define MAKI_OFFLINE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"

/* Reading a Converse request's body as Bedrock does: what it would refuse is refused. */

/* How the answer is to be given. */
enum request_form {
    REQUEST_CALL,   /* as the input of a tool that must be called */
    REQUEST_SCHEMA, /* as JSON in text, by the schema of outputConfig.textFormat */
    REQUEST_TEXT,   /* in text; as JSON if the system prompt names a task */
};

/* The members that are alike in all requests of a run; owned by the reader. */
struct request_head {
    enum request_form form;
    char *tool;        /* the task: the name of the tool that must be called, or of the schema, or a
                          tool's name in the system prompt; NULL if there is none of them */
    jv categories;     /* the values that the schema allows for "category"; jv_invalid() if it names
                          none */
    size_t text_bytes; /* of the system prompt and the tools, for the count of tokens */
    int64_t max_tokens; /* of the answer; 0 if there is no limit */
};

struct request {
    const struct request_head *head; /* valid until the next request is read */
    jv messages;                     /* the caller's */
};

enum { REQUEST_BYTES_MAX = 25 << 20 };

/*
 * Remembers the head of the last request, as text and as what it means: when the next one starts
 * with the same bytes up to its messages, which is nearly always so, only the messages are parsed.
 */
struct request_reader;

struct request_reader *request_reader_new(void);
void request_reader_free(struct request_reader *reader);

/* -1 with err->code "ValidationException" and Bedrock's kind of message. */
int request_read(struct request_reader *reader, const char *body, size_t len,
                 struct request *request, struct error *err);

/*
 * The data that the conversation is about: the JSON that prompt_fence put into the last user
 * message, else (on a repair turn) into the first. A new value; jv_invalid() if there is none.
 */
jv request_data(const struct request *request);

/* Bytes of text in the messages. */
size_t request_text_bytes(jv messages);

#endif
