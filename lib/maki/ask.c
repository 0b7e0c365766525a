#include "maki/ask.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "maki/cache.h"
#include "json/json.h"

enum { CALLS_MAX = 2, RESPONSE_BYTES_MAX = 16 << 20, WINDOW_FACTOR = 2 };

enum job_state {
    JOB_FREE,
    JOB_WAITING,  /* has something to send, at first or as a repair */
    JOB_ASKING,   /* is with the transport */
    JOB_ANSWERED, /* the cache had the answer; it is to be handled */
    JOB_DONE,
    JOB_BROKE, /* what failed it ends everything, and is told once: it gets no outcome */
};

enum answer_from { FROM_SERVICE, FROM_CACHE, FROM_CALLER };

/* A question under way. */
struct job {
    struct ask *ask;
    enum job_state state;
    void *question;
    struct converse_chat chat;
    struct http_request request; /* borrows from chat */
    char keys[CALLS_MAX][DIGEST_HEX_SIZE];
    struct buf cached; /* the body that the cache gave or that was known, until it is handled */
    bool known;        /* the latter */
    struct ask_outcome outcome;
};

/* Jobs stand in a ring in the order of their questions: [first, first + count). */
struct ask {
    struct ask_options o;
    struct ask_totals totals;
    struct job *jobs;
    size_t size, first, count;
    size_t asking;
    bool stopped;        /* `done` said so */
    struct error broken; /* the transport or the cache failed, which ends it all; or ERR_NONE */
};

static struct job *job_at(struct ask *ask, size_t i)
{
    return &ask->jobs[(ask->first + i) % ask->size];
}

struct ask *ask_new(const struct ask_options *options)
{
    struct ask *ask = mem_calloc(1, sizeof(*ask));

    assert(options->in_flight_max > 0);
    ask->o = *options;
    /* in order, answers wait for those before them, and new questions go out meanwhile */
    ask->size = options->in_flight_max * (options->unordered ? 1 : WINDOW_FACTOR);
    ask->jobs = mem_calloc(ask->size, sizeof(*ask->jobs));
    for (size_t i = 0; i < ask->size; i++) {
        ask->jobs[i].ask = ask;
        ask->jobs[i].outcome.result = jv_invalid();
        buf_init(&ask->jobs[i].cached, RESPONSE_BYTES_MAX);
    }
    return ask;
}

static void job_release(struct job *job)
{
    if (job->state == JOB_FREE)
        return;
    converse_chat_clear(&job->chat);
    buf_reset(&job->cached);
    jv_free(job->outcome.result);
    job->outcome = (struct ask_outcome){.result = jv_invalid()};
    job->state = JOB_FREE;
}

void ask_free(struct ask *ask)
{
    if (ask == NULL)
        return;
    for (size_t i = 0; i < ask->size; i++) {
        if (ask->jobs[i].state != JOB_FREE)
            ask->o.drop(ask->jobs[i].question);
        job_release(&ask->jobs[i]);
        buf_clear(&ask->jobs[i].cached);
    }
    free(ask->jobs);
    free(ask);
}

const struct ask_totals *ask_totals(const struct ask *ask)
{
    return &ask->totals;
}

/* Credentials, permissions and settings are the same for all questions: the next would fail alike.
 */
static bool ends_all(const struct error *err)
{
    return err->kind == ERR_PERM || err->kind == ERR_CONFIG;
}

static void job_break(struct job *job, const struct error *err)
{
    if (job->ask->broken.kind == ERR_NONE)
        job->ask->broken = *err;
    job->state = JOB_BROKE;
}

static void job_fail(struct job *job, const struct error *err)
{
    if (ends_all(err)) {
        job_break(job, err);
        return;
    }
    job->outcome.err = *err;
    if (err->attempts == 0)
        job->outcome.err.attempts = job->outcome.calls;
    job->state = JOB_DONE;
}

/* The answers were no use: a retry is to ask anew, not to meet them again. */
static void job_fail_for_good(struct job *job, const struct error *err)
{
    for (int i = job->known ? 1 : 0; job->ask->o.cache_dir && i < job->outcome.calls; i++)
        cache_drop(job->ask->o.cache_dir, job->keys[i]);
    job_fail(job, err);
}

static void on_response(void *context, const struct http_response *response,
                        const struct error *err);

/* Send the chat as it stands, or take the answer from the cache. The cached answer is handled
 * later, from the main loop. */
