#include "http/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "http/difference.h"
#include "http/fixture_index.h"
#include "http/scrub.h"

/* More than any program keeps in flight; and after so many misses nobody reads what is near. */
enum { QUEUE_MAX = 1 << 14, NEAREST_MAX = 5, PATH_BYTES = 120, QUERY_BYTES_MAX = 1 << 20 };

struct pending {
    const struct http_request *request;
    http_done_fn *done;
    void *context;
};

struct replay {
    struct http_transport base;
    struct fixture_index *index;
    struct map *asked; /* by digest: how often */
    int misses;
    struct pending *queue; /* oldest first */
    size_t count, cap;
};

static int submit(struct http_transport *t, const struct http_request *request, http_done_fn *done,
                  void *context, struct error *err)
{
    struct replay *r = (struct replay *)t;

    if (r->count >= QUEUE_MAX)
        return error_set(err, ERR_TEMP, "TooManyInFlight", "over %d requests in flight", QUEUE_MAX);
    r->queue = mem_grow(r->queue, &r->cap, r->count + 1, sizeof(*r->queue));
    r->queue[r->count++] = (struct pending){request, done, context};
    return 0;
}

/* "POST /path?query (service, digest …)", of a length that leaves room for the rest. */
static void add_request(struct buf *out, const struct http_request *request, const char *digest)
{
    struct buf path;

    buf_init(&path, QUERY_BYTES_MAX);
    buf_addf(&path, "%s%s", request->path, request->query && *request->query ? "?" : "");
    scrub_query(&path, request->query ? request->query : "");
    buf_addf(out, "%.20s ", request->method);
    buf_add(out, buf_str(&path), utf8_clip(buf_str(&path), path.len, PATH_BYTES));
    buf_addf(out, "%s (%.40s, digest %s)", path.len > PATH_BYTES ? "…" : "", request->service,
             digest);
    buf_clear(&path);
}

static void add_nearest(struct replay *r, struct buf *out, const struct http_request *request)
{
    const char *name = NULL;
    struct fixture *f;

    if (r->misses++ >= NEAREST_MAX)
        return;
    f = fixture_index_nearest(r->index, request, &name);
    if (f == NULL)
        return;
    buf_addf(out, "; the nearest is %.160s, but ", name);
    difference_add(out, request, fixture_request(f));
    fixture_free(f);
}

static int miss(struct replay *r, const struct http_request *request, const char *digest,
                struct error *err)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_adds(&text, "no fixture for ");
    add_request(&text, request, digest);
    buf_addf(&text, " in %.100s: record it with --record", fixture_index_dir(r->index));
    add_nearest(r, &text, request);
    error_set(err, ERR_CONFIG, "NoFixture", "%.*s",
              (int)utf8_clip(buf_str(&text), text.len, sizeof(err->message) - 1), buf_str(&text));
    buf_clear(&text);
    return -1;
}

/* Which of the answers is the next one's; -1 with an error when there is none left. */
static int choose(struct replay *r, const struct fixture *f, const char *digest, size_t *index,
                  struct error *err)
{
    const struct http_request *request = fixture_request(f);
    size_t asked =
        (size_t)(*map_value(r->asked, map_add(r->asked, digest, FIXTURE_DIGEST_SIZE - 1)))++;
    size_t count = fixture_count(f);
    struct buf text;

    *index = asked < count ? asked : count - 1;
    if (asked < count || count == 1 || strcmp(request->method, "GET") == 0 ||
        strcmp(request->method, "HEAD") == 0)
        return 0;
    buf_init(&text, 1 << 12);
    add_request(&text, request, digest);
    error_set(err, ERR_CONFIG, "NoMoreAnswers",
              "%s was recorded with %zu different answers and is asked for the %zuth time: record "
              "it again with --record",
              buf_str(&text), count, asked + 1);
    buf_clear(&text);
    return -1;
}

static void answer(struct replay *r, const struct pending *p)
{
    struct http_response response;
    char digest[FIXTURE_DIGEST_SIZE];
    struct fixture *f;
    struct error err;
    size_t index;
    int status = -1;

    fixture_digest(p->request, digest);
    f = fixture_index_find(r->index, p->request, digest, &err);
    if (f != NULL)
        status = choose(r, f, digest, &index, &err);
    else if (err.kind == ERR_NONE)
        miss(r, p->request, digest, &err);
    if (status == 0)
        status = fixture_response(f, index, &response, &err);
    p->done(p->context, status == 0 ? &response : NULL, status == 0 ? NULL : &err);
    fixture_free(f);
}

/* Answer what is queued now; what the callbacks submit is answered by the next wait, so that the
 * caller gets its turn. */
static int wait_all(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    struct replay *r = (struct replay *)t;
    size_t count = r->count;

    (void)timeout_ms;
    (void)err;
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct pending p = r->queue[i]; /* a copy: a callback may submit, and the queue may move */

        answer(r, &p);
    }
    r->count -= count;
    memmove(r->queue, r->queue + count, r->count * sizeof(*r->queue));
    return (int)count;
}

static void free_replay(struct http_transport *t)
{
    struct replay *r = (struct replay *)t;

    fixture_index_free(r->index);
    map_free(r->asked);
    free(r->queue);
    free(r);
}

struct http_transport *http_replay_new(const char *dir, struct error *err)
{
    static const struct http_transport_ops ops = {"replay", submit, wait_all, free_replay};
    struct fixture_index *index = fixture_index_open(dir, err);
    struct replay *r;

    if (index == NULL)
        return NULL;
    r = mem_calloc(1, sizeof(*r));
    r->base.ops = &ops;
    r->index = index;
    r->asked = map_new();
    return &r->base;
}
