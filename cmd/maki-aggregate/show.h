#ifndef MAKI_CMD_AGGREGATE_SHOW_H
#define MAKI_CMD_AGGREGATE_SHOW_H

#include "base/buf.h"
#include "json/json.h"

/* Append a stored summary.json (borrowed) as plain text for a terminal: summary, plan, counts. */
void show_summary(struct buf *out, jv summary);

#endif
