#ifndef MAKI_STANDIN_COUNTERS_H
#define MAKI_STANDIN_COUNTERS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/seen.h"

/* What the server saw. Requests to its own control endpoint are not counted. */
struct counters {
    struct map *operations; /* "Converse": requests */
    struct map *statuses;   /* "200": answers */
    struct map *outcomes;   /* "Converse 200" */
    struct seen *bodies;    /* digests of requests that have one */
    struct seen *answered;  /* of those that were answered with 200 */
    int64_t requests, connections;
    int64_t distinct, repeated; /* bodies */
    int64_t answered_again;     /* answered with 200 more than once */
    int64_t in_flight, in_flight_most;
    int64_t first_ms, last_ms; /* monotonic: the first request came, the last answer left */
};

void counters_init(struct counters *c);
void counters_clear(struct counters *c);

/* Forget all but what is under way. */
void counters_reset(struct counters *c);

/* A request has come whole. The key is whatever tells it from others. */
void counters_came(struct counters *c, const char *operation, int64_t now_ms);

/* Its body; `key` is a digest of operation, path and body. */
void counters_body(struct counters *c, const char *key, int status);

/* What it is answered with; 0 for nothing at all. */
void counters_answer(struct counters *c, const char *operation, int status);

/* The answer has left, or the connection is gone. */
void counters_left(struct counters *c, int64_t now_ms);

/* Append all of it as one JSON object. */
void counters_write(const struct counters *c, struct buf *out);

#endif
