#ifndef MAKI_MAKI_SUMMARY_H
#define MAKI_MAKI_SUMMARY_H

#include "base/error.h"
#include "json/json.h"

/* The overall report, summary.json: what the model wrote, checked against what was counted. */

/* What of an insight (borrowed) the strong model gets to read: a new object. */
jv summary_digest(jv insight);

/*
 * Check an answer {summary, plan} (borrowed): both are texts, and every number in them that counts
 * cases is one of the statistics (borrowed); so is every percentage in the summary. A plan names
 * percentages that are none of cases ("an alarm at 80 % of the quota"), so there only those of
 * cases are looked at. Years of the time that the cases span are no invention. A new object with
 * just these two; jv_invalid() with words that the model can act on.
 */
jv summary_check(jv statistics, jv answer, struct error *err);

/* The parts of summary.json besides what the model wrote; all are taken. */
struct summary_parts {
    jv statistics;
    jv evidence;
    jv coverage;
    jv maki;
};

/* The record: the checked answer (taken), then the parts. A new object. */
jv summary_make(jv checked, const struct summary_parts *parts);

#endif
