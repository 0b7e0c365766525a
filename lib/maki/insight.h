#ifndef MAKI_MAKI_INSIGHT_H
#define MAKI_MAKI_INSIGHT_H

#include "aws/converse.h"
#include "base/error.h"
#include "maki/ask.h"
#include "maki/category.h"
#include "json/json.h"

/* What an answer takes, for estimates before anything is sent; the offline stand-in's are about
 * that long. */
enum { INSIGHT_TOKENS_ESTIMATE = 250 };

/* The insight record: what the model says about a case, checked, between facts that code copies
 * from the case. */

/*
 * Check what a model answered (borrowed; the tool's input): all six members there, a known
 * category, a known sentiment, an https link to one of AWS's own documentation hosts, nothing
 * over-long. A new value with exactly these members in their order; jv_invalid() with ERR_DATA that
 * says what is wrong, in words a model can act on.
 */
jv insight_check(const struct category_set *set, jv answer, struct error *err);

/* How an insight came about; becomes its member `maki`. */
struct insight_origin {
    const char *model;
    const char *prompt_version;
    const struct ask_outcome *outcome;
    bool text_cut; /* the case was too long to be sent whole */
};

/* The record: facts from the case (borrowed), then the checked answer (taken), then the origin. A
 * new value. */
jv insight_make(jv support_case, jv checked, const struct insight_origin *origin);

/* True if a link may stand in a report: https, no user info or port, one of AWS's documentation
 * hosts. */
bool insight_link_is_allowed(const char *link);

#endif
