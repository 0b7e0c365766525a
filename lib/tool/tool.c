#include "tool/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/json.h"
#include "json/jsonl.h"

enum { OUT_LINE_MAX = 512 << 20, TOLD_FAILURES_MAX = 20, FAILURE_TEXT_MAX = 64 << 10 };

static struct tool_common common;

const struct opt tool_common_options[] = {
    {OPT_STRING, 0, "failures", &common.failures, "FILE", "MAKI_FAILURES",
     "write what failed as JSON Lines {stage, caseId, error, record}", 0, 0},
    {OPT_STRING, 0, "stats", &common.stats, "FILE", NULL,
     "write counts, tokens and time as one JSON object", 0, 0},
    {OPT_SIZE, 0, "max-line", &common.line_bytes_max, "SIZE", "MAKI_MAX_LINE",
     "longest input line that is read (default 64M)", 0, 0},
    {OPT_FLAG, 'q', "quiet", &common.quiet, NULL, NULL, "say nothing but errors", 0, 0},
    {OPT_FLAG, 'v', "verbose", &common.verbose, NULL, NULL,
     "say more, and progress also when stderr is no terminal", 0, 0},
    {.type = OPT_END},
};

static int print_and_close(struct buf *text)
{
    struct error err;
    struct out *out = out_stdout();
    int status = out_line(out, buf_str(text), text->len, &err);

    buf_clear(text);
    if (out_close(out, &err) < 0)
        status = -1;
    return status < 0 ? diag_fail(&err) : EX_OK;
}

static int print_help(const struct opt_program *program, bool version)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    if (version)
        buf_addf(&text, "%s %s", program->name, MAKI_VERSION);
    else
        opt_help(program, &text);
    if (!version && text.len > 0 && text.data[text.len - 1] == '\n')
        buf_truncate(&text, text.len - 1);
    return print_and_close(&text);
}

/* Values that the tables point at are static: start each run from the defaults. */
static void reset_common(void)
{
    common = (struct tool_common){.line_bytes_max = JSONL_LINE_MAX_DEFAULT};
}

static int set_up(struct tool *tool, struct error *err)
{
    const char *now = conf_get(tool->conf, "MAKI_NOW");

    if (clock_freeze(now) < 0)
        return error_set(err, ERR_CONFIG, "BadTime",
                         "MAKI_NOW: '%.64s' is no time such as 2026-01-31T08:00:00Z", now);
    if (common.failures != NULL && (tool->failures = out_open(common.failures, err)) == NULL)
        return -1;
    tool->out = out_stdout();
    return 0;
}

int tool_begin(struct tool *tool, const struct opt_program *program, int argc, char **argv,
               int *operand)
{
    struct error err;
    enum opt_outcome outcome;

    reset_common();
    diag_init(program->name, DIAG_NORMAL);
    *tool = (struct tool){.program = program, .common = &common, .clock = clock_system()};
    buf_init(&tool->line, OUT_LINE_MAX);
    /* help must work also where the configuration is broken */
    tool->conf = conf_load(&err);
    outcome =
        opt_parse(program, tool->conf, argc, argv, operand, tool->conf ? &err : &(struct error){0});
    if (outcome == OPT_HELP || outcome == OPT_VERSION) {
        conf_free(tool->conf);
        return print_help(program, outcome == OPT_VERSION);
    }
    if (tool->conf == NULL || outcome == OPT_BAD) {
        conf_free(tool->conf);
        return diag_fail(&err);
    }
    diag_init(program->name, common.quiet     ? DIAG_QUIET
                             : common.verbose ? DIAG_VERBOSE
                                              : DIAG_NORMAL);
    if (set_up(tool, &err) < 0) {
        conf_free(tool->conf);
        return diag_fail(&err);
    }
    tool->stats = jv_object();
    tool->started_ms = clock_monotonic_ms(tool->clock);
    progress_start(&tool->progress, tool->clock, "records", 0);
    return -1;
}

int tool_fatal(struct tool *tool, const struct error *err)
{
    if (tool->fatal.kind == ERR_NONE)
        tool->fatal = *err;
    return -1;
}

void tool_count_in(struct tool *tool)
{
    tool->counts.in++;
    progress_add(&tool->progress, 1);
}

