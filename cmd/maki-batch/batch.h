#ifndef MAKI_CMD_BATCH_H
#define MAKI_CMD_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"
#include "plan.h"
#include "tool/classify.h"
#include "tool/model.h"
#include "tool/tool.h"

/* What the parts of maki-batch share: a run of batch inference over many cases. */

/* The service's quotas differ by model and account, and change: all are options. */
struct batch_limits {
    int64_t records_min;    /* a job has at least as many */
    int64_t records_max;    /* and at most */
    int64_t file_bytes_max; /* of its input */
    int64_t jobs_max;       /* under way at once */
};

/* How jobs are made and waited for. */
struct batch_job_options {
    const char *role_arn;
    const char *kms_key_id;
    const char *bucket_owner;
    const char *invocation_type;
    struct opt_list subnets;
    struct opt_list security_groups;
    struct opt_list tags; /* KEY=VALUE */
    int64_t timeout_hours;
    int64_t poll_seconds;
    int64_t wait_hours; /* then waiting ends, and can be gone on with */
};

struct batch {
    struct tool tool;
    struct tool_model model;
    struct classify classify;
    struct batch_limits limits;
    struct batch_job_options job;
    const char *destination; /* s3://BUCKET/PREFIX */
    const char *journal_path;
    char *spool; /* the folder where the run's files lie: cases, records, answers */
    struct journal *journal;
    struct plan plan;
    bool retry; /* ask on demand what the jobs did not answer */
    bool keep;  /* leave the spool when all is done */
};

/* A file of the spool, "job-0001.jsonl"; the caller frees it. */
char *batch_spool_path(const struct batch *b, const struct plan_job *job, const char *end);
char *batch_cases_path(const struct batch *b);

/*
 * Divide the cases of the files into jobs: their records and the cases themselves into the spool,
 * the plan into the journal. Where the journal has a plan already, only see to it that it is for
 * these cases. -1 only when tool.fatal is set, here and below.
 */
int batch_prepare(struct batch *b, int file_count, char **files);

/* Bring the prepared jobs to the service: upload, create. As many as may be under way. */
int batch_submit(struct batch *b);

/* Wait until all jobs are over, and create the others as there is room. */
int batch_wait(struct batch *b);

/* Write the insights of all cases of the plan, in order; what no job has is asked on demand. With
 * `count_in` they count as coming in: unless they were prepared just before. */
int batch_collect(struct batch *b, bool count_in);

/* The run is over: its files go. */
int batch_remove_spool(struct batch *b);

/* Write the jobs of this program, newest first, as JSON Lines. */
int batch_list(struct batch *b, bool active_only);

/* Ask the service to stop the journal's jobs. */
int batch_stop(struct batch *b);

#endif
