/* maki-classify: cases in, insights out. */
#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "maki/case.h"
#include "maki/insight.h"
#include "tool/check.h"
#include "tool/classify.h"
#include "tool/request.h"
#include "json/json.h"

enum { BYTES_PER_TOKEN = 4 };

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

struct run {
    struct tool tool;
    struct tool_model model;
    struct classify classify;
    int64_t estimated_tokens; /* of a dry run */
};

static int estimate(struct run *run, jv support_case)
{
    const struct classify *c = &run->classify;

    run->estimated_tokens +=
        (int64_t)(c->message.len + converse_template_size(c->template)) / BYTES_PER_TOKEN;
    jv_free(support_case);
    tool_skip(&run->tool, NULL, NULL);
    return 0;
}

static int each_case(struct tool *tool, const struct tool_record *record, void *context)
{
    struct run *run = context;
    struct classify_case question = {.support_case = jv_invalid()};
    struct error err;

    question.support_case = case_normalise(record->value, &err);
    if (!jv_is_valid(question.support_case) ||
        classify_write(&run->classify, question.support_case, &question.cut, &err) < 0) {
        int status = tool_reject(tool, record, "read", &err);

        jv_free(question.support_case);
        jv_free(record->value);
        return status;
    }
    jv_free(record->value);
    return o.dry_run ? estimate(run, question.support_case)
                     : classify_case(&run->classify, record, &question);
}

/* A dry run's result is one object on standard output; its cases count as skipped. */
static int print_estimate(struct run *run)
{
    struct converse_usage usage = {.input_tokens = run->estimated_tokens,
                                   .output_tokens =
                                       run->tool.counts.skipped * INSIGHT_TOKENS_ESTIMATE};
    struct error err;
    jv estimate = jv_object();

    json_set_str(&estimate, "model", run->model.name);
    json_set(&estimate, "cases", jv_number((double)run->tool.counts.skipped));
    json_set(&estimate, "tokens", ask_usage_object(&usage));
    tool_cost_add(&estimate, &run->model.budget, &usage);
    buf_reset(&run->tool.line);
    json_write(&run->tool.line, estimate);
    jv_free(estimate);
    return out_buf(run->tool.out, &run->tool.line, &err) < 0 ? tool_fatal(&run->tool, &err) : 0;
}

static void work(struct run *run, int file_count, char **files)
{
    int status = tool_each_record(&run->tool, file_count, files, each_case, run);

    if (o.dry_run && status == 0)
        print_estimate(run);
    /* where reading broke off, what was asked until then still gets its answer */
    classify_drain(&run->classify);
    tool_model_add_stats(&run->tool, &run->model, ask_totals(run->classify.ask));
}

int maki_classify_main(int argc, char **argv)
{
    static const struct tool_model_defaults defaults = {0.5, 0.1, 10240, 16};
    static const struct classify_options classify = {.known = NULL};
    struct run run = {.classify = {.ask = NULL}};
    struct error err;
    int operand;
    int status;

    o.model = "us.amazon.nova-micro-v1:0";
    o.dry_run = false;
    tool_model_defaults(&defaults);
    status = tool_begin(&run.tool, &program, argc, argv, &operand);
    if (status >= 0)
        return status;
    if (tool_check_wanted())
        return tool_check_run(&run.tool, o.model);
    run.tool.progress.what = "cases";
    if (tool_model_open(&run.model, o.model, &err) < 0) {
        tool_model_fatal(&run.tool, &err);
    } else {
        classify_init(&run.classify, &run.tool, &run.model, &classify);
        work(&run, argc - operand, argv + operand);
    }
    status = tool_end(&run.tool);
    tool_model_close(&run.model); /* before classify_clear: it may have requests in flight */
    classify_clear(&run.classify);
    return status;
}