int tool_emit(struct tool *tool, jv record)
{
    struct error err;

    buf_reset(&tool->line);
    if (json_write(&tool->line, record) < 0) {
        error_set(&err, ERR_DATA, "RecordTooLong", "a record of over %d bytes", OUT_LINE_MAX);
        return tool_fatal(tool, &err);
    }
    if (out_buf(tool->out, &tool->line, &err) < 0)
        return tool_fatal(tool, &err);
    tool->counts.out++;
    return 0;
}

void tool_skip(struct tool *tool, const struct tool_record *record, const char *reason)
{
    tool->counts.skipped++;
    if (record != NULL)
        diag_info("%s:%ld: skipped: %s", record->source, record->line, reason);
}

static jv failure_record(const struct tool_record *record, const char *stage,
                         const struct error *err)
{
    jv failure = jv_object();
    jv details = jv_object();
    jv case_id = json_get(record->value, "caseId");

    json_set(&failure, "stage", jv_string(stage));
    if (json_is(case_id, JV_KIND_STRING))
        json_set(&failure, "caseId", jv_copy(case_id));
    json_set(&details, "code", jv_string(err->code));
    json_set(&details, "message", jv_string(err->message));
    json_set(&details, "retryable", jv_bool(err->retryable));
    json_set(&details, "attempts", jv_number(err->attempts));
    json_set(&failure, "error", details);
    if (jv_is_valid(record->value))
        json_set(&failure, "record", jv_copy(record->value));
    else
        json_set(&failure, "record",
                 json_string(record->text, record->text_len < FAILURE_TEXT_MAX ? record->text_len
                                                                               : FAILURE_TEXT_MAX));
    return failure;
}

/* "cases.jsonl:42: " unless the message begins with it already. */
static void tell_failure(const struct tool_record *record, const struct error *err)
{
    char where[512];

    snprintf(where, sizeof(where), "%s:%ld: ", record->source, record->line);
    diag_error("%s%s", strncmp(err->message, where, strlen(where)) == 0 ? "" : where, err->message);
}

int tool_reject(struct tool *tool, const struct tool_record *record, const char *stage,
                const struct error *err)
{
    struct error write_error;
    jv failure;
    int status;

    tool->counts.failed++;
    if (tool->failures == NULL || tool->counts.failed <= TOLD_FAILURES_MAX)
        tell_failure(record, err);
    if (tool->failures == NULL)
        return 0;
    failure = failure_record(record, stage, err);
    buf_reset(&tool->line);
    json_write(&tool->line, failure);
    jv_free(failure);
    status = out_buf(tool->failures, &tool->line, &write_error);
    return status < 0 ? tool_fatal(tool, &write_error) : 0;
}

/* One line of input that was read: in, and onwards or rejected. */
static int take_line(struct tool *tool, struct jsonl *reader, enum jsonl_status status, jv value,
                     struct error *err, tool_each_fn *each, void *context)
{
    struct tool_record record = {
        .value = value, .source = jsonl_name(reader), .line = jsonl_line(reader)};

    record.text = jsonl_text(reader, &record.text_len);
    tool_count_in(tool);
    if (status == JSONL_BAD)
        return tool_reject(tool, &record, "read", err);
    if (jsonl_repaired(reader)) {
        tool->counts.repaired++;
        diag_warn("%s:%ld: text that is not valid Unicode was replaced by U+FFFD", record.source,
                  record.line);
    }
    if (!json_is(value, JV_KIND_OBJECT)) {
        int result;

        error_set(err, ERR_DATA, "NotAnObject", "expected a JSON object, not a JSON %s",
                  jv_kind_name(jv_get_kind(value)));
        result = tool_reject(tool, &record, "read", err);
        jv_free(value);
        return result;
    }
    return each(tool, &record, context);
}

static int each_line(struct tool *tool, struct jsonl *reader, tool_each_fn *each, void *context)
{
    for (;;) {
        struct error err;
        jv value = jv_invalid();
        enum jsonl_status status = jsonl_next(reader, &value, &err);

        if (status == JSONL_END)
            return 0;
        if (status == JSONL_FAILED)
            return tool_fatal(tool, &err);
        if (take_line(tool, reader, status, value, &err, each, context) < 0)
            return -1;
    }
}

