#include "offline/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uri.h"
#include "offline/bucket.h"
#include "offline/chat.h"
#include "offline/identity.h"
#include "offline/jobs.h"
#include "offline/models.h"

enum { ID_BYTES_MAX = 2048 };

struct server {
    struct models_place place;
    bool strict_models;
    const char *folder;
    struct chat *chat;
    struct jobs *jobs; /* NULL without a store */
    struct buf id;     /* what stands for "*" in the path, decoded */
    struct reply reply;
    unsigned long long answered;
};

struct server *server_new(const struct server_options *options)
{
    struct server *s = mem_calloc(1, sizeof(*s));

    s->place.region = options->region ? options->region : "us-east-1";
    s->place.account = options->account ? options->account : "111122223333";
    s->strict_models = options->strict_models;
    s->folder = options->folder;
    s->chat = chat_new(options->categories);
    if (options->store != NULL)
        s->jobs = jobs_new(&(struct jobs_options){options->store, s->chat, &s->place,
                                                  options->strict_models, options->clock,
                                                  options->state_path});
    buf_init(&s->id, ID_BYTES_MAX);
    reply_init(&s->reply);
    return s;
}

void server_free(struct server *s)
{
    if (s == NULL)
        return;
    jobs_free(s->jobs);
    chat_free(s->chat);
    buf_clear(&s->id);
    reply_clear(&s->reply);
    free(s);
}

static void do_converse(struct server *s, const struct http_request *http)
{
    if (models_allow(&s->place, buf_str(&s->id), s->strict_models, &s->reply))
        chat_converse(s->chat, http->body ? http->body : "", http->body_len, &s->reply);
}

static void do_count_tokens(struct server *s, const struct http_request *http)
{
    if (models_allow(&s->place, buf_str(&s->id), s->strict_models, &s->reply))
        chat_count_tokens(s->chat, http->body ? http->body : "", http->body_len, &s->reply);
}

static void do_list_models(struct server *s, const struct http_request *http)
{
    models_list(&s->place, http->query, &s->reply);
}

static void do_get_model(struct server *s, const struct http_request *http)
{
    (void)http;
    models_get(&s->place, buf_str(&s->id), &s->reply);
}

static void do_availability(struct server *s, const struct http_request *http)
{
    (void)http;
    models_availability(buf_str(&s->id), &s->reply);
}

static void do_list_profiles(struct server *s, const struct http_request *http)
{
    models_list_profiles(&s->place, http->query, &s->reply);
}

static void do_get_profile(struct server *s, const struct http_request *http)
{
    (void)http;
    models_get_profile(&s->place, buf_str(&s->id), &s->reply);
}

static void do_identity(struct server *s, const struct http_request *http)
{
    identity_answer(http, s->place.account, s->reply.values[1], &s->reply);
}

static bool has_jobs(struct server *s)
{
    if (s->jobs == NULL)
        reply_error(&s->reply, 404, "UnknownOperationException",
                    "the stand-in has no store here, so it runs no batch jobs");
    return s->jobs != NULL;
}

static void do_create_job(struct server *s, const struct http_request *http)
{
    if (has_jobs(s))
        jobs_create(s->jobs, http->body ? http->body : "", http->body_len, &s->reply);
}

static void do_get_job(struct server *s, const struct http_request *http)
{
    (void)http;
    if (has_jobs(s))
        jobs_get(s->jobs, buf_str(&s->id), &s->reply);
}

static void do_list_jobs(struct server *s, const struct http_request *http)
{
    if (has_jobs(s))
        jobs_list(s->jobs, http->query, &s->reply);
}

static void do_stop_job(struct server *s, const struct http_request *http)
{
    (void)http;
    if (has_jobs(s))
        jobs_stop(s->jobs, buf_str(&s->id), &s->reply);
}

