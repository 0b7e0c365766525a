#ifndef MAKI_JSON_FILTER_H
#define MAKI_JSON_FILTER_H

#include <stddef.h>

#include "base/error.h"
#include "json/json.h"

/*
 * A user's jq program, compiled once and run on each record. It sees the record and nothing else:
 * no environment, no files, no modules, no further inputs; it cannot print or end the process.
 */
struct filter;

enum { FILTER_RESULTS_MAX = 10000 };

/* NULL with ERR_USAGE and jq's own words if the program does not compile. Free with filter_free. */
struct filter *filter_compile(const char *program, struct error *err);

/*
 * Run on a value (borrowed). The results come as a new array of the caller's; jv_invalid() with
 * ERR_DATA when the program raised an error or gave more than FILTER_RESULTS_MAX results.
 */
jv filter_run(struct filter *filter, jv value, struct error *err);

void filter_free(struct filter *filter);

#endif
