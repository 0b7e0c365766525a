/* Answers become insights: each case of the plan in turn, with what its job answered. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "batch.h"
#include "json/json.h"
#include "json/jsonl.h"

/* Collecting, under way. Cases come in order, so one job's answers are open at a time. */
struct collect {
    struct batch *b;
    struct classify classify;
    const struct plan_job *job; /* whose answers are open */
    struct answers *answers;
    struct answers_tally totals;
    bool count_in;      /* the cases come in here, and did not before */
    struct error fatal; /* reading a job's answers failed */
};

static void add_tally(struct collect *c, const struct answers_tally *tally)
{
    c->totals.answered += tally->answered;
    c->totals.failed += tally->failed;
    c->totals.missing += tally->missing;
    c->totals.repeated += tally->repeated;
    c->totals.unknown += tally->unknown;
    c->totals.malformed += tally->malformed;
}

/* What does not add up is told: it may be the service's fault, or somebody else's in the bucket. */
static void tell_tally(const struct plan_job *job, const struct answers_tally *tally)
{
    if (tally->repeated + tally->unknown + tally->malformed > 0)
        diag_warn("job %d (%s): among its answers are %" PRId64
                  " for a record that had one, %" PRId64 " for no record of the job, %" PRId64
                  " that are none: not used",
                  job->number, job->name, tally->repeated, tally->unknown, tally->malformed);
    if (tally->manifest >= 0 && tally->manifest != tally->answered)
        diag_warn("job %d (%s): its manifest tells of %" PRId64
                  " successes, and there are %" PRId64,
                  job->number, job->name, tally->manifest, tally->answered);
    if (tally->failed + tally->missing > 0)
        diag_note("job %d (%s): %s: %" PRId64 " records answered, %" PRId64 " failed, %" PRId64
                  " not processed",
                  job->number, job->name, job->status_name, tally->answered, tally->failed,
                  tally->missing);
}

static int open_answers(struct collect *c, const struct plan_job *job)
{
    struct batch *b = c->b;
    char *path = batch_spool_path(b, job, ".answers");
    struct answers_source source = {
        .transport = b->model.world.transport,
        .plan = &b->plan,
        .job = job,
        .path = path,
        .line_bytes_max = (size_t)b->tool.common->line_bytes_max,
    };

    answers_free(c->answers);
    c->answers = answers_open(&source, &c->fatal);
    c->job = job;
    free(path);
    if (c->answers == NULL)
        return -1;
    tell_tally(job, answers_tally(c->answers));
    add_tally(c, answers_tally(c->answers));
    return 0;
}

/* A classify_known_fn. */
static enum ask_known known(void *context, int64_t index, struct buf *body, struct error *err)
{
    struct collect *c = context;
    const struct plan_job *job = plan_job_of(&c->b->plan, index);

    if (job == NULL)
        return ASK_UNKNOWN;
    if (job != c->job && open_answers(c, job) < 0) {
        *err = c->fatal;
        err->kind = ERR_CONFIG; /* ends it: what cannot be read is not to be taken for missing */
        return ASK_HOPELESS;
    }
    switch (answers_find(c->answers, index, body, err)) {
    case ANSWERS_BODY:
        return ASK_KNOWN;
    case ANSWERS_UNREADABLE:
        return ASK_HOPELESS;
    default:
        return c->b->retry ? ASK_UNKNOWN : ASK_HOPELESS;
    }
}

static int take_case(struct collect *c, struct jsonl *reader, jv value, int64_t index)
{
    struct tool_record record = {
        .value = value, .source = jsonl_name(reader), .line = jsonl_line(reader)};
    struct classify_case question = {.support_case = value, .index = index};
    struct error err;

    if (c->count_in)
        tool_count_in(&c->b->tool);
    if (classify_write(&c->classify, value, &question.cut, &err) < 0) {
        int status = tool_reject(&c->b->tool, &record, "classify", &err);

        jv_free(value);
        return status;
    }
    return classify_case(&c->classify, &record, &question);
}

