#include "offline/jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "offline/job_check.h"
#include "offline/job_list.h"
#include "offline/job_setting.h"
#include "offline/job_state.h"
#include "json/json.h"

enum { ID_LEN = 12, HOUR_MS = 3600 * 1000 };

struct jobs {
    struct jobs_options o;
    jv setting;
    int64_t created; /* since the setting was set */
    struct job_state state;
};

struct jobs *jobs_new(const struct jobs_options *options)
{
    struct jobs *jobs = mem_calloc(1, sizeof(*jobs));

    jobs->o = *options;
    jobs->setting = job_setting_default();
    job_state_init(&jobs->state, options->state_path);
    return jobs;
}

void jobs_free(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    jv_free(jobs->setting);
    job_state_clear(&jobs->state);
    free(jobs);
}

int jobs_set(struct jobs *jobs, jv setting, struct error *err)
{
    jv next = job_setting_read(setting, err);

    if (!jv_is_valid(next))
        return -1;
    jv_free(jobs->setting);
    jobs->setting = next;
    jobs->created = 0;
    return 0;
}

static bool is_final(const char *status)
{
    static const char *const finals[] = {"Completed", "PartiallyCompleted", "Failed", "Stopped",
                                         "Expired"};

    for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
        if (strcmp(finals[i], status) == 0)
            return true;
    }
    return false;
}

static void set_time(jv *info, const char *name, int64_t ms)
{
    char text[TIME_ISO_SIZE];

    time_format_iso(ms, text);
    json_set_str(info, name, text);
}

static void set_status(struct jobs *jobs, struct job *job, const char *status, const char *message)
{
    int64_t now_ms = clock_now_ms(jobs->o.clock);

    json_set_str(&job->info, "status", status);
    if (message != NULL)
        json_set_str(&job->info, "message", message);
    set_time(&job->info, "lastModifiedTime", now_ms);
    if (is_final(status))
        set_time(&job->info, "endTime", now_ms);
    job->polls = 0;
}

static void set_counts(struct job *job, const struct job_counts *counts)
{
    json_set(&job->info, "totalRecordCount", jv_number((double)counts->total));
    json_set(&job->info, "processedRecordCount", jv_number((double)counts->processed));
    json_set(&job->info, "successRecordCount", jv_number((double)counts->success));
    json_set(&job->info, "errorRecordCount", jv_number((double)counts->errors));
}

/* What was said of how this job shall end; jv_invalid() if nothing. Borrowed. */
static jv find_fate(const struct jobs *jobs, const struct job *job)
{
    jv fates = json_get(jobs->setting, "jobs");

    for (int i = 0; i < json_count(fates); i++) {
        if (json_int(json_at(fates, i), "nth", 0) == job->nth)
            return json_at(fates, i);
    }
    return jv_invalid();
}

static struct job_task make_task(const struct jobs *jobs, const struct job *job)
{
    jv input = json_get_path(job->info, "inputDataConfig", "s3InputDataConfig", NULL);
    jv output = json_get_path(job->info, "outputDataConfig", "s3OutputDataConfig", NULL);
    const char *type = json_str(job->info, "modelInvocationType", NULL);

    return (struct job_task){
        .store = jobs->o.store,
        .chat = jobs->o.chat,
        .input_uri = json_str(input, "s3Uri", NULL),
        .output_uri = json_str(output, "s3Uri", NULL),
        .id = strrchr(json_str(job->info, "jobArn", NULL), '/') + 1,
        .converse = type != NULL && strcmp(type, "Converse") == 0,
        .records_min = json_int(jobs->setting, "minRecords", 0),
        .records_max = json_int(jobs->setting, "maxRecords", 0),
        .fail_every = json_int(jobs->setting, "failEvery", 0),
        .stop_after = json_int(find_fate(jobs, job), "after", -1),
        .shuffle = json_bool(jobs->setting, "shuffle", false),
    };
}

static void validate(struct jobs *jobs, struct job *job)
{
    struct job_task task = make_task(jobs, job);
    struct job_counts counts;
    struct error err;

    error_clear(&err);
    if (job_run_validate(&task, &counts, &err) < 0) {
        set_status(jobs, job, "Failed", err.message);
        return;
    }
    set_counts(job, &counts);
    set_status(jobs, job, "Scheduled", NULL);
}

