#ifndef MAKI_CMD_ANSWERS_H
#define MAKI_CMD_ANSWERS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "plan.h"

/*
 * What one job answered, by the number of the case: fetched from the bucket as the job left it, in
 * any order and of any size, and kept in a file, with 16 bytes of memory a record.
 */
struct answers;

/* How the records of a job ended, held against each other. */
struct answers_tally {
    int64_t answered;
    int64_t failed;    /* the record has an error */
    int64_t missing;   /* the job ended before it */
    int64_t repeated;  /* further lines for a record: the first one counts */
    int64_t unknown;   /* lines for no record of this job: not used */
    int64_t malformed; /* lines that are none */
    int64_t manifest;  /* successes by the job's own manifest; -1: it left none */
};

struct answers_source {
    struct http_transport *transport;
    const struct plan *plan;
    const struct plan_job *job;
    const char *path; /* a file of ours, to keep the answers in */
    size_t line_bytes_max;
};

/* Fetch and index. NULL with an error. Free with answers_free, which removes the file. */
struct answers *answers_open(const struct answers_source *source, struct error *err);
void answers_free(struct answers *answers);

const struct answers_tally *answers_tally(const struct answers *answers);

enum answers_found { ANSWERS_MISSING, ANSWERS_ERROR, ANSWERS_BODY, ANSWERS_UNREADABLE };

/*
 * The answer to a case of the job: BODY with the response's body in `body`; ERROR with the record's
 * error, MISSING, or UNREADABLE (our own file) with one in err.
 */
enum answers_found answers_find(struct answers *answers, int64_t index, struct buf *body,
                                struct error *err);

#endif
