#ifndef MAKI_MAKI_CASE_COMMUNICATIONS_H
#define MAKI_MAKI_CASE_COMMUNICATIONS_H

#include "maki/case_member.h"

/*
 * Add the record's member `communications` from where the shape `raw` (borrowed) has them; an empty
 * array if it has none. Oldest first: those whose time can be read are sorted among the places they
 * hold, the others keep theirs; of two with one time the one that was written first stays first, as
 * far as the order they came in tells. -1 with ERR_DATA naming the member.
 */
int case_communications_add(jv *into, enum case_style style, jv raw, struct error *err);

#endif
