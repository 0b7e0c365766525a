#include "http/record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "http/fixture_file.h"
#include "http/scrub.h"

enum { SERIES_MAX = 1 << 20, JOBS_MAX = 1 << 14 };

/* What is known of a request that was asked in this process. */
struct series {
    size_t asked;                   /* how often */
    size_t settled;                 /* how many of these have come to their end, the first ones */
    size_t count;                   /* answers in the file that are of this process */
    char last[FIXTURE_DIGEST_SIZE]; /* the digest of the latest of them */
};

/* A request under way; or answered, and waiting for equal ones that were asked before it. */
struct job {
    struct record *record;
    const struct http_request *request; /* NULL once it is over */
    http_done_fn *done;
    void *context;
    size_t series; /* its index: the array may move */
    size_t number; /* in its series, from 0 */
    char digest[FIXTURE_DIGEST_SIZE];
    struct buf request_text, response_text; /* the latter empty where no answer came */
    char *path;
    struct job *next;
};

struct record {
    struct http_transport base;
    struct http_transport *inner;
    char *dir;
    struct map *digests; /* an entry's index is its series' */
    struct series *series;
    size_t cap;
    struct job *jobs;
    size_t job_count;
    struct error broken;
};

/* It is in the list no more. */
static void job_free(struct record *r, struct job *job)
{
    r->job_count--;
    buf_clear(&job->request_text);
    buf_clear(&job->response_text);
    free(job->path);
    free(job);
}

/* Put the answer where it belongs. */
static void settle(struct record *r, struct series *s, struct job *job)
{
    char digest[DIGEST_HEX_SIZE];
    struct fixture_answer answer = {
        .path = job->path,
        .digest = job->digest,
        .index = s->count,
        .request = {job->request_text.data, job->request_text.len},
        .response = {job->response_text.data, job->response_text.len},
    };

    s->settled++;
    if (job->response_text.len == 0 || r->broken.kind != ERR_NONE)
        return;
    digest_sha256_hex(job->response_text.data, job->response_text.len, digest);
    if (s->count > 0 && strncmp(s->last, digest, sizeof(s->last) - 1) == 0)
        return;
    memcpy(s->last, digest, sizeof(s->last) - 1);
    if (fixture_file_put(&answer, &r->broken) < 0)
        error_prefix(&r->broken, "recording");
    else
        s->count++;
}

/* Take a question that is over out of the list; NULL if it is not. */
static struct job *take_over(struct record *r, size_t series, size_t number)
{
    for (struct job **link = &r->jobs; *link != NULL; link = &(*link)->next) {
        struct job *job = *link;

        if (job->series == series && job->number == number && job->request == NULL) {
            *link = job->next;
            return job;
        }
    }
    return NULL;
}

/* Settle what is over and has nothing before it that is not: whatever order answers come in, they
 * are written in the order of the questions. */
static void settle_all(struct record *r, size_t series)
{
    struct series *s = &r->series[series];
    struct job *job;

    while (s->settled < s->asked && (job = take_over(r, series, s->settled)) != NULL) {
        settle(r, s, job);
        job_free(r, job);
    }
}

static void on_done(void *context, const struct http_response *response, const struct error *err)
{
    struct job *job = context;
    struct record *r = job->record;
    http_done_fn *done = job->done;
    void *done_context = job->context;

    if (response != NULL) {
        char *name = fixture_name(job->request, job->digest);

        job->path = mem_printf("%s/%s", r->dir, name);
        free(name);
        fixture_add_request(&job->request_text, job->request);
        fixture_add_response(&job->response_text, job->request->method, response);
        if ((buf_full(&job->request_text) || buf_full(&job->response_text)) &&
            r->broken.kind == ERR_NONE)
            error_set(&r->broken, ERR_CANTCREAT, "FixtureTooLarge",
                      "recording: the fixture %.300s would be larger than %d MiB", job->path,
                      FIXTURE_BYTES_MAX >> 20);
    }
    job->request = NULL;
    settle_all(r, job->series);
    done(done_context, response, err);
}

static struct job *job_new(struct record *r, const struct http_request *request, http_done_fn *done,
                           void *context)
{
    struct job *job = mem_calloc(1, sizeof(*job));

    job->record = r;
    job->request = request;
    job->done = done;
    job->context = context;
    buf_init(&job->request_text, FIXTURE_BYTES_MAX);
    buf_init(&job->response_text, FIXTURE_BYTES_MAX);
    fixture_digest(request, job->digest);
    r->job_count++;
    job->next = r->jobs;
    r->jobs = job;
    return job;
}

static int record_submit(struct http_transport *t, const struct http_request *request,
                         http_done_fn *done, void *context, struct error *err)
{
    struct record *r = (struct record *)t;
    struct job *job;

    if (r->broken.kind != ERR_NONE) {
        *err = r->broken;
        return -1;
    }
    if (!scrub_may_record(request))
        return http_submit(r->inner, request, done, context, err);
    if (map_count(r->digests) >= SERIES_MAX)
        return error_set(err, ERR_CONFIG, "TooManyFixtures",
                         "recording: over %d different requests in one run", SERIES_MAX);
    if (r->job_count >= JOBS_MAX)
        return error_set(err, ERR_TEMP, "TooManyInFlight",
                         "recording: over %d requests wait to be written", JOBS_MAX);
    job = job_new(r, request, done, context);
    job->series = map_add(r->digests, job->digest, sizeof(job->digest) - 1);
    if (job->series >= r->cap) {
        size_t before = r->cap;

        r->series = mem_grow(r->series, &r->cap, job->series + 1, sizeof(*r->series));
        memset(r->series + before, 0, (r->cap - before) * sizeof(*r->series));
    }
    job->number = r->series[job->series].asked;
    if (http_submit(r->inner, request, on_done, job, err) < 0) {
        r->jobs = job->next; /* the latest stands first */
        job_free(r, job);
        return -1;
    }
    r->series[job->series].asked++;
    return 0;
}

static int record_wait(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    struct record *r = (struct record *)t;
    int status = http_wait(r->inner, timeout_ms, err);

    if (status >= 0 && r->broken.kind != ERR_NONE) {
        *err = r->broken;
        return -1;
    }
    return status;
}

/* Answers that wait for one that will not come any more are kept too, in their order. */
static void record_free(struct http_transport *t)
{
    struct record *r = (struct record *)t;

    http_free(r->inner);
    for (struct job *job = r->jobs; job != NULL; job = job->next)
        job->request = NULL;
    for (size_t i = 0; i < map_count(r->digests); i++)
        settle_all(r, i);
    map_free(r->digests);
    free(r->series);
    free(r->dir);
    free(r);
}

struct http_transport *http_record_new(struct http_transport *inner, const char *dir,
                                       struct error *err)
{
    static const struct http_transport_ops ops = {"record", record_submit, record_wait,
                                                  record_free};
    struct record *r;

    if (file_make_dir(dir, err) < 0) {
        http_free(inner);
        return NULL;
    }
    if (access(dir, W_OK | X_OK) < 0) {
        http_free(inner);
        error_set(err, ERR_CANTCREAT, "FileError",
                  "no fixtures can be written to the folder %.300s", dir);
        return NULL;
    }
    r = mem_calloc(1, sizeof(*r));
    r->base.ops = &ops;
    r->inner = inner;
    r->dir = mem_strdup(dir);
    r->digests = map_new();
    return &r->base;
}
