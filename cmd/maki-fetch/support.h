/* The AWS Support API as a source of cases: "support:". */
#ifndef MAKI_CMD_SUPPORT_H
#define MAKI_CMD_SUPPORT_H

#include <stdbool.h>

#include "fetch.h"

bool support_matches(const char *spec);
int support_check(const char *spec, struct error *err);

/* All cases of the account between --since and --until. -1 only when tool.fatal is set. */
int support_read(struct fetch *fetch, const char *spec);

#endif
