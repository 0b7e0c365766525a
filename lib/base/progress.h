#ifndef MAKI_BASE_PROGRESS_H
#define MAKI_BASE_PROGRESS_H

#include <stdint.h>

#include "base/clock.h"

/*
 * How far a long run has come: on a terminal one line that is redrawn (count, rate, time left),
 * otherwise plain lines, at most one in ten seconds, when verbose; nothing when quiet.
 */
struct progress {
    const struct clock *clock;
    const char *what; /* plural: "cases" */
    int64_t total;    /* 0 if unknown */
    int64_t count;
    int64_t started_ms;
    int64_t shown_ms;
};

/* `what` and the clock must outlive the progress. */
void progress_start(struct progress *p, const struct clock *clock, const char *what, int64_t total);
void progress_add(struct progress *p, int64_t count);
void progress_end(struct progress *p);

#endif
