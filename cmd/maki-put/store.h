/* Records on their way into a target: many at once, accounted for in the order in which they came.
 */
#ifndef MAKI_CMD_PUT_STORE_H
#define MAKI_CMD_PUT_STORE_H

#include <stdint.h>

#include "base/buf.h"
#include "target.h"
#include "tool/tool.h"

enum { OBJECT_BYTES_MAX = 1 << 30, KEY_BUFFER_BYTES = 16 << 10 };

/* A place for one object. */
struct store_job {
    struct buf key;
    struct buf body; /* of at most OBJECT_BYTES_MAX */
    /* the store's own */
    struct put_object object;
    struct tool_record record;
    char *source; /* record.source, kept from job to job */
    char sha256_hex[65];
};

struct store;

/* `tool` and `target` are borrowed. store_free does not close the target. */
struct store *store_new(struct tool *tool, const struct put_target *target);
void store_free(struct store *store);

/* The place for the next object, its buffers empty; waits for the oldest one where all are taken.
 * NULL: the run cannot go on; tool->fatal is set. */
struct store_job *store_next(struct store *store);

/* Start to store it. Takes record->value; record->text must live until store_finish. -1 as above.
 */
int store_add(struct store *store, struct store_job *job, const struct tool_record *record);

/* Wait for all of them. -1 as above. */
int store_finish(struct store *store);

/* Of the objects that were stored. */
int64_t store_bytes(const struct store *store);

#endif
