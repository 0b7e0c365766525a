#ifndef MAKI_OFFLINE_JOB_RUN_H
#define MAKI_OFFLINE_JOB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "offline/chat.h"
#include "offline/job_store.h"

/*
 * The work of a batch job: records from objects, through the model, into objects. Memory is bounded
 * by the longest record; what lies between is in files of the folder for temporary ones.
 */
struct job_task {
    struct job_store *store;
    struct chat *chat;
    const char *input_uri, *output_uri; /* an object or a prefix; a prefix */
    const char *id;                     /* the folder of the output */
    bool converse;                      /* else native bodies */
    int64_t records_min, records_max;   /* what validation asks for */
    int64_t fail_every;                 /* this one of so many records fails; 0 for none */
    int64_t stop_after;                 /* records; the others are not looked at. -1: all */
    bool shuffle;                       /* the order of the output */
};

struct job_counts {
    int64_t total, processed, success, errors;
    int64_t input_tokens, output_tokens;
};

/*
 * Look at the whole input: counts->total, or -1 with the reason that the job fails with, as
 * Bedrock's validation would.
 */
int job_run_validate(const struct job_task *task, struct job_counts *counts, struct error *err);

/* Work on a job, some records at a time. The strings of the task must outlive it. */
struct job_run;
struct job_run *job_run_new(const struct job_task *task, const struct job_counts *counts);

/* 1: there is more; 0: all output is stored; -1 with an error. */
int job_run_some(struct job_run *run, int64_t records_max, struct error *err);

/* Stop here; what there is is stored. */
int job_run_stop(struct job_run *run, struct error *err);

const struct job_counts *job_run_counts(const struct job_run *run);
void job_run_free(struct job_run *run);

#endif
