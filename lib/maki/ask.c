#include "maki/ask.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "maki/ask_job.h"
#include "json/json.h"

enum { WINDOW_FACTOR = 2 };

static struct ask_job *job_at(struct ask *ask, size_t i)
{
    return &ask->jobs[(ask->first + i) % ask->size];
}

struct ask *ask_new(const struct ask_options *options)
{
    struct ask *ask = mem_calloc(1, sizeof(*ask));

    assert(options->in_flight_max > 0);
    ask->o = *options;
    /* in order, answers wait for those before them, and new questions go out meanwhile */
    ask->size = options->in_flight_max * (options->unordered ? 1 : WINDOW_FACTOR);
    ask->jobs = mem_calloc(ask->size, sizeof(*ask->jobs));
    for (size_t i = 0; i < ask->size; i++)
        ask_job_init(&ask->jobs[i], ask);
    return ask;
}

void ask_free(struct ask *ask)
{
    if (ask == NULL)
        return;
    for (size_t i = 0; i < ask->size; i++) {
        if (ask->jobs[i].state != JOB_FREE)
            ask->o.drop(ask->jobs[i].question);
        ask_job_clear(&ask->jobs[i]);
    }
    free(ask->jobs);
    free(ask);
}

const struct ask_totals *ask_totals(const struct ask *ask)
{
    return &ask->totals;
}

static int deliver(struct ask *ask, struct ask_job *job)
{
    int status = ask->o.done(ask->o.context, job->question, &job->outcome);

    ask_job_release(job);
    if (status < 0)
        ask->stopped = true;
    return status;
}

/* Hand over what is done: from the front, or wherever it is if order does not matter. */
static int deliver_done(struct ask *ask)
{
    for (size_t i = 0; ask->o.unordered && i < ask->count; i++) {
        if (job_at(ask, i)->state == JOB_DONE && deliver(ask, job_at(ask, i)) < 0)
            return -1;
    }
    while (ask->count > 0) {
        struct ask_job *job = job_at(ask, 0);

        if (job->state == JOB_DONE && deliver(ask, job) < 0)
            return -1;
        if (job->state != JOB_FREE)
            break;
        ask->first = (ask->first + 1) % ask->size;
        ask->count--;
    }
    return 0;
}

/* Move every job on that can be moved without waiting, the oldest first, so that none is overtaken
 * for ever. */
static void advance(struct ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        struct ask_job *job = job_at(ask, i);

        while (job->state == JOB_ANSWERED ||
               (job->state == JOB_WAITING && ask->asking < ask->o.in_flight_max)) {
            if (job->state == JOB_ANSWERED)
                ask_job_take_cached(job);
            else
                ask_job_send(job);
        }
    }
}

static bool can_deliver(struct ask *ask)
{
    for (size_t i = 0; i < ask->count && (i == 0 || ask->o.unordered); i++) {
        if (job_at(ask, i)->state == JOB_DONE)
            return true;
    }
    return false;
}

/* One round: advance, wait for the transport if nothing else is left to do, deliver. */
static int run_once(struct ask *ask, struct error *err)
{
    advance(ask);
    if (ask->asking > 0 && !can_deliver(ask) && http_wait(ask->o.transport, 1000, err) < 0)
        ask->broken = *err;
    if (deliver_done(ask) < 0) {
        error_clear(err);
        return -1;
    }
    if (ask->broken.kind != ERR_NONE) {
        *err = ask->broken;
        return -1;
    }
    return 0;
}

/* A place for another question, or NULL. Where order does not matter, a slow question holds up no
 * other. */
static struct ask_job *free_place(struct ask *ask)
{
    for (size_t i = 0; ask->o.unordered && i < ask->count; i++) {
        if (job_at(ask, i)->state == JOB_FREE)
            return job_at(ask, i);
    }
    return ask->count < ask->size ? job_at(ask, ask->count++) : NULL;
}

int ask_submit(struct ask *ask, const char *message, size_t len, void *question, struct error *err)
{
    struct ask_job *job;

    *err = ask->broken;
    if (ask->stopped || ask->broken.kind != ERR_NONE)
        return -1;
    while ((job = free_place(ask)) == NULL) {
        if (run_once(ask, err) < 0)
            return -1;
    }
    ask_job_start(job, message, len, question);
    advance(ask);
    return 0;
}

int ask_drain(struct ask *ask, struct error *err)
{
    *err = ask->broken;
    if (ask->stopped || ask->broken.kind != ERR_NONE)
        return -1;
    while (ask->count > 0) {
        if (run_once(ask, err) < 0)
            return -1;
    }
    return 0;
}
