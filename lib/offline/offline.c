#include "offline/offline.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "offline/server.h"

/* Far more than any program keeps in flight; beyond it something is wrong. */
enum { QUEUE_MAX = 4096 };

struct pending {
    const struct http_request *request;
    http_done_fn *done;
    void *context;
};

struct offline {
    struct http_transport base;
    struct server *server;
    struct pending *queue; /* oldest first */
    size_t count, cap;
};

static int submit(struct http_transport *t, const struct http_request *request, http_done_fn *done,
                  void *context, struct error *err)
{
    struct offline *o = (struct offline *)t;

    if (o->count >= QUEUE_MAX)
        return error_set(err, ERR_TEMP, "TooManyInFlight", "over %d requests in flight", QUEUE_MAX);
    o->queue = mem_grow(o->queue, &o->cap, o->count + 1, sizeof(*o->queue));
    o->queue[o->count++] = (struct pending){request, done, context};
    return 0;
}

/* Answer what is queued now; what the callbacks submit is answered by the next wait, so that the
 * caller gets its turn. */
static int wait_all(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    struct offline *o = (struct offline *)t;
    size_t count = o->count;

    (void)timeout_ms;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        struct pending p = o->queue[i]; /* a copy: a callback may submit, and the queue may move */
        struct http_response response;

        server_answer(o->server, p.request, &response);
        p.done(p.context, &response, NULL);
    }
    o->count -= count;
    memmove(o->queue, o->queue + count, o->count * sizeof(*o->queue));
    return (int)count;
}

static void free_offline(struct http_transport *t)
{
    struct offline *o = (struct offline *)t;

    server_free(o->server);
    free(o->queue);
    free(o);
}

struct http_transport *offline_new(const struct category_set *categories)
{
    static const struct http_transport_ops ops = {"offline", submit, wait_all, free_offline};
    struct offline *o = mem_calloc(1, sizeof(*o));

    o->base.ops = &ops;
    o->server = server_new(&(struct server_options){.categories = categories});
    return &o->base;
}
