#ifndef MAKI_MAKI_CATEGORY_CASE_H
#define MAKI_MAKI_CATEGORY_CASE_H

#include <stdbool.h>

#include "base/error.h"
#include "maki/category.h"
#include "maki/category_file.h"

/* Read the example cases of a file, one object or (lines) one a line, into the category. -1 with
 * ERR_CONFIG. */
int category_case_parse(struct category *category, const struct category_file *file, bool lines,
                        struct error *err);

#endif
