#ifndef MAKI_CMD_PLACE_H
#define MAKI_CMD_PLACE_H

#include "aws/s3_uri.h"
#include "plan.h"

/* Where a job's records and answers lie in the bucket:
 *   PREFIX/input/RUN/job-0001.jsonl
 *   PREFIX/output/RUN/<last part of the job's ARN>/job-0001.jsonl.out
 */
enum { PLACE_TEXT_SIZE = 2048 };

struct place {
    char bucket[S3_BUCKET_BYTES_MAX + 1];
    char input_key[PLACE_TEXT_SIZE];
    char input_uri[PLACE_TEXT_SIZE];
    char output_uri[PLACE_TEXT_SIZE];    /* as the job is told: up to RUN/ */
    char output_prefix[PLACE_TEXT_SIZE]; /* of the answers' keys; "" without an ARN */
};

/* The plan's destination is one that place_check took. */
void place_of_job(struct place *place, const struct plan *plan, const struct plan_job *job);

/* Can this be a destination? -1 with ERR_USAGE. */
int place_check(const char *destination, struct error *err);

#endif
