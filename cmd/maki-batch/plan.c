#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/json.h"

/* What the first event has, so that another version's journal is not misread. */
static const char version[] = "batch 1";

void plan_init(struct plan *plan)
{
    *plan = (struct plan){0};
}

void plan_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->job_count; i++)
        free(plan->jobs[i].arn);
    free(plan->jobs);
    plan_init(plan);
}

/* A text member into a fixed place; false if it is missing or too long. */
static bool take_text(jv event, const char *name, char *to, size_t size)
{
    const char *text = json_str(event, name, NULL);

    return text != NULL && (size_t)snprintf(to, size, "%s", text) < size;
}

static int bad(struct error *err)
{
    return error_set(err, ERR_DATA, "BadJournal", "an event that cannot be");
}

static int read_begin(struct plan *plan, jv event, struct error *err)
{
    const char *is = json_str(event, "maki_journal", NULL);

    if (is == NULL || strcmp(is, version) != 0)
        return error_set(err, ERR_DATA, "BadJournal",
                         "not a journal of this version of maki-batch: it wants \"%s\"", version);
    return take_text(event, "run", plan->run, sizeof(plan->run)) &&
                   take_text(event, "model", plan->model, sizeof(plan->model)) &&
                   take_text(event, "prompt", plan->prompt_version, sizeof(plan->prompt_version)) &&
                   take_text(event, "destination", plan->destination, sizeof(plan->destination))
               ? 0
               : bad(err);
}

static int read_job(struct plan *plan, jv event, struct error *err)
{
    struct plan_job *job;

    plan->jobs = mem_grow(plan->jobs, &plan->job_cap, plan->job_count + 1, sizeof(*plan->jobs));
    job = &plan->jobs[plan->job_count];
    *job = (struct plan_job){
        .number = (int)json_int(event, "job", 0),
        .first = json_int(event, "first", -1),
        .records = json_int(event, "records", -1),
        .bytes = json_int(event, "bytes", -1),
    };
    if (job->number != (int)plan->job_count + 1 || job->records <= 0 ||
        job->first != plan->on_demand || !take_text(event, "name", job->name, sizeof(job->name)) ||
        !take_text(event, "sha256", job->sha256, sizeof(job->sha256)))
        return bad(err);
    plan->job_count++;
    plan->on_demand = job->first + job->records;
    return 0;
}

static int read_prepared(struct plan *plan, jv event, struct error *err)
{
    plan->prepared = true;
    plan->cases = json_int(event, "cases", -1);
    return plan->cases >= plan->on_demand &&
                   take_text(event, "sha256", plan->cases_digest, sizeof(plan->cases_digest))
               ? 0
               : bad(err);
}

/* How far a job is. */
static int read_state(struct plan *plan, jv event, const char *name, struct error *err)
{
    int64_t number = json_int(event, "job", 0);
    const char *arn = json_str(event, "arn", NULL);
    struct plan_job *job;

    if (number < 1 || (size_t)number > plan->job_count)
        return bad(err);
    job = &plan->jobs[number - 1];
    if (strcmp(name, "uploaded") == 0) {
        job->state = PLAN_UPLOADED;
    } else if (strcmp(name, "submitting") == 0) {
        job->state = PLAN_SUBMITTING;
    } else if (strcmp(name, "submitted") == 0 && arn != NULL) {
        free(job->arn);
        job->arn = mem_strdup(arn);
        job->state = PLAN_SUBMITTED;
    } else if (strcmp(name, "status") == 0 &&
               take_text(event, "status", job->status_name, sizeof(job->status_name))) {
        job->status = batch_status_of(job->status_name);
        if (batch_status_is_final(job->status))
            job->state = PLAN_ENDED;
    } else {
        return bad(err);
    }
    return 0;
}

int plan_read(void *context, jv event, struct error *err)
{
    struct plan *plan = context;
    const char *name = json_str(event, "event", NULL);

    if (name == NULL || (*plan->run == '\0') != (strcmp(name, "begin") == 0))
        return bad(err);
    if (strcmp(name, "begin") == 0)
        return read_begin(plan, event, err);
    if (strcmp(name, "job") == 0)
        return read_job(plan, event, err);
    if (strcmp(name, "prepared") == 0)
        return read_prepared(plan, event, err);
    if (strcmp(name, "collected") == 0) {
        plan->collected = true;
        return 0;
    }
    return read_state(plan, event, name, err);
}