int tool_each_record(struct tool *tool, int file_count, char **files, tool_each_fn *each,
                     void *context)
{
    static char dash[] = "-";
    static char *standard[] = {dash};
    struct jsonl_options options = {.line_bytes_max = (size_t)common.line_bytes_max};

    if (file_count == 0) {
        file_count = 1;
        files = standard;
    }
    for (int i = 0; i < file_count; i++) {
        struct error err;
        struct jsonl *reader = jsonl_open(files[i], &options, &err);
        int status;

        if (reader == NULL)
            return tool_fatal(tool, &err);
        status = each_line(tool, reader, each, context);
        jsonl_close(reader);
        if (status < 0)
            return -1;
    }
    return 0;
}

static jv stats_object(struct tool *tool)
{
    const struct tool_counts *c = &tool->counts;
    jv stats = jv_object();

    json_set(&stats, "program", jv_string(tool->program->name));
    json_set(&stats, "version", jv_string(MAKI_VERSION));
    json_set(&stats, "in", jv_number((double)c->in));
    json_set(&stats, "out", jv_number((double)c->out));
    json_set(&stats, "failed", jv_number((double)c->failed));
    json_set(&stats, "skipped", jv_number((double)c->skipped));
    json_set(&stats, "repaired", jv_number((double)c->repaired));
    json_set(&stats, "seconds",
             jv_number((double)(clock_monotonic_ms(tool->clock) - tool->started_ms) / 1000));
    return jv_object_merge(stats, jv_copy(tool->stats));
}

static int write_stats(struct tool *tool, struct error *err)
{
    jv stats;
    struct file_write write = {.path = common.stats};
    int status;

    if (common.stats == NULL)
        return 0;
    stats = stats_object(tool);
    buf_reset(&tool->line);
    json_write(&tool->line, stats);
    buf_addc(&tool->line, '\n');
    jv_free(stats);
    write.data = tool->line.data;
    write.len = tool->line.len;
    if (strncmp(common.stats, "/dev/", 5) != 0)
        return file_write_atomic(&write, NULL, err);
    /* a device or a pipe cannot be replaced by renaming */
    struct out *out = out_open(common.stats, err);
    status = out ? out_line(out, tool->line.data, tool->line.len - 1, err) : -1;
    return out_close(out, err) < 0 ? -1 : status;
}

static void tell_counts(const struct tool *tool)
{
    const struct tool_counts *c = &tool->counts;

    diag_note("%" PRId64 " in = %" PRId64 " out + %" PRId64 " failed + %" PRId64 " skipped", c->in,
              c->out, c->failed, c->skipped);
}

/* What is left to check once the records are through, in order of weight. */
static int final_status(struct tool *tool, struct error *err)
{
    const struct tool_counts *c = &tool->counts;

    if (tool->fatal.kind != ERR_NONE)
        return diag_fail(&tool->fatal);
    tell_counts(tool);
    if (c->in != c->out + c->failed + c->skipped) {
        error_set(err, ERR_INTERNAL, "LostRecords",
                  "records are unaccounted for; this is a bug in %s", tool->program->name);
        return diag_fail(err);
    }
    if (c->failed == 0)
        return EX_OK;
    if (tool->failures != NULL)
        diag_note("%" PRId64 " failed; their records stand in %s", c->failed, common.failures);
    return EXIT_FAILURE;
}

static void clean_up(struct tool *tool)
{
    buf_clear(&tool->line);
    jv_free(tool->stats);
    conf_free(tool->conf);
}

void tool_abandon(struct tool *tool)
{
    struct error ignored;

    out_close(tool->out, &ignored); /* what the program wrote, it flushed and checked */
    out_close(tool->failures, &ignored);
    clean_up(tool);
}

int tool_end(struct tool *tool)
{
    struct error err;
    int status;

    progress_end(&tool->progress);
    if (out_close(tool->out, &err) < 0)
        tool_fatal(tool, &err);
    if (write_stats(tool, &err) < 0)
        tool_fatal(tool, &err);
    status = final_status(tool, &err);
    if (out_close(tool->failures, &err) < 0)
        status = diag_fail(&err);
    clean_up(tool);
    return status;
}
