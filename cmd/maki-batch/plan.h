#ifndef MAKI_CMD_PLAN_H
#define MAKI_CMD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/batch_job.h"
#include "base/digest.h"
#include "journal.h"

/*
 * Which cases go by which job, and how far each job is: what the journal's events add up to. The
 * cases of a run are numbered from 0; those from `on_demand` on are too few for a job.
 */
enum plan_state {
    PLAN_WRITTEN,    /* its records lie in the spool folder */
    PLAN_UPLOADED,   /* and in the bucket */
    PLAN_SUBMITTING, /* it is being created, or was: its token tells */
    PLAN_SUBMITTED,  /* it has an ARN */
    PLAN_ENDED,      /* its status is final */
};

struct plan_job {
    int number; /* from 1 */
    enum plan_state state;
    int64_t first, records; /* of the run's cases */
    int64_t bytes;
    char sha256[DIGEST_HEX_SIZE];
    char name[64]; /* also its clientRequestToken */
    char *arn;     /* once it is submitted */
    enum batch_status status;
    char status_name[32];
};

struct plan {
    char run[40]; /* names the run in keys and jobs; "" before there is one */
    char cases_digest[DIGEST_HEX_SIZE];
    char model[256];
    char prompt_version[32];
    char destination[1400]; /* s3://BUCKET/PREFIX */
    bool prepared;          /* all cases are divided into jobs */
    bool collected;         /* and all insights written: it is over */
    int64_t cases;
    int64_t on_demand; /* the first case that no job has */
    struct plan_job *jobs;
    size_t job_count, job_cap;
};

void plan_init(struct plan *plan);
void plan_clear(struct plan *plan);

/* A journal_each_fn; the context is the plan. */
int plan_read(void *context, jv event, struct error *err);

/* Do and write down: the event goes to the journal first. -1 with an error. */
int plan_begin(struct plan *plan, struct journal *journal, struct error *err);
int plan_add_job(struct plan *plan, struct journal *journal, const struct plan_job *job,
                 struct error *err);
int plan_prepared(struct plan *plan, struct journal *journal, struct error *err);
int plan_move_job(struct plan *plan, struct journal *journal, struct plan_job *job,
                  enum plan_state state, struct error *err);
int plan_submitted(struct plan *plan, struct journal *journal, struct plan_job *job,
                   const char *arn, struct error *err);
int plan_status(struct plan *plan, struct journal *journal, struct plan_job *job,
                const struct batch_job *seen, struct error *err);
int plan_collected(struct plan *plan, struct journal *journal, struct error *err);

/* The job that has a case; NULL if none has. */
struct plan_job *plan_job_of(struct plan *plan, int64_t index);

/* Are all jobs over? */
bool plan_is_over(const struct plan *plan);

#endif
