#ifndef MAKI_TOOL_CHECK_H
#define MAKI_TOOL_CHECK_H

#include "tool/model.h"

/* The options --check and --check-call of the programs that ask a model: is it there and enabled?
 */
extern const struct opt tool_check_options[];
void tool_check_defaults(void);
bool tool_check_wanted(void);

/* Open the model, check it, write one object about it to standard output, and clean up, the tool
 * too: the exit status. */
int tool_check_run(struct tool *tool, const char *model_id);

#endif