static int spoiled(struct collect *c, const char *path)
{
    struct error err;

    error_set(&err, ERR_DATA, "NoSpool",
              "%s does not have the %" PRId64 " cases of the plan: was it changed or deleted?",
              path, c->b->plan.cases);
    return tool_fatal(&c->b->tool, &err);
}

static int read_cases(struct collect *c, const char *path)
{
    struct error err;
    struct jsonl *reader = jsonl_open(path, &(struct jsonl_options){0}, &err);
    int64_t index = 0;
    int status = 0;

    if (reader == NULL)
        return tool_fatal(&c->b->tool, &err);
    while (status == 0) {
        jv value = jv_invalid();
        enum jsonl_status got = jsonl_next(reader, &value, &err);

        if (got == JSONL_END)
            break;
        if (got != JSONL_VALUE || index >= c->b->plan.cases) {
            jv_free(value);
            status = spoiled(c, path);
            break;
        }
        status = take_case(c, reader, value, index++);
    }
    jsonl_close(reader);
    return status == 0 && index != c->b->plan.cases ? spoiled(c, path) : status;
}

static void add_stats(struct collect *c)
{
    jv batch = jv_object();

    json_set(&batch, "jobs", jv_number((double)c->b->plan.job_count));
    json_set(&batch, "onDemand", jv_number((double)(c->b->plan.cases - c->b->plan.on_demand)));
    json_set(&batch, "answered", jv_number((double)c->totals.answered));
    json_set(&batch, "recordErrors", jv_number((double)c->totals.failed));
    json_set(&batch, "notProcessed", jv_number((double)c->totals.missing));
    json_set(&batch, "repeated", jv_number((double)c->totals.repeated));
    json_set(&batch, "unknown", jv_number((double)c->totals.unknown));
    json_set(&batch, "malformed", jv_number((double)c->totals.malformed));
    json_set(&c->b->tool.stats, "batch", batch);
    tool_model_add_stats(&c->b->tool, &c->b->model, ask_totals(c->classify.ask));
}

/* Only names that this program makes, so that nothing else is lost with them. */
int batch_remove_spool(struct batch *b)
{
    struct file_list list;
    struct error err;
    int status = 0;

    if (file_list_dir(b->spool, &list, &err) < 0)
        return tool_fatal(&b->tool, &err);
    for (size_t i = 0; i < list.count && status == 0; i++) {
        const char *name = list.names[i];
        char *path = mem_printf("%s/%s", b->spool, name);

        if ((strncmp(name, "job-", 4) == 0 || strcmp(name, "cases.jsonl") == 0) &&
            unlink(path) < 0 && errno != ENOENT)
            status = error_set_errno(&err, ERR_IO, errno, "FileError", "cannot remove %s", path);
        free(path);
    }
    file_list_free(&list);
    rmdir(b->spool);
    return status < 0 ? tool_fatal(&b->tool, &err) : 0;
}

/* Everything is told and written: the run is over, and its files may go. */
static int conclude(struct collect *c)
{
    struct batch *b = c->b;
    struct error err;

    if (out_flush(b->tool.out, &err) < 0 || plan_collected(&b->plan, b->journal, &err) < 0)
        return tool_fatal(&b->tool, &err);
    return b->keep ? 0 : batch_remove_spool(b);
}

int batch_collect(struct batch *b, bool count_in)
{
    struct collect c = {.b = b, .count_in = count_in};
    struct classify_options options = {
        .known = known, .known_context = &c, .known_final = !b->retry};
    char *path = batch_cases_path(b);
    int status;

    classify_init(&c.classify, &b->tool, &b->model, &options);
    status = read_cases(&c, path);
    if (classify_drain(&c.classify) < 0)
        status = -1;
    answers_free(c.answers);
    free(path);
    add_stats(&c);
    classify_clear(&c.classify);
    return status < 0 ? -1 : conclude(&c);
}
