#ifndef MAKI_OFFLINE_NARRATE_H
#define MAKI_OFFLINE_NARRATE_H

#include "base/error.h"
#include "maki/category.h"
#include "json/json.h"

/*
 * The offline answer to an aggregation request: a summary and a plan put together from the
 * statistics, the digests and the categories' playbooks. `data` (borrowed) is the request's
 * {statistics, coverage, digests}; *input becomes a new object {summary, plan}. -1 with ERR_DATA if
 * there are no statistics.
 */
int offline_narrate(const struct category_set *set, jv data, jv *input, struct error *err);

#endif
