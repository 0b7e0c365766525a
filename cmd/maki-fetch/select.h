/* Which cases are wanted. */
#ifndef MAKI_CMD_SELECT_H
#define MAKI_CMD_SELECT_H

#include <stdint.h>

#include "base/clock.h"
#include "base/opt.h"
#include "json/filter.h"
#include "json/json.h"

/* The options as given. */
struct select_options {
    const char *since;
    const char *until;
    const char *shard;
    const char *filter;
    struct opt_list status;
    struct opt_list service;
    struct opt_list category_code;
};

struct select {
    const struct select_options *options;
    int64_t since_ms; /* INT64_MIN: none */
    int64_t until_ms; /* INT64_MAX: none */
    int64_t shard;    /* from 0, of shard_count; shard_count 0: all */
    int64_t shard_count;
    struct filter *filter;
};

/* Read the options, which must outlive the selection. -1 with ERR_USAGE. select_clear in both
 * cases. */
int select_init(struct select *select, const struct select_options *options,
                const struct clock *clock, struct error *err);
void select_clear(struct select *select);

enum select_verdict {
    SELECT_WANTED,
    SELECT_NOT,     /* not now and not later */
    SELECT_NOT_YET, /* too new: a later run may want it */
    SELECT_UNDATED, /* wanted so far, but it has no time to be held against --since and --until */
};

/* Everything but --filter. *reason is set when the case is not wanted. */
enum select_verdict select_case(const struct select *select, jv support_case, const char **reason);

/*
 * Run --filter, if there is one, on a case (taken): the case that is to be emitted; jv_null() if it
 * is not wanted; jv_invalid() with ERR_DATA if the filter failed or gave something that is no case.
 */
jv select_filter(const struct select *select, jv support_case, struct error *err);

/* What decides, apart from times, which cases of a file are wanted: a new object, for --state. */
jv select_describe(const struct select *select);

#endif
