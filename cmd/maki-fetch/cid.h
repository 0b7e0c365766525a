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
 * Does the path of a data file say that the case was created before a time (INT64_MIN: none)? The
 * collection takes the date in it from the case; a day more allows for its time zone.
 */
bool cid_is_before(const char *path, int64_t ms);

/* What stands behind the folder's name and '/' in a path that lies in the folder; else NULL. */
const char *cid_suffix(const char *path, const char *folder);

/*
 * Join a CID data object with its communications, and hand it to intake. Takes record->value. -1
 * only when tool.fatal is set.
 */
int cid_take(struct fetch *fetch, const struct tool_record *record, const struct origin *origin);

/* As origin.open_communications; the context is a struct buf with a file's path. */
struct jsonl *cid_open_file(struct fetch *fetch, void *context, struct error *err);

/* There is no folder of communications at all, of this path: warn, once. */
void cid_tell_no_communications(struct fetch *fetch, const char *folder);

/* The file of communications at `path` belongs to no data file: warn and count. Nothing to say
 * where it does. */
void cid_check_orphan(struct fetch *fetch, const char *path);
void cid_tell_orphan(struct fetch *fetch, const char *path);

#endif
