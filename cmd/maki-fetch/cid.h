/* The tree of the CID data collection: a case's data and its communications lie under equal
 * suffixes of two folders. */
#ifndef MAKI_CMD_CID_H
#define MAKI_CMD_CID_H

#include <stdbool.h>

#include "base/buf.h"
#include "fetch.h"
#include "maki/cid.h"

/* If `path` lies in a folder `from` (CID_DATA or CID_COMMUNICATIONS), the same path in the folder
 * `to`, in place of what `into` held. */
bool cid_counterpart(const char *path, const char *from, const char *to, struct buf *into);

/*
 * Join a CID data object with its communications, and hand it to intake. `path` is the data file's
 * and `communications` its counterpart's. Takes record->value. -1 only when tool.fatal is set.
 */
int cid_take(struct fetch *fetch, const struct tool_record *record, const char *communications);

/* The file of communications at `path` belongs to no data file: warn and count. Nothing to say
 * where it does. */
void cid_check_orphan(struct fetch *fetch, const char *path);

#endif
