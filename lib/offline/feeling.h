#ifndef MAKI_OFFLINE_FEELING_H
#define MAKI_OFFLINE_FEELING_H

#include "offline/document.h"
#include "offline/lexicon.h"

/*
 * How the customer feels: the sum of the lexicon's weights over the customer's own words, in
 * thousandths. Negations turn a weight round, intensifiers stretch it, and later messages count
 * more than earlier ones.
 */
int64_t feeling_score(const struct document *doc, const struct lexicon *lexicon);

/* "Positive", "Negative" or "Neutral". */
const char *feeling_name(int64_t score);

#endif