static void finish(struct jobs *jobs, struct job *job, int status, const struct error *err)
{
    jv fate = find_fate(jobs, job);
    const char *end = json_str(fate, "end", NULL);

    job_run_free(job->run);
    job->run = NULL;
    if (status < 0)
        set_status(jobs, job, "Failed", err->message);
    else
        set_status(jobs, job, end ? end : "Completed", json_str(fate, "message", NULL));
}

static void work(struct jobs *jobs, struct job *job)
{
    int64_t some = jobs->o.state_path ? INT64_MAX : json_int(jobs->setting, "recordsPerPoll", 1);
    struct job_counts counts = {.total = json_int(job->info, "totalRecordCount", 0)};
    struct job_task task = make_task(jobs, job);
    struct error err;
    int status;

    error_clear(&err);
    if (job->run == NULL)
        job->run = job_run_new(&task, &counts);
    status = job_run_some(job->run, some, &err);
    set_counts(job, job_run_counts(job->run));
    if (status <= 0)
        finish(jobs, job, status, &err);
}

static void stop(struct jobs *jobs, struct job *job)
{
    struct error err;

    error_clear(&err);
    if (job->run != NULL && job_run_stop(job->run, &err) < 0) {
        finish(jobs, job, -1, &err);
        return;
    }
    job_run_free(job->run);
    job->run = NULL;
    set_status(jobs, job, "Stopped", NULL);
}

/* One step further. */
static void advance(struct jobs *jobs, struct job *job)
{
    const char *status = json_str(job->info, "status", NULL);

    if (is_final(status) || ++job->polls < json_int(jobs->setting, "pollsPerStep", 1))
        return;
    jobs->state.changed = true;
    if (strcmp(status, "Submitted") == 0)
        set_status(jobs, job, "Validating", NULL);
    else if (strcmp(status, "Validating") == 0)
        validate(jobs, job);
    else if (strcmp(status, "Scheduled") == 0)
        set_status(jobs, job, "InProgress", NULL);
    else if (strcmp(status, "InProgress") == 0)
        work(jobs, job);
    else
        stop(jobs, job);
}

static bool open_state(struct jobs *jobs, struct reply *reply)
{
    struct error err;

    if (job_state_open(&jobs->state, &err) == 0)
        return true;
    reply_error(reply, 500, "InternalServerException", "%s", err.message);
    return false;
}

static void close_state(struct jobs *jobs, struct reply *reply)
{
    struct error err;

    if (job_state_close(&jobs->state, &err) < 0)
        reply_error(reply, 500, "InternalServerException", "%s", err.message);
}

static struct job *find_job(const struct jobs *jobs, const char *id)
{
    for (size_t i = 0; i < jobs->state.count; i++) {
        struct job *job = &jobs->state.items[i];
        const char *arn = json_str(job->info, "jobArn", NULL);

        if (strcmp(arn, id) == 0 || strcmp(strrchr(arn, '/') + 1, id) == 0)
            return job;
    }
    return NULL;
}

static struct job *find_token(const struct jobs *jobs, const char *token)
{
    for (size_t i = 0; token != NULL && i < jobs->state.count; i++) {
        const char *own = json_str(jobs->state.items[i].info, "clientRequestToken", NULL);

        if (own != NULL && strcmp(own, token) == 0)
            return &jobs->state.items[i];
    }
    return NULL;
}

static int64_t count_active(const struct jobs *jobs)
{
    int64_t active = 0;

    for (size_t i = 0; i < jobs->state.count; i++)
        active += !is_final(json_str(jobs->state.items[i].info, "status", NULL));
    return active;
}

static void digest_request(jv request, char digest[DIGEST_HEX_SIZE])
{
    struct buf scratch;

    buf_init(&scratch, 1 << 20);
    json_digest(request, &scratch, digest);
    buf_clear(&scratch);
}