/* Write an event (taken) down, and let the plan learn of it as it will from the journal. */
static int add(struct plan *plan, struct journal *journal, jv event, struct error *err)
{
    if (journal_add(journal, jv_copy(event), err) < 0) {
        jv_free(event);
        return -1;
    }
    if (plan_read(plan, event, err) < 0) {
        err->kind = ERR_INTERNAL;
        jv_free(event);
        return -1;
    }
    jv_free(event);
    return 0;
}

static jv event_of(const char *name)
{
    jv event = jv_object();

    json_set_str(&event, "event", name);
    return event;
}

static jv job_event(const char *name, const struct plan_job *job)
{
    jv event = event_of(name);

    json_set(&event, "job", jv_number(job->number));
    return event;
}

int plan_begin(struct plan *plan, struct journal *journal, struct error *err)
{
    jv event = event_of("begin");

    json_set_str(&event, "maki_journal", version);
    json_set_str(&event, "run", plan->run);
    json_set_str(&event, "model", plan->model);
    json_set_str(&event, "prompt", plan->prompt_version);
    json_set_str(&event, "destination", plan->destination);
    *plan->run = '\0';
    return add(plan, journal, event, err);
}

int plan_add_job(struct plan *plan, struct journal *journal, const struct plan_job *job,
                 struct error *err)
{
    jv event = job_event("job", job);

    json_set_str(&event, "name", job->name);
    json_set(&event, "first", jv_number((double)job->first));
    json_set(&event, "records", jv_number((double)job->records));
    json_set(&event, "bytes", jv_number((double)job->bytes));
    json_set_str(&event, "sha256", job->sha256);
    return add(plan, journal, event, err);
}

int plan_prepared(struct plan *plan, struct journal *journal, struct error *err)
{
    jv event = event_of("prepared");

    json_set(&event, "cases", jv_number((double)plan->cases));
    json_set_str(&event, "sha256", plan->cases_digest);
    return add(plan, journal, event, err);
}

int plan_move_job(struct plan *plan, struct journal *journal, struct plan_job *job,
                  enum plan_state state, struct error *err)
{
    return add(plan, journal, job_event(state == PLAN_UPLOADED ? "uploaded" : "submitting", job),
               err);
}

int plan_submitted(struct plan *plan, struct journal *journal, struct plan_job *job,
                   const char *arn, struct error *err)
{
    jv event = job_event("submitted", job);

    json_set_str(&event, "arn", arn);
    return add(plan, journal, event, err);
}

int plan_status(struct plan *plan, struct journal *journal, struct plan_job *job,
                const struct batch_job *seen, struct error *err)
{
    jv event = job_event("status", job);

    json_set_str(&event, "status", seen->status_name);
    if (seen->message != NULL)
        json_set_str(&event, "message", seen->message);
    if (seen->processed >= 0)
        json_set(&event, "processed", jv_number((double)seen->processed));
    if (seen->failed >= 0)
        json_set(&event, "failed", jv_number((double)seen->failed));
    return add(plan, journal, event, err);
}

int plan_collected(struct plan *plan, struct journal *journal, struct error *err)
{
    return add(plan, journal, event_of("collected"), err);
}

struct plan_job *plan_job_of(struct plan *plan, int64_t index)
{
    size_t low = 0;
    size_t high = plan->job_count;

    if (index < 0 || index >= plan->on_demand)
        return NULL;
    while (high - low > 1) { /* the last job that does not start behind it */
        size_t middle = low + (high - low) / 2;

        if (plan->jobs[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return &plan->jobs[low];
}

bool plan_is_over(const struct plan *plan)
{
    for (size_t i = 0; i < plan->job_count; i++) {
        if (plan->jobs[i].state != PLAN_ENDED)
            return false;
    }
    return plan->prepared;
}
