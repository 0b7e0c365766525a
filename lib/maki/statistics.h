#ifndef MAKI_MAKI_STATISTICS_H
#define MAKI_MAKI_STATISTICS_H

#include "json/json.h"

/*
 * What is counted over all insights, in bounded memory: at most STATISTICS_KEYS_MAX distinct
 * services, months, … are told apart; what comes after them is counted under "(more)".
 */
struct statistics;

enum { STATISTICS_KEYS_MAX = 10000, STATISTICS_TOP_MAX = 20 };

struct statistics *statistics_new(void);
void statistics_free(struct statistics *s);

/* Count one insight (borrowed). Missing members count under "(none)", a missing sentiment as
 * Neutral. */
void statistics_add(struct statistics *s, jv insight);

/*
 * The counts as a new object: insights, from, to, open, closed, other_percent, sentiment{},
 * categories[{category, count, percent, open, sentiment{}, services[]}], services[], months[],
 * status[]. Arrays are sorted by count, then name; months by name. Percentages have one decimal.
 * from and to are "" if no time could be read.
 */
jv statistics_object(const struct statistics *s);

/* For each category up to EVIDENCE_MAX case ids, those with negative sentiment first: a new array.
 */
jv statistics_evidence(const struct statistics *s);

#endif
