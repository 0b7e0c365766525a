#ifndef MAKI_CMD_RECORD_H
#define MAKI_CMD_RECORD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "tool/classify.h"
#include "json/json.h"

/*
 * One line of a job's input, {"recordId","modelInput"}, and of its output, {"recordId",
 * "modelOutput"} or {"recordId","error"}.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html
 */
enum { RECORD_ID_SIZE = 16 };

/* The recordId of a case by its number: "R0000000042"; and back: -1 for what is none. */
void record_id(int64_t index, char id[RECORD_ID_SIZE]);
int64_t record_index(const char *id);

/* Append the record of the case whose message `c` has. -1 with ERR_DATA. */
int record_write(struct buf *line, int64_t index, const struct classify *c,
                 const char *invocation_type, struct error *err);

#endif