static void job_send(struct job *job)
{
    struct ask *ask = job->ask;
    struct error err;

    if (converse_chat_request(&job->chat, &job->request, &err) < 0) {
        job_fail(job, &err);
        return;
    }
    if (ask->o.cache_dir) {
        cache_key(&job->request, job->keys[job->outcome.calls]);
        if (cache_get(ask->o.cache_dir, job->keys[job->outcome.calls], &job->cached)) {
            job->state = JOB_ANSWERED;
            return;
        }
    }
    if (http_submit(ask->o.transport, &job->request, on_response, job, &err) < 0) {
        job_fail(job, &err);
        return;
    }
    job->state = JOB_ASKING;
    ask->asking++;
}

/* The answer is no use: say why, once. */
static void job_repair(struct job *job, const struct converse_answer *answer,
                       const struct error *err)
{
    char *complaint;

    if (job->known && job->ask->o.known_final) {
        job_fail(job, err);
        return;
    }
    if (job->outcome.calls >= CALLS_MAX) {
        struct error final = *err;

        error_prefix(&final, "the model's answer is invalid, also after one repair");
        job_fail_for_good(job, &final);
        return;
    }
    complaint =
        mem_printf("Your answer cannot be used: %s. Answer again, with the whole corrected object.",
                   err->message);
    converse_chat_object(&job->chat, answer->message, complaint);
    free(complaint);
    job->ask->totals.repaired++;
    job->state = JOB_WAITING;
}

static void complain_of_no_object(const struct converse_template *t, struct error *err)
{
    const char *name = converse_template_tool(t);

    if (converse_template_form(t) == CONVERSE_TOOL)
        error_set(err, ERR_DATA, "InvalidAnswer", "it holds no JSON object; call the tool %s",
                  name);
    else
        error_set(err, ERR_DATA, "InvalidAnswer",
                  "it holds no JSON object; answer with the input of %s as one JSON object and "
                  "nothing else",
                  name);
}

static void job_check(struct job *job, const struct converse_answer *answer)
{
    struct ask *ask = job->ask;
    struct error err;
    jv object = jv_is_valid(answer->input) ? jv_copy(answer->input) : ask_find_object(answer->text);
    jv result;

    if (json_is(object, JV_KIND_OBJECT)) {
        result = ask->o.check(ask->o.context, object, &err);
    } else {
        result = jv_invalid();
        complain_of_no_object(ask->o.template, &err);
    }
    jv_free(object);
    if (!jv_is_valid(result)) {
        job_repair(job, answer, &err);
        return;
    }
    job->outcome.result = result;
    job->state = JOB_DONE;
}

/* What the service could not read, it may be able to read the next time: the same question again,
 * which the cache must not answer. */
static bool job_ask_again(struct job *job, const struct converse_answer *answer)
{
    struct ask *ask = job->ask;

    if (!answer->malformed || job->outcome.calls >= CALLS_MAX || (job->known && ask->o.known_final))
        return false;
    if (ask->o.cache_dir && !job->known)
        cache_drop(ask->o.cache_dir, job->keys[job->outcome.calls - 1]);
    ask->totals.repaired++;
    job->state = JOB_WAITING;
    return true;
}

static void job_count(struct job *job, const struct converse_usage *usage, enum answer_from from)
{
    struct ask_totals *totals = &job->ask->totals;

    job->outcome.calls++;
    job->outcome.cached += from == FROM_CACHE;
    ask_usage_add(&job->outcome.usage, usage);
    if (from == FROM_CALLER) {
        totals->known++;
        ask_usage_add(&totals->known_usage, usage);
        return;
    }
    totals->calls++;
    totals->cached += from == FROM_CACHE;
    if (from == FROM_SERVICE)
        ask_usage_add(&totals->usage, usage);
}

static void job_answer(struct job *job, const struct http_response *response, enum answer_from from)
{
    struct ask *ask = job->ask;
    struct converse_answer answer;
    struct error err;
    int status = converse_answer_read(&answer, response, &err);

    if (response->status != 200 && converse_chat_refused(&job->chat, ask->o.template, &err)) {
        job->state = JOB_WAITING; /* made anew when it is sent; no call was answered */
        ask->totals.refused++;
        converse_answer_clear(&answer);
        return;
    }
    job_count(job, &answer.usage, from);
    if (status == 0)
        job_check(job, &answer);
    else if (response->status != 200)
        job_fail(job, &err);
    else if (!job_ask_again(job, &answer))
        job_fail_for_good(job, &err);
    converse_answer_clear(&answer);
}

static void on_response(void *context, const struct http_response *response,
                        const struct error *err)
{
    struct job *job = context;
    struct ask *ask = job->ask;

    ask->asking--;
    if (response == NULL) {
        job_fail(job, err);
        return;
    }
    /* where it cannot be kept, it is of use all the same: it was paid for. Then all ends. */
    if (ask->o.cache_dir && response->status == 200 && ask->broken.kind == ERR_NONE)
        cache_put(ask->o.cache_dir, job->keys[job->outcome.calls], response->body,
                  response->body_len, &ask->broken);
    job_answer(job, response, FROM_SERVICE);
}

