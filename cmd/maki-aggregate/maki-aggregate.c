/* maki-aggregate: insights in, one summary.json out. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/seen.h"
#include "maki/prompt.h"
#include "maki/sample.h"
#include "maki/statistics.h"
#include "maki/summary.h"
#include "show.h"
#include "tool/check.h"
#include "tool/model.h"
#include "tool/request.h"
#include "json/json.h"

enum {
    MESSAGE_BYTES_MAX = 32 << 20,
    BYTES_PER_TOKEN = 4,
    SEEN_MAX = 1 << 19,
    SHOWN_BYTES_MAX = 64 << 20
};

static struct {
    const char *model;
    int64_t digest_tokens;
    const char *show;
} o;

static const struct opt options[] = {
    {OPT_STRING, 'm', "model", &o.model, "ID", "MAKI_AGG_MODEL",
     "model or inference profile id (default us.anthropic.claude-3-7-sonnet-20250219-v1:0)", 0, 0},
    {OPT_INT, 0, "digest-tokens", &o.digest_tokens, "N", "MAKI_DIGEST_TOKENS",
     "how much of the model's context the cases' digests may take (default 60000); beyond it, an "
     "even sample is read",
     100, 10000000},
    {OPT_STRING, 0, "show", &o.show, "FILE", NULL,
     "print a stored summary.json as plain text, and do nothing else", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-aggregate",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Reads insights as JSON Lines, counts them, has a strong model write a summary and "
               "a plan from the counts and "
               "digests, and writes one JSON object: summary.json.",
    .tables = {options, tool_model_options, tool_cost_options, tool_request_options,
               tool_check_options, tool_transport_options, tool_common_options},
    .notes = "Examples:\n"
             "  maki-aggregate --offline insights.jsonl > summary.json\n"
             "  maki-aggregate --show summary.json\n",
    .operands_min = 0,
    .operands_max = 1 << 20,
};

struct aggregate {
    struct tool tool;
    struct tool_model model;
    struct converse_template *template;
    struct ask *ask;
    struct statistics *statistics;
    struct sample sample;
    struct seen *seen;
    jv counted;  /* statistics_object, once all are counted */
    jv coverage; /* what the model was given to read */
};

/* An insight needs an id and a category to count; the rest may be missing. */
static int check_insight(jv insight, struct error *err)
{
    static const char *const members[] = {"caseId", "category"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *text = json_str(insight, members[i], NULL);

        if (text == NULL || *text == '\0')
            return error_set(
                err, ERR_DATA, "NotAnInsight",
                "no %s: this is not an insight; pipe cases through maki-classify first",
                members[i]);
    }
    return 0;
}

static int each_insight(struct tool *tool, const struct tool_record *record, void *context)
{
    struct aggregate *a = context;
    struct error err;
    size_t len = 0;
    const char *id = json_str(record->value, "caseId", &len);
    int status = 0;

    if (check_insight(record->value, &err) < 0) {
        status = tool_reject(tool, record, "aggregate", &err);
    } else if (seen_add(a->seen, id, len)) {
        tool_skip(tool, record, "its caseId was counted already");
    } else {
        jv digest = summary_digest(record->value);

        statistics_add(a->statistics, record->value);
        sample_offer(&a->sample, digest);
        jv_free(digest);
        tool->counts.out++;
    }
    jv_free(record->value);
    return status;
}

static jv check(void *context, jv answer, struct error *err)
{
    struct aggregate *a = context;

    return summary_check(a->counted, answer, err);
}

static jv provenance(const struct aggregate *a, const struct ask_outcome *outcome)
{
    jv maki = jv_object();

    json_set_str(&maki, "model", a->model.name);
    json_set_str(&maki, "prompt", a->model.prompt_version);
    json_set(&maki, "tokens", ask_usage_object(&outcome->usage));
    json_set(&maki, "attempts", jv_number(outcome->calls));
    json_set_str(&maki, "version", MAKI_VERSION);
    return maki;
}

static int print_value(struct aggregate *a, jv value)
{
    struct error err;

    buf_reset(&a->tool.line);
    json_write(&a->tool.line, value);
    return out_buf(a->tool.out, &a->tool.line, &err) < 0 ? tool_fatal(&a->tool, &err) : 0;
}

static int done(void *context, void *question, const struct ask_outcome *outcome)
{
    struct aggregate *a = context;
    struct summary_parts parts;
    jv summary;
    int status;

    (void)question;
    if (!jv_is_valid(outcome->result))
        return tool_model_fatal(&a->tool, &outcome->err);
    parts = (struct summary_parts){
        .statistics = jv_copy(a->counted),
        .evidence = statistics_evidence(a->statistics),
        .coverage = jv_copy(a->coverage),
        .maki = provenance(a, outcome),
    };
    summary = summary_make(jv_copy(outcome->result), &parts);
    status = print_value(a, summary);
    jv_free(summary);
    return status;
}

static void drop(void *question)
{
    (void)question; /* there is only one, and nothing belongs to it */
}

