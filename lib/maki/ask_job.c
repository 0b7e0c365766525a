#include "maki/ask_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/json.h"

void ask_job_init(struct ask_job *job, struct ask *ask)
{
    job->ask = ask;
    job->outcome.result = jv_invalid();
    buf_init(&job->cached, ASK_RESPONSE_BYTES_MAX);
}

void ask_job_clear(struct ask_job *job)
{
    ask_job_release(job);
    buf_clear(&job->cached);
}

void ask_job_release(struct ask_job *job)
{
    if (job->state == JOB_FREE)
        return;
    converse_chat_clear(&job->chat);
    buf_reset(&job->cached);
    jv_free(job->outcome.result);
    job->outcome = (struct ask_outcome){.result = jv_invalid()};
    job->state = JOB_FREE;
}

/* Credentials, permissions and settings are the same for all questions: the next would fail alike.
 */
static bool ends_all(const struct error *err)
{
    return err->kind == ERR_PERM || err->kind == ERR_CONFIG;
}

static void job_break(struct ask_job *job, const struct error *err)
{
    if (job->ask->broken.kind == ERR_NONE)
        job->ask->broken = *err;
    job->state = JOB_BROKE;
}

static void job_fail(struct ask_job *job, const struct error *err)
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

/* To be asked, unless the answer, or that there is none, is known. */
static void job_begin(struct ask_job *job)
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

void ask_job_start(struct ask_job *job, const char *message, size_t len, void *question)
{
    job->question = question;
    job->outcome = (struct ask_outcome){.result = jv_invalid()};
    converse_chat_init(&job->chat, job->ask->o.template);
    converse_chat_user(&job->chat, message, len);
    job_begin(job);
}

/* The answers were no use: a retry is to ask anew, not to meet them again. */
static void job_fail_for_good(struct ask_job *job, const struct error *err)
{
    for (int i = job->known ? 1 : 0; job->ask->o.cache_dir && i < job->outcome.calls; i++)
        cache_drop(job->ask->o.cache_dir, job->keys[i]);
    job_fail(job, err);
}

static void on_response(void *context, const struct http_response *response,
                        const struct error *err);

/* The call under way is over, in one way or the other. */
static void settle(struct ask_job *job, const struct converse_usage *usage)
{
    if (job->ask->o.budget && job->reserves)
        budget_settle(job->ask->o.budget, job->reserved, usage);
    job->reserves = false;
}

/* Send the chat as it stands, or take the answer from the cache. The cached answer is handled
 * later, from the main loop. */
void ask_job_send(struct ask_job *job)
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
    if (ask->o.budget &&
        budget_reserve(ask->o.budget, job->request.body_len,
                       converse_template_max_tokens(ask->o.template), &job->reserved, &err) < 0) {
        job_fail(job, &err);
        return;
    }
    job->reserves = true;
    if (http_submit(ask->o.transport, &job->request, on_response, job, &err) < 0) {
        settle(job, NULL);
        job_fail(job, &err);
        return;
    }
    job->state = JOB_ASKING;
    ask->asking++;
}

/* The answer is no use: say why, once. */
static void job_repair(struct ask_job *job, const struct converse_answer *answer,
                       const struct error *err)
{
    char *complaint;

    if (job->known && job->ask->o.known_final) {
        job_fail(job, err);
        return;
    }
    if (job->outcome.calls >= ASK_CALLS_MAX) {
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

static void job_check(struct ask_job *job, const struct converse_answer *answer)
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
static bool job_ask_again(struct ask_job *job, const struct converse_answer *answer)
{
    struct ask *ask = job->ask;

    if (!answer->malformed || job->outcome.calls >= ASK_CALLS_MAX ||
        (job->known && ask->o.known_final))
        return false;
    if (ask->o.cache_dir && !job->known)
        cache_drop(ask->o.cache_dir, job->keys[job->outcome.calls - 1]);
    ask->totals.repaired++;
    job->state = JOB_WAITING;
    return true;
}

static void job_count(struct ask_job *job, const struct converse_usage *usage,
                      enum answer_from from)
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
    if (from == FROM_CACHE)
        return;
    ask_usage_add(&totals->usage, usage);
    settle(job, usage);
}

static void job_answer(struct ask_job *job, const struct http_response *response,
                       enum answer_from from)
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
    struct ask_job *job = context;
    struct ask *ask = job->ask;

    ask->asking--;
    if (response == NULL || response->status != 200)
        settle(job, NULL);
    else
        latency_add(&ask->totals.latency, response->latency_ms);
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
void ask_job_take_cached(struct ask_job *job)
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