static void add_job(struct jobs *jobs, jv request, const char *digest)
{
    static const char *const members[] = {"jobName",
                                          "roleArn",
                                          "modelId",
                                          "inputDataConfig",
                                          "outputDataConfig",
                                          "clientRequestToken",
                                          "vpcConfig",
                                          "timeoutDurationInHours",
                                          "modelInvocationType"};
    struct job *job = job_state_add(&jobs->state);
    int64_t now_ms = clock_now_ms(jobs->o.clock);
    char id[DIGEST_HEX_SIZE];
    char arn[256];
    char *from;

    from = mem_printf("%s %zu %" PRId64, digest, jobs->state.count, now_ms);
    digest_sha256_hex(from, strlen(from), id);
    free(from);
    snprintf(arn, sizeof(arn), "arn:aws:bedrock:%s:%s:model-invocation-job/%.*s",
             jobs->o.place->region, jobs->o.place->account, ID_LEN, id);
    json_set_str(&job->info, "jobArn", arn);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (json_has(request, members[i]))
            json_set(&job->info, members[i], jv_copy(json_get(request, members[i])));
    }
    if (!json_has(request, "modelInvocationType"))
        json_set_str(&job->info, "modelInvocationType", "InvokeModel");
    set_time(&job->info, "submitTime", now_ms);
    set_time(&job->info, "jobExpirationTime",
             now_ms + json_int(request, "timeoutDurationInHours", 24) * HOUR_MS);
    set_status(jobs, job, "Submitted", NULL);
    snprintf(job->digest, sizeof(job->digest), "%s", digest);
    job->nth = ++jobs->created;
    jobs->state.changed = true;
}

/* With a token that was there before, nothing is created; the answer is as if it had been. */
static void create(struct jobs *jobs, jv request, struct reply *reply)
{
    struct job *job = find_token(jobs, json_str(request, "clientRequestToken", NULL));
    int64_t most = json_int(jobs->setting, "maxActive", 0);
    char digest[DIGEST_HEX_SIZE];

    digest_request(request, digest);
    if (job != NULL && strcmp(job->digest, digest) != 0) {
        reply_error(reply, 409, "ConflictException",
                    "The clientRequestToken was used for another request.");
        return;
    }
    if (job == NULL && most > 0 && count_active(jobs) >= most) {
        reply_error(reply, 400, "ServiceQuotaExceededException",
                    "Your account has reached the quota of batch inference jobs in progress.");
        return;
    }
    if (job == NULL) {
        add_job(jobs, request, digest);
        job = &jobs->state.items[jobs->state.count - 1];
    }
    buf_adds(&reply->body, "{\"jobArn\":");
    json_write(&reply->body, json_get(job->info, "jobArn"));
    buf_addc(&reply->body, '}');
}

void jobs_create(struct jobs *jobs, const char *body, size_t len, struct reply *reply)
{
    struct error err;
    jv request;

    error_clear(&err);
    request = json_parse(body, len, NULL, &err);
    if (!jv_is_valid(request) || job_check(request, &err) < 0) {
        reply_error(reply, 400, "ValidationException", "%s", err.message);
    } else if (models_allow(jobs->o.place, json_str(request, "modelId", NULL),
                            jobs->o.strict_models, reply) &&
               open_state(jobs, reply)) {
        create(jobs, request, reply);
        close_state(jobs, reply);
    }
    jv_free(request);
}

static void refuse_id(struct reply *reply)
{
    reply_error(reply, 404, "ResourceNotFoundException",
                "Could not find a batch inference job with the provided identifier.");
}

void jobs_get(struct jobs *jobs, const char *id, struct reply *reply)
{
    struct job *job;

    if (!open_state(jobs, reply))
        return;
    job = find_job(jobs, id);
    if (job == NULL) {
        refuse_id(reply);
    } else {
        json_write(&reply->body, job->info);
        advance(jobs, job);
    }
    close_state(jobs, reply);
}

void jobs_list(struct jobs *jobs, const char *query, struct reply *reply)
{
    if (!open_state(jobs, reply))
        return;
    job_list(&jobs->state, query, reply);
    for (size_t i = 0; i < jobs->state.count; i++)
        advance(jobs, &jobs->state.items[i]);
    close_state(jobs, reply);
}

void jobs_stop(struct jobs *jobs, const char *id, struct reply *reply)
{
    struct job *job;
    const char *status;

    if (!open_state(jobs, reply))
        return;
    job = find_job(jobs, id);
    status = job ? json_str(job->info, "status", NULL) : NULL;
    if (job == NULL) {
        refuse_id(reply);
    } else if (is_final(status)) {
        reply_error(reply, 409, "ConflictException", "The job cannot be stopped: its status is %s.",
                    status);
    } else {
        set_status(jobs, job, "Stopping", NULL);
        jobs->state.changed = true;
        buf_adds(&reply->body, "{}");
    }
    close_state(jobs, reply);
}
