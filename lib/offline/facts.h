#ifndef MAKI_OFFLINE_FACTS_H
#define MAKI_OFFLINE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rng.h"
#include "offline/bank.h"
#include "json/json.h"

/*
 * What stays the same throughout one synthetic case: the service, the resource, who, where, when
 * and the error message. The placeholders of the sayings are filled with it.
 */
enum { FACT_SIZE = 112 };

struct facts {
    char service[FACT_SIZE];       /* "Amazon Simple Storage Service" */
    char service_short[FACT_SIZE]; /* "S3" */
    char kind[FACT_SIZE];          /* of resource: "bucket" */
    char resource[FACT_SIZE];      /* its name or id */
    char type[FACT_SIZE];          /* of machine: "m5.xlarge" */
    char region[FACT_SIZE];
    char zone[FACT_SIZE];
    char version[FACT_SIZE];
    char team[FACT_SIZE];       /* "our checkout team" */
    char team_core[FACT_SIZE];  /* "checkout" */
    char time[FACT_SIZE];       /* of day, as the customer writes it: "14:20 UTC" */
    char clock_time[FACT_SIZE]; /* "14:20" */
    int64_t event_ms;    /* when the trouble began: some hours at most before the case was opened */
    struct saying error; /* may have placeholders of its own */
    uint64_t number_seed; /* each unit of {number} has one value */
    bool kind_first;      /* "bucket data-lake-raw" rather than "data-lake-raw" */
    bool formal;          /* the full name of the service */
};

/* Draw them. `data` (borrowed) is the request's: its service, resource and time of opening are used
 * where it has them. */
void facts_draw(struct facts *facts, jv data, struct rng *rng);

/* Append a saying (nothing, if it has no text) with its placeholders filled so that the sentence
 * around them stays right. */
void facts_fill(struct buf *out, const struct facts *facts, struct saying saying);

/* Append the error message: whole, or only its name, for the middle of a sentence. */
void facts_add_error(struct buf *out, const struct facts *facts, bool whole);

#endif
