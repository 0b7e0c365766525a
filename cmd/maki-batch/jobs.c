/* Jobs on their way: uploaded, created, waited for, stopped. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aws/s3_put.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/rng.h"
#include "batch.h"
#include "place.h"

/* A poll that fails for a reason that may pass is no reason to give up: the jobs go on. */
enum { POLL_FAILURES_MAX = 10, WAIT_MS = 1000 };

/* Store a job's records, which lie in memory. */
static int store(struct batch *b, const struct plan_job *job, const char *data, struct error *err)
{
    struct place place;
    struct s3_object object;
    struct s3_put_params params = {.data = data,
                                   .len = (size_t)job->bytes,
                                   .content_type = "application/jsonl",
                                   .sha256_hex = job->sha256,
                                   .checksum = S3_CRC32};
    struct s3_put put;
    int status = 0;

    place_of_job(&place, &b->plan, job);
    object = (struct s3_object){place.bucket, place.input_key};
    s3_put_init(&put, b->model.world.transport);
    if (s3_put_start(&put, &object, &params, err) < 0)
        status = -1;
    while (status == 0 && !put.over) {
        if (http_wait(b->model.world.transport, WAIT_MS, err) < 0)
            status = -1;
        /* what was sent of the mapped file need not stay in memory */
        madvise((void *)(uintptr_t)data, (size_t)job->bytes, MADV_DONTNEED);
    }
    if (status == 0 && put.err.kind != ERR_NONE) {
        *err = put.err;
        status = -1;
    }
    s3_put_clear(&put);
    return status;
}

/* Mapped, not read: a job's file may have a gigabyte. */
static int upload(struct batch *b, struct plan_job *job, struct error *err)
{
    char *path = batch_spool_path(b, job, ".jsonl");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *data = MAP_FAILED;
    int status = -1;

    if (fd >= 0 && lseek(fd, 0, SEEK_END) == (off_t)job->bytes)
        data = mmap(NULL, (size_t)job->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
        error_set(err, ERR_DATA, "NoSpool",
                  "%s is not what was prepared (%" PRId64 " bytes): was it changed or deleted? "
                  "Prepare anew with another --journal",
                  path, job->bytes);
    } else {
        diag_info("job %d: uploading %" PRId64 " records, %" PRId64 " bytes", job->number,
                  job->records, job->bytes);
        status = store(b, job, data, err);
        munmap(data, (size_t)job->bytes);
    }
    if (fd >= 0)
        close(fd);
    free(path);
    return status < 0 ? -1 : plan_move_job(&b->plan, b->journal, job, PLAN_UPLOADED, err);
}

static size_t split_tags(const struct opt_list *list, struct batch_tag *tags, char **copies)
{
    for (size_t i = 0; i < list->count; i++) {
        char *equals;

        copies[i] = mem_strdup(list->items[i]);
        equals = strchr(copies[i], '='); /* there is one: batch_check_options */
        *equals = '\0';
        tags[i] = (struct batch_tag){copies[i], equals + 1};
    }
    return list->count;
}

/*
 * The journal says first that the job is being created. If we end before its ARN is written down,
 * the same token gets us that ARN, and no second job.
 */
static int create(struct batch *b, struct plan_job *job, struct error *err)
{
    const struct batch_job_options *o = &b->job;
    struct batch_tag *tags = mem_calloc(o->tags.count + 1, sizeof(*tags));
    char **copies = mem_calloc(o->tags.count + 1, sizeof(*copies));
    struct place place;
    struct batch_job_spec spec;
    char *arn = NULL;

    place_of_job(&place, &b->plan, job);
    spec = (struct batch_job_spec){
        .name = job->name,
        .client_token = job->name,
        .model_id = b->plan.model,
        .role_arn = o->role_arn,
        .input_uri = place.input_uri,
        .output_uri = place.output_uri,
        .bucket_owner = o->bucket_owner,
        .kms_key_id = o->kms_key_id,
        .invocation_type = o->invocation_type,
        .subnet_ids = (const char *const *)o->subnets.items,
        .subnet_count = o->subnets.count,
        .security_group_ids = (const char *const *)o->security_groups.items,
        .security_group_count = o->security_groups.count,
        .tags = tags,
        .tag_count = split_tags(&o->tags, tags, copies),
        .timeout_hours = (int)o->timeout_hours,
    };
    if (plan_move_job(&b->plan, b->journal, job, PLAN_SUBMITTING, err) == 0)
        arn = batch_job_create(b->model.world.transport, &spec, err);
    for (size_t i = 0; i < o->tags.count; i++)
        free(copies[i]);
    free(copies);
    free(tags);
    if (arn == NULL)
        return -1;
    if (plan_submitted(&b->plan, b->journal, job, arn, err) < 0) {
        free(arn);
        return -1;
    }
    free(arn);
    diag_note("job %d of %zu: %s: %" PRId64 " records submitted", job->number, b->plan.job_count,
              job->name, job->records);
    return 0;
}

