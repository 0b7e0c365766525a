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
    char *folder, *state_path; /* of S3 and batch jobs; NULL without */
    struct job_store *store;
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
    job_store_free(o->store);
    free(o->folder);
    free(o->state_path);
    free(o->queue);
    free(o);
}

struct http_transport *offline_open(const struct offline_options *options)
{
    static const struct http_transport_ops ops = {"offline", submit, wait_all, free_offline};
    struct offline *o = mem_calloc(1, sizeof(*o));
    struct server_options answers = {.categories = options->categories,
                                     .clock = options->clock ? options->clock : clock_system()};

    o->base.ops = &ops;
    if (options->folder != NULL) {
        o->folder = mem_strdup(options->folder);
        o->state_path = mem_printf("%s/.jobs.json", options->folder);
        o->store = job_store_folder_new(o->folder);
        answers.folder = o->folder;
        answers.store = o->store;
        answers.state_path = o->state_path;
    }
    o->server = server_new(&answers);
    return &o->base;
}

struct http_transport *offline_new(const struct category_set *categories)
{
    return offline_open(&(struct offline_options){.categories = categories});
}
