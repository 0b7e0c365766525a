#ifndef MAKI_AWS_CONVERSE_SHAPE_H
#define MAKI_AWS_CONVERSE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What of the Converse operation a model takes, as the table share/models.txt has it, and what is
 * given up when the service refuses it all the same. */

/* How the answer's structure is asked for. */
enum converse_form {
    CONVERSE_AUTO,   /* as the table says for the model */
    CONVERSE_TOOL,   /* a tool that the model is forced to call */
    CONVERSE_SCHEMA, /* outputConfig.textFormat */
    CONVERSE_TEXT,   /* the system prompt asks for JSON */
};

struct converse_shape {
    enum converse_form form; /* never CONVERSE_AUTO */
    bool cache_point;        /* behind the system prompt */
    bool temperature;
    bool top_p;
    int64_t tokens_max; /* the most that the model gives at once; 0: not known */
};

/* "auto", "tool", "schema" or "text"; -1 with ERR_USAGE for another word. */
int converse_form_parse(const char *text, enum converse_form *form, struct error *err);
const char *converse_form_name(enum converse_form form);

/* For a model id, an inference profile's id, or an ARN of either. */
struct converse_shape converse_shape_for(const char *model_id);

/*
 * The service answered with `err`: if that refuses something that the shape has, and `max_tokens`
 * is what was asked for, the shape gives it up. False if there is nothing to give up: then the
 * error stands. Each thing is given up once, so this ends.
 */
bool converse_shape_give_up(struct converse_shape *shape, int64_t max_tokens,
                            const struct error *err);

#endif
