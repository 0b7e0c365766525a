#ifndef MAKI_AWS_MODEL_ID_H
#define MAKI_AWS_MODEL_ID_H

#include <stdbool.h>

/*
 * Does the shell pattern fit a model's id? The id may be a model's, an inference profile's (with a
 * geography's prefix: us. eu. global. …), or an ARN of either; the pattern may name any of them.
 */
bool model_id_fits(const char *pattern, const char *model_id);

#endif