int server_set_jobs(struct server *s, jv setting, struct error *err)
{
    if (s->jobs == NULL)
        return error_set(err, ERR_DATA, "NoJobs", "there are no batch jobs here");
    return jobs_set(s->jobs, setting, err);
}

/* In the path, "*" stands for one segment that is not empty. */
static const struct operation {
    const char *name, *service, *method, *path;
    void (*run)(struct server *s, const struct http_request *http);
} operations[] = {
    {"Converse", "bedrock-runtime", "POST", "/model/*/converse", do_converse},
    {"CountTokens", "bedrock-runtime", "POST", "/model/*/count-tokens", do_count_tokens},
    {"ListFoundationModels", "bedrock", "GET", "/foundation-models", do_list_models},
    {"GetFoundationModel", "bedrock", "GET", "/foundation-models/*", do_get_model},
    {"GetFoundationModelAvailability", "bedrock", "GET", "/foundation-model-availability/*",
     do_availability},
    {"ListInferenceProfiles", "bedrock", "GET", "/inference-profiles", do_list_profiles},
    {"GetInferenceProfile", "bedrock", "GET", "/inference-profiles/*", do_get_profile},
    {"CreateModelInvocationJob", "bedrock", "POST", "/model-invocation-job", do_create_job},
    {"GetModelInvocationJob", "bedrock", "GET", "/model-invocation-job/*", do_get_job},
    {"ListModelInvocationJobs", "bedrock", "GET", "/model-invocation-jobs", do_list_jobs},
    {"StopModelInvocationJob", "bedrock", "POST", "/model-invocation-job/*/stop", do_stop_job},
    {"GetCallerIdentity", "sts", "POST", "/", do_identity},
};

/* Whether a path has this form; what stands for "*" is then at *id. */
static bool matches(const char *form, const char *path, const char **id, size_t *id_len)
{
    size_t before = strcspn(form, "*");

    *id_len = 0;
    if (form[before] == '\0')
        return strcmp(form, path) == 0;
    if (strncmp(form, path, before) != 0)
        return false;
    *id = path + before;
    *id_len = strcspn(*id, "/");
    return *id_len > 0 && strcmp(form + before + 1, *id + *id_len) == 0;
}

static const struct operation *find_operation(const struct http_request *http, const char **id,
                                              size_t *id_len)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const struct operation *op = &operations[i];

        if (strcmp(op->service, http->service) == 0 && strcmp(op->method, http->method) == 0 &&
            matches(op->path, http->path, id, id_len))
            return op;
    }
    return NULL;
}

const char *server_operation(const struct http_request *http)
{
    const char *id = NULL;
    size_t len = 0;
    const struct operation *op = find_operation(http, &id, &len);

    return op ? op->name : "";
}

void server_answer(struct server *s, const struct http_request *http,
                   struct http_response *response)
{
    char request_id[40];
    const char *id = NULL;
    size_t id_len = 0;
    const struct operation *op = find_operation(http, &id, &id_len);

    snprintf(request_id, sizeof(request_id), "offline-%llu", ++s->answered);
    reply_start(&s->reply, "application/json", request_id);
    buf_reset(&s->id);
    if (id != NULL)
        uri_decode(&s->id, id, id_len, false);
    if (strcmp(http->service, "s3") == 0 && s->folder != NULL)
        bucket_answer(s->folder, http, &s->reply);
    else if (op == NULL)
        reply_error(&s->reply, 404, "UnknownOperationException",
                    "the stand-in does not know %s %.200s at %s", http->method, http->path,
                    http->service);
    else if (buf_full(&s->id) || strlen(buf_str(&s->id)) != s->id.len)
        reply_error(&s->reply, 400, "ValidationException", "The identifier is invalid.");
    else
        op->run(s, http);
    *response = (struct http_response){
        .status = s->reply.status,
        .headers = s->reply.headers,
        .header_count = s->reply.header_count,
        .body = buf_str(&s->reply.body),
        .body_len = s->reply.body.len,
        .attempts = 1,
    };
}
