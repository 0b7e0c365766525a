/* Cases are divided into jobs: the first step. Nothing leaves the machine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/out.h"
#include "batch.h"
#include "maki/case.h"
#include "record.h"
#include "json/json.h"

enum { LINE_BYTES_MAX = 96 << 20 };

/* Preparing, under way. */
struct prepare {
    struct batch *b;
    bool again; /* there is a plan: cases are counted and digested only */
    struct out *cases;
    struct digest *cases_digest;
    struct out *records; /* of the job that is being filled; NULL: none */
    struct digest *records_digest;
    struct plan_job *jobs; /* that are full, and the one being filled */
    size_t count, cap;
    int64_t next; /* the number of the next case */
    struct buf line;
};

char *batch_spool_path(const struct batch *b, const struct plan_job *job, const char *end)
{
    return mem_printf("%s/job-%04d%s", b->spool, job->number, end);
}

char *batch_cases_path(const struct batch *b)
{
    return mem_printf("%s/cases.jsonl", b->spool);
}

static int open_job(struct prepare *p, struct error *err)
{
    struct plan_job *job;
    char *path;

    p->jobs = mem_grow(p->jobs, &p->cap, p->count + 1, sizeof(*p->jobs));
    job = &p->jobs[p->count++];
    *job = (struct plan_job){.number = (int)p->count, .first = p->next};
    path = batch_spool_path(p->b, job, ".jsonl");
    p->records = out_open(path, err);
    free(path);
    p->records_digest = digest_new();
    return p->records ? 0 : -1;
}

static int close_job(struct prepare *p, struct error *err)
{
    struct out *records = p->records;

    if (p->records_digest == NULL)
        return 0;
    digest_finish_hex(p->records_digest, p->jobs[p->count - 1].sha256);
    p->records_digest = NULL;
    p->records = NULL;
    return out_close(records, err);
}

/* A line into a file and its digest. */
static int write_line(struct out *out, struct digest *digest, const struct buf *line,
                      struct error *err)
{
    digest_add(digest, line->data, line->len);
    digest_add(digest, "\n", 1);
    return out == NULL ? 0 : out_buf(out, line, err);
}

static bool is_full(const struct prepare *p, const struct plan_job *job, size_t more)
{
    return job->records >= p->b->limits.records_max ||
           job->bytes + (int64_t)more + 1 > p->b->limits.file_bytes_max;
}

/* The record of the case whose message was written. */
static int add_record(struct prepare *p, struct error *err)
{
    struct classify *c = &p->b->classify;

    buf_reset(&p->line);
    if (record_write(&p->line, p->next, c, p->b->job.invocation_type, err) < 0)
        return -1;
    if (p->records != NULL && is_full(p, &p->jobs[p->count - 1], p->line.len) &&
        close_job(p, err) < 0)
        return -1;
    if (p->records == NULL && open_job(p, err) < 0)
        return -1;
    p->jobs[p->count - 1].records++;
    p->jobs[p->count - 1].bytes += (int64_t)p->line.len + 1;
    return write_line(p->records, p->records_digest, &p->line, err);
}

static int add_case(struct prepare *p, jv support_case, struct error *err)
{
    if (!p->again && add_record(p, err) < 0)
        return -1;
    buf_reset(&p->line);
    json_write(&p->line, support_case);
    if (buf_full(&p->line))
        return error_set(err, ERR_DATA, "CaseTooLarge", "a case of over %d bytes", LINE_BYTES_MAX);
    p->next++;
    return write_line(p->cases, p->cases_digest, &p->line, err);
}

static int each_case(struct tool *tool, const struct tool_record *record, void *context)
{
    struct prepare *p = context;
    struct error err;
    bool cut;
    jv support_case = case_normalise(record->value, &err);

    if (!jv_is_valid(support_case) ||
        classify_write(&p->b->classify, support_case, &cut, &err) < 0) {
        int status = tool_reject(tool, record, "read", &err);

        jv_free(support_case);
        jv_free(record->value);
        return status;
    }
    jv_free(record->value);
    if (add_case(p, support_case, &err) < 0) {
        jv_free(support_case);
        return tool_fatal(tool, &err);
    }
    jv_free(support_case);
    return 0;
}

/* A last job of too few records is none: its cases are asked on demand. */
static void drop_small_job(struct prepare *p)
{
    struct plan_job *last = p->count > 0 ? &p->jobs[p->count - 1] : NULL;
    char *path;

    if (last == NULL || last->records >= p->b->limits.records_min)
        return;
    path = batch_spool_path(p->b, last, ".jsonl");
    unlink(path);
    free(path);
    p->count--;
}

/*
 * The run's name, and by it those of its jobs: made of what the run is about, so that the same run
 * never makes a job twice, and of the time, so that next month's is another.
 */
