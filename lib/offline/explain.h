#ifndef MAKI_OFFLINE_EXPLAIN_H
#define MAKI_OFFLINE_EXPLAIN_H

#include "base/buf.h"
#include "offline/classify.h"

/*
 * Append why the category was chosen: up to three phrases, quoted as they stand in the case, with
 * where they stand, and the category that came next.
 */
void explain(struct buf *out, const struct classification *result, const struct knowledge *k,
             const struct document *doc);

#endif
