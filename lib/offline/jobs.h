#ifndef MAKI_OFFLINE_JOBS_H
#define MAKI_OFFLINE_JOBS_H

#include <stddef.h>

#include "base/clock.h"
#include "offline/chat.h"
#include "offline/job_store.h"
#include "offline/models.h"
#include "json/json.h"

/*
 * Batch inference jobs as Bedrock runs them, over a store in place of S3. A job goes on when it is
 * looked at: each Get and each List first tells how things stand, then takes every job concerned a
 * step further, Submitted, Validating, Scheduled, InProgress, Completed. So nothing happens behind
 * anyone's back, and waiting costs polls, not time.
 */
struct jobs;

struct jobs_options {
    struct job_store *store;
    struct chat *chat;
    const struct models_place *place;
    bool strict_models;
    const struct clock *clock;
    const char *state_path; /* where jobs outlive the process; NULL: nowhere */
};

/* All that the options point to must outlive it. */
struct jobs *jobs_new(const struct jobs_options *options);
void jobs_free(struct jobs *jobs);

/*
 * What shall be different or go wrong, as a JSON object (borrowed) that replaces all that was set;
 * each member may be left out:
 *
 *   minRecords 100, maxRecords 50000   what validation asks for
 *   maxActive       jobs that are not over; beyond it ServiceQuotaExceededException. 0: no limit
 *   pollsPerStep    1
 *   recordsPerPoll  10000 (where the state outlives the process, a job is done in one poll)
 *   failEvery       each so-many-th record of a job has an error in place of its answer
 *   shuffle         the output's order is another
 *   jobs            [{"nth": 2, "end": "Expired", "after": 50, "message": "…"}]: how the n-th job
 *                   that is created from now on ends, and after how many records
 */
int jobs_set(struct jobs *jobs, jv setting, struct error *err);

/* The operations. Ids are decoded: an ARN, or the end of it; queries as on the wire. */
void jobs_create(struct jobs *jobs, const char *body, size_t len, struct reply *reply);
void jobs_get(struct jobs *jobs, const char *id, struct reply *reply);
void jobs_list(struct jobs *jobs, const char *query, struct reply *reply);
void jobs_stop(struct jobs *jobs, const char *id, struct reply *reply);

#endif