static void name_run(struct prepare *p)
{
    struct plan *plan = &p->b->plan;
    struct digest *digest = digest_new();
    char hex[DIGEST_HEX_SIZE];
    char stamp[sizeof("20260102-030405")];
    int64_t now_ms = clock_now_ms(p->b->tool.clock);
    const char *parts[] = {plan->cases_digest, plan->model, plan->prompt_version,
                           plan->destination};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        digest_add(digest, parts[i], strlen(parts[i]) + 1);
    digest_add(digest, &now_ms, sizeof(now_ms));
    digest_finish_hex(digest, hex);
    time_format(now_ms, "%Y%m%d-%H%M%S", stamp, sizeof(stamp));
    snprintf(plan->run, sizeof(plan->run), "%s-%.10s", stamp, hex);
    for (size_t i = 0; i < p->count; i++)
        snprintf(p->jobs[i].name, sizeof(p->jobs[i].name), "maki-%s-%04d", plan->run,
                 p->jobs[i].number);
}

static int write_plan(struct prepare *p, struct error *err)
{
    struct batch *b = p->b;

    drop_small_job(p);
    b->plan.cases = p->next;
    snprintf(b->plan.model, sizeof(b->plan.model), "%s", b->model.settings.model_id);
    snprintf(b->plan.prompt_version, sizeof(b->plan.prompt_version), "%s", b->model.prompt_version);
    snprintf(b->plan.destination, sizeof(b->plan.destination), "%s",
             b->destination ? b->destination : "");
    name_run(p);
    if (plan_begin(&b->plan, b->journal, err) < 0)
        return -1;
    for (size_t i = 0; i < p->count; i++) {
        if (plan_add_job(&b->plan, b->journal, &p->jobs[i], err) < 0)
            return -1;
    }
    b->plan.cases = p->next;
    return plan_prepared(&b->plan, b->journal, err);
}

/* The plan that there is was made for other cases, or would be carried on with other words. */
static int check_same(struct prepare *p, const char *digest, struct error *err)
{
    struct batch *b = p->b;

    if (strcmp(b->plan.cases_digest, digest) == 0 &&
        strcmp(b->plan.model, b->model.settings.model_id) == 0 &&
        strcmp(b->plan.prompt_version, b->model.prompt_version) == 0)
        return 0;
    return error_set(err, ERR_USAGE, "OtherRun",
                     "the journal %s has an unfinished run over other cases, or with another model "
                     "or other categories; finish it with 'maki-batch wait' and 'maki-batch "
                     "collect', stop it with 'maki-batch stop', or name another --journal",
                     b->journal_path);
}

static int open_files(struct prepare *p, struct error *err)
{
    char *path;

    p->cases_digest = digest_new();
    if (p->again)
        return 0;
    /* what was prepared but half was never acted on */
    if (journal_clear(p->b->journal, err) < 0 || file_make_dir(p->b->spool, err) < 0)
        return -1;
    plan_clear(&p->b->plan);
    chmod(p->b->spool, 0700); /* cases are confidential, whatever the umask */
    path = batch_cases_path(p->b);
    p->cases = out_open(path, err);
    free(path);
    return p->cases ? 0 : -1;
}

static int finish(struct prepare *p, struct error *err)
{
    struct out *cases = p->cases;
    char digest[DIGEST_HEX_SIZE];

    p->cases = NULL;
    digest_finish_hex(p->cases_digest, digest);
    p->cases_digest = NULL;
    if (p->again)
        return check_same(p, digest, err);
    memcpy(p->b->plan.cases_digest, digest, sizeof(digest));
    if (out_close(cases, err) < 0 || close_job(p, err) < 0)
        return -1;
    return write_plan(p, err);
}

static void clean_up(struct prepare *p)
{
    struct error ignored;
    char hex[DIGEST_HEX_SIZE];

    out_close(p->cases, &ignored);
    out_close(p->records, &ignored);
    if (p->cases_digest != NULL)
        digest_finish_hex(p->cases_digest, hex);
    if (p->records_digest != NULL)
        digest_finish_hex(p->records_digest, hex);
    free(p->jobs);
    buf_clear(&p->line);
}

int batch_prepare(struct batch *b, int file_count, char **files)
{
    static const struct classify_options classify = {.known = NULL};
    struct prepare p = {.b = b, .again = b->plan.prepared};
    struct error err;
    int status = -1;

    classify_init(&b->classify, &b->tool, &b->model, &classify);
    buf_init(&p.line, LINE_BYTES_MAX);
    if (open_files(&p, &err) < 0)
        tool_fatal(&b->tool, &err);
    else if (tool_each_record(&b->tool, file_count, files, each_case, &p) == 0)
        status = finish(&p, &err) < 0 ? tool_fatal(&b->tool, &err) : 0;
    clean_up(&p);
    classify_clear(&b->classify);
    if (status == 0)
        diag_info("%" PRId64 " cases: %zu jobs over %" PRId64 " of them, %" PRId64 " on demand",
                  b->plan.cases, b->plan.job_count, b->plan.on_demand,
                  b->plan.cases - b->plan.on_demand);
    return status;
}
