#ifndef MAKI_TOOL_COST_H
#define MAKI_TOOL_COST_H

#include "base/opt.h"
#include "maki/budget.h"
#include "json/json.h"

/* Options for what a run may cost, shared by the programs that ask a model. */

/* To be named in opt_program.tables, after tool_cost_defaults. */
extern const struct opt tool_cost_options[];
void tool_cost_defaults(void);

/*
 * The budget that the options give for a model; offline, everything costs nothing. -1 with
 * ERR_CONFIG or ERR_USAGE: a limit in money without a price, or a file of prices that cannot be
 * understood.
 */
int tool_cost_open(struct budget *budget, const char *model_id, bool offline, struct error *err);

/* Add the cost, and whose prices it was reckoned with, to an object. */
void tool_cost_add(jv *object, const struct budget *budget, const struct converse_usage *usage);

#endif
