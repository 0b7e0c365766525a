#ifndef MAKI_OFFLINE_JOB_LIST_H
#define MAKI_OFFLINE_JOB_LIST_H

#include "offline/job_state.h"
#include "offline/reply.h"

/* ListModelInvocationJobs: a page of the jobs that the query wants. */
void job_list(const struct job_state *state, const char *query, struct reply *reply);

#endif
