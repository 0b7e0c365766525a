#ifndef MAKI_MAKI_EVIDENCE_H
#define MAKI_MAKI_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json.h"

/* A few cases that stand for many: the first ones that came, where those with negative sentiment go
 * before all others. */
enum { EVIDENCE_MAX = 5, EVIDENCE_ID_BYTES_MAX = 200 };

/* Starts out as zeros; clear frees and empties it. */
struct evidence {
    char *ids[EVIDENCE_MAX];
    size_t count;
    size_t negative; /* the first so many have negative sentiment */
};

/* Offer a case. An over-long id, which is none of AWS's, is passed over. */
void evidence_add(struct evidence *e, const char *case_id, bool negative);

/* The ids as a new array. */
jv evidence_ids(const struct evidence *e);

void evidence_clear(struct evidence *e);

#endif