/* No room at the service now; there will be when other jobs are over. */
static bool is_full(const struct error *err)
{
    return strcmp(err->code, "ServiceQuotaExceededException") == 0 ||
           strcmp(err->code, "ThrottlingException") == 0;
}

/* Start what has not been started, as far as there is room: how many are under way, or -1. */
static int submit_more(struct batch *b, struct error *err)
{
    int64_t active = 0;

    for (size_t i = 0; i < b->plan.job_count; i++)
        active += b->plan.jobs[i].state == PLAN_SUBMITTED;
    for (size_t i = 0; i < b->plan.job_count && active < b->limits.jobs_max; i++) {
        struct plan_job *job = &b->plan.jobs[i];

        if (job->state == PLAN_WRITTEN && upload(b, job, err) < 0)
            return -1;
        if (job->state != PLAN_UPLOADED && job->state != PLAN_SUBMITTING)
            continue;
        if (create(b, job, err) < 0) {
            if (active > 0 && is_full(err))
                break;
            return -1;
        }
        active++;
    }
    return (int)active;
}

int batch_submit(struct batch *b)
{
    struct error err;

    return submit_more(b, &err) < 0 ? tool_fatal(&b->tool, &err) : 0;
}

static void tell_status(const struct batch *b, const struct plan_job *job,
                        const struct batch_job *seen)
{
    const char *why = seen->message ? seen->message : "";

    if (seen->status == BATCH_FAILED)
        diag_error("job %d of %zu: %s: Failed: %.400s", job->number, b->plan.job_count, job->name,
                   why);
    else
        diag_note("job %d of %zu: %s%s%.400s, %" PRId64 " of %" PRId64 " records", job->number,
                  b->plan.job_count, seen->status_name, *why ? ": " : "", why,
                  seen->processed < 0 ? 0 : seen->processed, job->records);
}

/* Look at one job; what is new is written down and told. */
static int look_at(struct batch *b, struct plan_job *job, struct error *err)
{
    struct batch_job seen;
    int status = batch_job_get(b->model.world.transport, job->arn, &seen, err);

    if (status == 0 && strcmp(seen.status_name, job->status_name) != 0) {
        tell_status(b, job, &seen);
        status = plan_status(&b->plan, b->journal, job, &seen, err);
    } else if (status == 0 && seen.processed >= 0) {
        diag_info("job %d of %zu: %s, %" PRId64 " of %" PRId64 " records", job->number,
                  b->plan.job_count, seen.status_name, seen.processed, job->records);
    }
    batch_job_clear(&seen);
    return status;
}

static int poll_all(struct batch *b, struct error *err)
{
    for (size_t i = 0; i < b->plan.job_count; i++) {
        struct plan_job *job = &b->plan.jobs[i];

        if (job->state == PLAN_SUBMITTED && look_at(b, job, err) < 0)
            return -1;
    }
    return 0;
}

/* The interval, up to a tenth more or less, so that many runs do not poll in step. */
static void pause_polling(const struct batch *b, struct rng *rng)
{
    double seconds = (double)b->job.poll_seconds * (0.9 + 0.2 * rng_unit(rng));

    clock_sleep_ms(clock_real(), (int64_t)(seconds * 1000));
}

int batch_wait(struct batch *b)
{
    struct rng rng = rng_seed(rng_secret());
    int64_t until = clock_monotonic_ms(clock_real()) + b->job.wait_hours * 3600 * 1000;
    struct error err;
    int failures = 0;

    while (!plan_is_over(&b->plan)) {
        if (submit_more(b, &err) >= 0 && poll_all(b, &err) == 0) {
            failures = 0;
        } else if (!err.retryable || ++failures > POLL_FAILURES_MAX) {
            return tool_fatal(&b->tool, &err);
        } else {
            diag_warn("%s; trying again at the next poll", err.message);
        }
        if (plan_is_over(&b->plan))
            break;
        if (clock_monotonic_ms(clock_real()) >= until) {
            error_set(&err, ERR_TEMP, "StillRunning",
                      "jobs are still under way after %" PRId64 " hours; the same command goes on "
                      "waiting",
                      b->job.wait_hours);
            return tool_fatal(&b->tool, &err);
        }
        pause_polling(b, &rng);
    }
    return 0;
}

int batch_stop(struct batch *b)
{
    struct error err;

    for (size_t i = 0; i < b->plan.job_count; i++) {
        const struct plan_job *job = &b->plan.jobs[i];

        if (job->state != PLAN_SUBMITTED)
            continue;
        if (batch_job_stop(b->model.world.transport, job->arn, &err) < 0)
            return tool_fatal(&b->tool, &err);
        diag_note("job %d of %zu: %s: asked to stop", job->number, b->plan.job_count, job->name);
    }
    return 0;
}
