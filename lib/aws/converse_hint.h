#ifndef MAKI_AWS_CONVERSE_HINT_H
#define MAKI_AWS_CONVERSE_HINT_H

#include "base/error.h"

/* What a user can do about what Bedrock says. */

/* About an answer's stopReason that makes it no result. */
const char *converse_hint_stop(const char *stop_reason);

/* About an error response: "; " and the advice is put behind its message, where there is one. */
void converse_hint_add(struct error *err);

#endif
