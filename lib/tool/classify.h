#ifndef MAKI_TOOL_CLASSIFY_H
#define MAKI_TOOL_CLASSIFY_H

#include "tool/model.h"
#include "tool/tool.h"

/*
 * Cases in, insights out: what maki-classify and maki-batch have in common. Each case becomes a
 * question to the model; each outcome an insight, or a failure that has the case.
 */

/* Look for the answer to the case of this number (see classify_case). */
typedef enum ask_known classify_known_fn(void *context, int64_t index, struct buf *body,
                                         struct error *err);

struct classify {
    struct tool *tool;
    struct tool_model *model;
    struct converse_template *template;
    struct ask *ask;
    struct buf message; /* of the latest case */
    classify_known_fn *known;
    void *known_context;
};

/* `known` may be NULL. With `known_final` the model is not asked to repair an answer that was
 * known.
 */
struct classify_options {
    classify_known_fn *known;
    void *known_context;
    bool known_final;
};

/* Tool and model must outlive it. Free with classify_clear, behind tool_model_close. */
void classify_init(struct classify *c, struct tool *tool, struct tool_model *model,
                   const struct classify_options *options);
void classify_clear(struct classify *c);

/* Write the user message for a normal case into c->message; *cut: it is too long to be sent whole.
 * -1 with ERR_DATA. */
int classify_write(struct classify *c, jv support_case, bool *cut, struct error *err);

/*
 * Ask for a normal case (taken), whose message was written. The record, which it came from, is for
 * messages and failures; `index` for `known`. -1 when tool->fatal is set.
 */
struct classify_case {
    jv support_case;
    bool cut;
    int64_t index;
};
int classify_case(struct classify *c, const struct tool_record *record,
                  const struct classify_case *question);

/* Wait for all outcomes. */
int classify_drain(struct classify *c);

#endif
