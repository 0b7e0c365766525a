#ifndef MAKI_MAKI_CATEGORY_FILE_H
#define MAKI_MAKI_CATEGORY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "maki/category.h"

/* One file of a category's folder; see category.h for the kinds. */
struct category_file {
    const char *name; /* in its folder: "cues.txt" */
    const char *path; /* for messages */
    const char *data;
    size_t len;
};

/* True for the names that category_file_parse reads. */
bool category_file_is_known(const char *name);

/* Read a known file into the category; the strings are copied. -1 with ERR_CONFIG, "path:line:
 * what". */
int category_file_parse(struct category *category, const struct category_file *file,
                        struct error *err);

#endif
