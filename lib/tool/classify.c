#include "tool/classify.h"

#include <stdlib.h>

#include "base/mem.h"
#include "maki/insight.h"
#include "maki/prompt.h"
#include "json/json.h"

enum { MESSAGE_BYTES_MAX = 8 << 20 };

/* A case that is with the model. */
struct pending {
    jv support_case;
    char *source;
    long line;
    bool text_cut;
    int64_t index;
};

static void pending_free(void *question)
{
    struct pending *p = question;

    jv_free(p->support_case);
    free(p->source);
    free(p);
}

static jv check(void *context, jv answer, struct error *err)
{
    struct classify *c = context;

    return insight_check(&c->model->categories, answer, err);
}

static int emit_insight(struct classify *c, const struct pending *p,
                        const struct ask_outcome *outcome)
{
    struct insight_origin origin = {c->model->name, c->model->prompt_version, outcome, p->text_cut};
    jv insight = insight_make(p->support_case, jv_copy(outcome->result), &origin);
    int status = tool_emit(c->tool, insight);

    jv_free(insight);
    return status;
}

static int done(void *context, void *question, const struct ask_outcome *outcome)
{
    struct classify *c = context;
    struct pending *p = question;
    struct tool_record record = {.value = p->support_case, .source = p->source, .line = p->line};
    int status = jv_is_valid(outcome->result)
                     ? emit_insight(c, p, outcome)
                     : tool_reject(c->tool, &record, "classify", &outcome->err);

    pending_free(p);
    return status;
}

static enum ask_known known(void *context, void *question, struct buf *body, struct error *err)
{
    struct classify *c = context;
    const struct pending *p = question;

    return c->known(c->known_context, p->index, body, err);
}

void classify_init(struct classify *c, struct tool *tool, struct tool_model *model,
                   const struct classify_options *options)
{
    struct ask_options ask;

    *c = (struct classify){.tool = tool,
                           .model = model,
                           .known = options->known,
                           .known_context = options->known_context};
    buf_init(&c->message, MESSAGE_BYTES_MAX);
    c->template = prompt_insight_template(&model->categories, &model->settings);
    ask = tool_model_ask_options(model, c->template);
    ask.check = check;
    ask.done = done;
    ask.drop = pending_free;
    ask.context = c;
    ask.known = options->known ? known : NULL;
    ask.known_final = options->known_final;
    c->ask = ask_new(&ask);
}

void classify_clear(struct classify *c)
{
    if (c->ask == NULL)
        return;
    ask_free(c->ask);
    converse_template_free(c->template);
    buf_clear(&c->message);
    *c = (struct classify){.ask = NULL};
}

int classify_write(struct classify *c, jv support_case, bool *cut, struct error *err)
{
    jv data = prompt_case_data(support_case, cut);
    int status;

    buf_reset(&c->message);
    status = prompt_fence(
        &c->message,
        "Classify this AWS Support case: give its insight, the input of " PROMPT_TOOL_INSIGHT ".",
        data);
    jv_free(data);
    return status < 0 ? error_set(err, ERR_DATA, "CaseTooLarge",
                                  "the case takes over %d bytes to send", MESSAGE_BYTES_MAX)
                      : 0;
}

int classify_case(struct classify *c, const struct tool_record *record,
                  const struct classify_case *question)
{
    struct pending *p = mem_alloc(sizeof(*p));
    struct error err;

    *p = (struct pending){question->support_case, mem_strdup(record->source), record->line,
                          question->cut, question->index};
    if (ask_submit(c->ask, c->message.data, c->message.len, p, &err) == 0)
        return 0;
    pending_free(p);
    return tool_model_fatal(c->tool, &err);
}

int classify_drain(struct classify *c)
{
    struct error err;

    return ask_drain(c->ask, &err) < 0 ? tool_model_fatal(c->tool, &err) : 0;
}
