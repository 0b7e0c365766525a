#ifndef MAKI_AWS_BATCH_JOB_H
#define MAKI_AWS_BATCH_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/transport.h"

/*
 * Bedrock batch inference jobs, "model invocation jobs": create, look at, list and stop them. Each
 * call waits for its answer.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html
 */

/* A name and a value; also subnets and groups, as names alone. */
struct batch_tag {
    const char *key;
    const char *value;
};

/* What a job is created from; NULL and 0 leave a member out. All is borrowed. */
struct batch_job_spec {
    const char *name;         /* 1 to 63 characters: letters, digits, + . and - behind the first */
    const char *client_token; /* the same one never makes a second job */
    const char *model_id;
    const char *role_arn;        /* the service assumes it to reach the bucket */
    const char *input_uri;       /* s3://…/x.jsonl */
    const char *output_uri;      /* s3://…/ */
    const char *bucket_owner;    /* account id */
    const char *kms_key_id;      /* of the output */
    const char *invocation_type; /* "Converse" or "InvokeModel" */
    const char *const *subnet_ids;
    size_t subnet_count;
    const char *const *security_group_ids;
    size_t security_group_count;
    const struct batch_tag *tags;
    size_t tag_count;
    int timeout_hours; /* 24 to 168 */
};

/* Create the job: its ARN, which the caller frees. NULL with an error. */
char *batch_job_create(struct http_transport *t, const struct batch_job_spec *spec,
                       struct error *err);

enum batch_status {
    BATCH_SUBMITTED,
    BATCH_VALIDATING,
    BATCH_SCHEDULED,
    BATCH_IN_PROGRESS,
    BATCH_STOPPING,
    BATCH_COMPLETED, /* from here on nothing changes any more */
    BATCH_PARTIALLY_COMPLETED,
    BATCH_FAILED,
    BATCH_STOPPED,
    BATCH_EXPIRED,
    BATCH_UNKNOWN, /* a status that this version does not know; taken for one under way */
};

/* By its name; NULL is fine. */
enum batch_status batch_status_of(const char *name);

bool batch_status_is_final(enum batch_status status);

/* May there be output to read? Of stopped and expired jobs, too; not of failed ones. */
bool batch_status_has_output(enum batch_status status);

/* A job as the service tells it. Texts that it does not tell are NULL, counts -1. */
struct batch_job {
    char *arn;
    char *name;
    char *status_name;
    enum batch_status status;
    char *message; /* why it failed */
    char *model_id;
    char *submit_time;
    char *end_time;
    char *expiration_time;
    char *output_uri;
    int64_t total, processed, succeeded, failed; /* records */
};

void batch_job_clear(struct batch_job *job);

/* 0 with *job, which the caller clears. */
int batch_job_get(struct http_transport *t, const char *arn, struct batch_job *job,
                  struct error *err);

/* Jobs that have run or stopped already are no error. */
int batch_job_stop(struct http_transport *t, const char *arn, struct error *err);

/* Which jobs to list; NULL for all. */
struct batch_job_query {
    const char *name_contains;
    const char *status_equals;
};

/* Called for each job, newest first; it borrows the job. Another value than 0 ends the list. */
typedef int batch_job_each_fn(void *context, const struct batch_job *job);

/* All pages: 0, or what `each` ended it with, or -1 with an error. */
int batch_job_list(struct http_transport *t, const struct batch_job_query *query,
                   batch_job_each_fn *each, void *context, struct error *err);

#endif