static jv coverage_object(const struct sample *sample, int digests)
{
    jv coverage = jv_object();

    json_set(&coverage, "insights", jv_number((double)sample->seen));
    json_set(&coverage, "digests", jv_number(digests));
    json_set(&coverage, "stride", jv_number((double)sample->stride));
    json_set(&coverage, "sampled", jv_bool(digests < sample->seen));
    return coverage;
}

static int ask_model(struct aggregate *a)
{
    struct error err;
    struct buf message;
    jv data = jv_object();
    jv digests = sample_array(&a->sample);
    int status;

    a->counted = statistics_object(a->statistics);
    a->coverage = coverage_object(&a->sample, json_count(digests));
    json_set(&data, "statistics", jv_copy(a->counted));
    json_set(&data, "coverage", jv_copy(a->coverage));
    json_set(&data, "digests", digests);
    buf_init(&message, MESSAGE_BYTES_MAX);
    status = prompt_fence(
        &message,
        "Write summary and plan for these support cases: give the input of " PROMPT_TOOL_SUMMARY
        ".",
        data);
    jv_free(data);
    if (status < 0)
        error_set(&err, ERR_DATA, "RequestTooLarge",
                  "the digests take over %d bytes to send; use a smaller --digest-tokens",
                  MESSAGE_BYTES_MAX);
    else
        status = ask_submit(a->ask, message.data, message.len, NULL, &err);
    if (status == 0)
        status = ask_drain(a->ask, &err);
    buf_clear(&message);
    return status < 0 ? tool_model_fatal(&a->tool, &err) : 0;
}

static int start(struct aggregate *a)
{
    struct error err;
    struct ask_options ask;

    if (tool_model_open(&a->model, o.model, &err) < 0)
        return tool_model_fatal(&a->tool, &err);
    a->template = prompt_summary_template(&a->model.categories, &a->model.settings);
    ask = tool_model_ask_options(&a->model, a->template);
    ask.check = check;
    ask.done = done;
    ask.drop = drop;
    ask.context = a;
    a->ask = ask_new(&ask);
    a->tool.progress.what = "insights";
    return 0;
}

static void run(struct aggregate *a, int file_count, char **files)
{
    struct error err;

    if (tool_each_record(&a->tool, file_count, files, each_insight, a) < 0)
        return;
    if (seen_forgot(a->seen))
        diag_warn(
            "there are so many insights that one that came twice may have been counted twice");
    if (a->tool.counts.out > 0) {
        ask_model(a);
        return;
    }
    error_set(&err, ERR_DATA, "NothingToAggregate", "there is no insight to aggregate%s",
              a->tool.counts.in > 0 ? "" : ": the input is empty");
    tool_model_fatal(&a->tool, &err);
}

static int read_summary(const char *path, struct buf *text, jv *summary, struct error *err)
{
    if (file_read(path, text, err) < 0)
        return -1;
    *summary = json_parse(buf_str(text), text->len, NULL, err);
    if (json_is(*summary, JV_KIND_OBJECT) && json_has(*summary, "statistics"))
        return 0;
    return error_set(err, ERR_DATA, "NotASummary", "%s is no summary.json of maki-aggregate", path);
}

static int show(struct tool *tool)
{
    struct buf text;
    struct error err;
    jv summary = jv_invalid();
    int status;

    buf_init(&text, SHOWN_BYTES_MAX);
    status = read_summary(o.show, &text, &summary, &err);
    if (status == 0) {
        buf_reset(&text);
        show_summary(&text, summary);
        status = out_buf(tool->out, &text, &err);
    }
    if (status == 0)
        status = out_flush(tool->out, &err);
    jv_free(summary);
    buf_clear(&text);
    return status < 0 ? diag_fail(&err) : EX_OK;
}

int maki_aggregate_main(int argc, char **argv)
{
    static const struct tool_model_defaults defaults = {0.3, 0.5, 131072, 4};
    struct aggregate a = {.counted = jv_invalid(), .coverage = jv_invalid()};
    int operand;
    int status;

    o.model = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
    o.digest_tokens = 60000;
    o.show = NULL;
    tool_model_defaults(&defaults);
    status = tool_begin(&a.tool, &program, argc, argv, &operand);
    if (status >= 0)
        return status;
    if (tool_check_wanted())
        return tool_check_run(&a.tool, o.model);
    if (o.show != NULL) {
        status = show(&a.tool);
        tool_abandon(&a.tool);
        return status;
    }
    a.statistics = statistics_new();
    a.seen = seen_new(SEEN_MAX);
    sample_init(&a.sample, (size_t)o.digest_tokens * BYTES_PER_TOKEN);
    if (start(&a) == 0) {
        run(&a, argc - operand, argv + operand);
        tool_model_add_stats(&a.tool, &a.model, ask_totals(a.ask));
    }
    status = tool_end(&a.tool);
    tool_model_close(&a.model); /* before ask_free: it may have requests in flight */
    ask_free(a.ask);
    converse_template_free(a.template);
    statistics_free(a.statistics);
    seen_free(a.seen);
    sample_clear(&a.sample);
    jv_free(a.counted);
    jv_free(a.coverage);
    return status;
}
