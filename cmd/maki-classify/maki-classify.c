/* maki-classify: cases in, insights out. */
#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "base/mem.h"
#include "maki/case.h"
#include "maki/insight.h"
#include "maki/prompt.h"
#include "tool/check.h"
#include "tool/model.h"
#include "tool/request.h"
#include "json/json.h"

enum { MESSAGE_BYTES_MAX = 8 << 20, BYTES_PER_TOKEN = 4 };

static struct {
    const char *model;
    bool dry_run;
} o;

static const struct opt options[] = {
    {OPT_STRING, 'm', "model", &o.model, "ID", "MAKI_TEXT_MODEL",
     "model or inference profile id (default us.amazon.nova-micro-v1:0)", 0, 0},
    {OPT_FLAG, 'n', "dry-run", &o.dry_run, NULL, NULL,
     "ask nothing: count cases, and estimate tokens and cost", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-classify",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Reads cases as JSON Lines, has a model classify each, and writes one insight a "
               "case, in input order.",
    .tables = {options, tool_model_options, tool_cost_options, tool_request_options,
               tool_check_options, tool_transport_options, tool_common_options},
    .notes = "Examples:\n"
             "  maki-fetch cases/ | maki-classify --offline > insights.jsonl\n"
             "  maki-classify --offline --failures failures.jsonl cases.jsonl > insights.jsonl\n"
             "  jq -c .record failures.jsonl | maki-classify --offline >> insights.jsonl\n",
    .operands_min = 0,
    .operands_max = 1 << 20,
};

struct classify {
    struct tool tool;
    struct tool_model model;
    struct converse_template *template;
    struct ask *ask;
    struct buf message;
    int64_t estimated_tokens; /* of a dry run */
};

/* A case that is with the model. */
struct pending {
    jv support_case;
    char *source;
    long line;
    bool text_cut;
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

    return insight_check(&c->model.categories, answer, err);
}

static int emit_insight(struct classify *c, const struct pending *p,
                        const struct ask_outcome *outcome)
{
    struct insight_origin origin = {c->model.name, c->model.prompt_version, outcome, p->text_cut};
    jv insight = insight_make(p->support_case, jv_copy(outcome->result), &origin);
    int status = tool_emit(&c->tool, insight);

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
                     : tool_reject(&c->tool, &record, "classify", &outcome->err);

    pending_free(p);
    return status;
}

/* The user message for a case, in c->message; *cut: the case is too long to be sent whole. -1 with
 * ERR_DATA. */
static int write_message(struct classify *c, jv support_case, bool *cut, struct error *err)
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

static int ask_model(struct classify *c, const struct tool_record *record, jv support_case,
                     bool cut)
{
    struct pending *p = mem_alloc(sizeof(*p));
    struct error err;

    *p = (struct pending){support_case, mem_strdup(record->source), record->line, cut};
    if (ask_submit(c->ask, c->message.data, c->message.len, p, &err) == 0)
        return 0;
    pending_free(p);
    return tool_model_fatal(&c->tool, &err);
}

static int estimate(struct classify *c, jv support_case)
{
    c->estimated_tokens +=
        (int64_t)(c->message.len + converse_template_size(c->template)) / BYTES_PER_TOKEN;
    jv_free(support_case);
    tool_skip(&c->tool, NULL, NULL);
    return 0;
}

static int each_case(struct tool *tool, const struct tool_record *record, void *context)
{
    struct classify *c = context;
    struct error err;
    bool cut = false;
    jv support_case = case_normalise(record->value, &err);

    if (!jv_is_valid(support_case) || write_message(c, support_case, &cut, &err) < 0) {
        int status = tool_reject(tool, record, "read", &err);

        jv_free(support_case);
        jv_free(record->value);
        return status;
    }
    jv_free(record->value);
    return o.dry_run ? estimate(c, support_case) : ask_model(c, record, support_case, cut);
}

/* A dry run's result is one object on standard output; its cases count as skipped. */
static int print_estimate(struct classify *c)
{
    struct converse_usage usage = {.input_tokens = c->estimated_tokens,
                                   .output_tokens =
                                       c->tool.counts.skipped * INSIGHT_TOKENS_ESTIMATE};
    struct error err;
    jv estimate = jv_object();

    json_set_str(&estimate, "model", c->model.name);
    json_set(&estimate, "cases", jv_number((double)c->tool.counts.skipped));
    json_set(&estimate, "tokens", ask_usage_object(&usage));
    tool_cost_add(&estimate, &c->model.budget, &usage);
    buf_reset(&c->tool.line);
    json_write(&c->tool.line, estimate);
    jv_free(estimate);
    return out_buf(c->tool.out, &c->tool.line, &err) < 0 ? tool_fatal(&c->tool, &err) : 0;
}

static void run(struct classify *c, int file_count, char **files)
{
    struct error err;
    int status = tool_each_record(&c->tool, file_count, files, each_case, c);

    if (o.dry_run && status == 0)
        print_estimate(c);
    /* where reading broke off, what was asked until then still gets its answer */
    if (ask_drain(c->ask, &err) < 0)
        tool_model_fatal(&c->tool, &err);
}

static int start(struct classify *c)
{
    struct error err;
    struct ask_options ask;

    if (tool_model_open(&c->model, o.model, &err) < 0)
        return tool_model_fatal(&c->tool, &err);
    c->template = prompt_insight_template(&c->model.categories, &c->model.settings);
    ask = tool_model_ask_options(&c->model, c->template);
    ask.check = check;
    ask.done = done;
    ask.drop = pending_free;
    ask.context = c;
    c->ask = ask_new(&ask);
    c->tool.progress.what = "cases";
    return 0;
}

int maki_classify_main(int argc, char **argv)
{
    static const struct tool_model_defaults defaults = {0.5, 0.1, 10240, 16};
    struct classify c = {.ask = NULL};
    int operand;
    int status;

    o.model = "us.amazon.nova-micro-v1:0";
    o.dry_run = false;
    tool_model_defaults(&defaults);
    status = tool_begin(&c.tool, &program, argc, argv, &operand);
    if (status >= 0)
        return status;
    if (tool_check_wanted())
        return tool_check_run(&c.tool, o.model);
    buf_init(&c.message, MESSAGE_BYTES_MAX);
    if (start(&c) == 0) {
        run(&c, argc - operand, argv + operand);
        tool_model_add_stats(&c.tool, &c.model, ask_totals(c.ask));
    }
    status = tool_end(&c.tool);
    tool_model_close(&c.model); /* before ask_free: it may have requests in flight */
    ask_free(c.ask);
    converse_template_free(c.template);
    buf_clear(&c.message);
    return status;
}
