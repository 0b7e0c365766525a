#ifndef MAKI_STANDIN_SERVICE_H
#define MAKI_STANDIN_SERVICE_H

#include <stdint.h>

#include "auth.h"
#include "base/clock.h"
#include "base/rng.h"
#include "counters.h"
#include "faults.h"
#include "message.h"
#include "offline/server.h"

/* From a request to the bytes of its answer, and how they are to be sent. */
struct service {
    struct auth auth;
    struct faults faults;
    struct counters counters;
    struct server *server;
    const struct clock *clock;
    struct rng rng; /* of request ids */
};

/* How an answer is sent. */
struct plan {
    int64_t due_ms;    /* monotonic: not before */
    size_t part_bytes; /* at most so much at once, 0 for all; `part_ms` apart */
    int64_t part_ms;
    bool close, reset; /* when all is sent */
    bool counted;      /* as a request in flight */
};

/* Append the answer to `out`; nothing is appended where none is to come. The request came at this
 * monotonic time. */
void service_answer(struct service *s, const struct message *m, int64_t now_ms, struct buf *out,
                    struct plan *plan);

/* The same for what is no request. */
void service_refuse(struct service *s, const struct message *m, struct buf *out, struct plan *plan);

#endif
