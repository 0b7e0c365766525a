#ifndef MAKI_OFFLINE_JOB_STATE_H
#define MAKI_OFFLINE_JOB_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "offline/job_run.h"
#include "json/json.h"

/*
 * The jobs there are, oldest first. With a path they are kept in a file, so that the steps of a
 * pipeline, each a process of its own, see the same jobs; a lock makes them take turns.
 */
struct job {
    jv info;                      /* as the API tells it */
    char digest[DIGEST_HEX_SIZE]; /* of the request that it was created by */
    int64_t polls;                /* in its present status */
    int64_t nth;                  /* since the faults were set */
    struct job_run *run;          /* the work, while it is under way in this process */
};

struct job_state {
    const char *path;
    int lock_fd;
    struct job *items;
    size_t count, cap;
    bool changed; /* since it was opened */
};

/* `path` is borrowed; NULL: memory only. */
void job_state_init(struct job_state *state, const char *path);
void job_state_clear(struct job_state *state);

/* Around each look at it: read what is there, waiting for others; write what has changed. */
int job_state_open(struct job_state *state, struct error *err);
int job_state_close(struct job_state *state, struct error *err);

/* A new one, with nothing in it. */
struct job *job_state_add(struct job_state *state);

#endif
