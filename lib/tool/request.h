#ifndef MAKI_TOOL_REQUEST_H
#define MAKI_TOOL_REQUEST_H

#include "base/error.h"
#include "base/opt.h"

/* Options for members that each request to a model gets: guardrail, metadata, tier and the like. */

/* To be named in opt_program.tables, after tool_request_defaults. */
extern const struct opt tool_request_options[];
void tool_request_defaults(void);

/* The members as JSON text for converse_settings, the caller's to free; NULL if there are none. -1
 * with ERR_USAGE for an option that cannot be. */
int tool_request_members(char **text, struct error *err);

#endif