/* A body from the cache goes the way of any other. A damaged file is dropped and the model asked.
 */
static void job_take_cached(struct job *job)
{
    struct error ignored;
    struct http_response response = {
        .status = 200, .body = job->cached.data, .body_len = job->cached.len};
    jv body = json_parse(response.body, response.body_len, NULL, &ignored);
    bool known = job->known && job->outcome.calls == 0;

    if (json_is(body, JV_KIND_OBJECT) || known) {
        job_answer(job, &response, known ? FROM_CALLER : FROM_CACHE);
    } else {
        cache_drop(job->ask->o.cache_dir, job->keys[job->outcome.calls]);
        job->state = JOB_WAITING;
    }
    jv_free(body);
    buf_clear(&job->cached);
}

static int deliver(struct ask *ask, struct job *job)
{
    int status = ask->o.done(ask->o.context, job->question, &job->outcome);

    job_release(job);
    if (status < 0)
        ask->stopped = true;
    return status;
}

/* Hand over what is done: from the front, or wherever it is if order does not matter. */
static int deliver_done(struct ask *ask)
{
    for (size_t i = 0; ask->o.unordered && i < ask->count; i++) {
        if (job_at(ask, i)->state == JOB_DONE && deliver(ask, job_at(ask, i)) < 0)
            return -1;
    }
    while (ask->count > 0) {
        struct job *job = job_at(ask, 0);

        if (job->state == JOB_DONE && deliver(ask, job) < 0)
            return -1;
        if (job->state != JOB_FREE)
            break;
        ask->first = (ask->first + 1) % ask->size;
        ask->count--;
    }
    return 0;
}

/* Move every job on that can be moved without waiting, the oldest first, so that none is overtaken
 * for ever. */
static void advance(struct ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        struct job *job = job_at(ask, i);

        while (job->state == JOB_ANSWERED ||
               (job->state == JOB_WAITING && ask->asking < ask->o.in_flight_max)) {
            if (job->state == JOB_ANSWERED)
                job_take_cached(job);
            else
                job_send(job);
        }
    }
}

static bool can_deliver(struct ask *ask)
{
    for (size_t i = 0; i < ask->count && (i == 0 || ask->o.unordered); i++) {
        if (job_at(ask, i)->state == JOB_DONE)
            return true;
    }
    return false;
}

/* One round: advance, wait for the transport if nothing else is left to do, deliver. */
static int run_once(struct ask *ask, struct error *err)
{
    advance(ask);
    if (ask->asking > 0 && !can_deliver(ask) && http_wait(ask->o.transport, 1000, err) < 0)
        ask->broken = *err;
    if (deliver_done(ask) < 0) {
        error_clear(err);
        return -1;
    }
    if (ask->broken.kind != ERR_NONE) {
        *err = ask->broken;
        return -1;
    }
    return 0;
}

/* A place for another question, or NULL. Where order does not matter, a slow question holds up no
 * other. */
static struct job *free_place(struct ask *ask)
{
    for (size_t i = 0; ask->o.unordered && i < ask->count; i++) {
        if (job_at(ask, i)->state == JOB_FREE)
            return job_at(ask, i);
    }
    return ask->count < ask->size ? job_at(ask, ask->count++) : NULL;
}

/* To be asked, unless the answer, or that there is none, is known. */
static void job_begin(struct job *job)
{
    struct ask *ask = job->ask;
    enum ask_known known = ASK_UNKNOWN;
    struct error err;

    if (ask->o.known != NULL)
        known = ask->o.known(ask->o.context, job->question, &job->cached, &err);
    job->known = known == ASK_KNOWN;
    job->state = job->known ? JOB_ANSWERED : JOB_WAITING;
    if (known == ASK_HOPELESS)
        job_fail(job, &err);
}

int ask_submit(struct ask *ask, const char *message, size_t len, void *question, struct error *err)
{
    struct job *job;

    assert(!ask->stopped && ask->broken.kind == ERR_NONE);
    while ((job = free_place(ask)) == NULL) {
        if (run_once(ask, err) < 0)
            return -1;
    }
    job->question = question;
    job->outcome = (struct ask_outcome){.result = jv_invalid()};
    converse_chat_init(&job->chat, ask->o.template);
    converse_chat_user(&job->chat, message, len);
    job_begin(job);
    advance(ask);
    return 0;
}

int ask_drain(struct ask *ask, struct error *err)
{
    *err = ask->broken;
    if (ask->stopped || ask->broken.kind != ERR_NONE)
        return -1;
    while (ask->count > 0) {
        if (run_once(ask, err) < 0)
            return -1;
    }
    return 0;
}
