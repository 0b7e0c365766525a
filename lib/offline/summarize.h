#ifndef MAKI_OFFLINE_SUMMARIZE_H
#define MAKI_OFFLINE_SUMMARIZE_H

#include "base/buf.h"
#include "offline/classify.h"

/* Characters of the longest summary. */
enum { SUMMARY_CHARACTERS_MAX = 400 };

/*
 * Append one to three sentences of the case, word for word: what the customer reports, what AWS
 * found or advises, how it ended. At most SUMMARY_CHARACTERS_MAX characters.
 */
void summarize(struct buf *out, const struct classification *result, const struct knowledge *k,
               const struct document *doc);

#endif
