#include "aws/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/converse.h"
#include "aws/service_error.h"
#include "base/mem.h"
#include "base/uri.h"
#include "http/call.h"
#include "json/json.h"

enum { RESPONSE_BYTES_MAX = 16 << 20, PAGES_MAX = 50, SUGGESTIONS_MAX = 5, QUERY_BYTES_MAX = 8192 };

/* One model's check under way. */
struct check {
    const struct check_options *o;
    const char *model_id;
    char *base;             /* the foundation model's id, as far as it is known */
    bool is_profile;        /* the id is an inference profile's */
    bool blind;             /* the account may not look */
    struct buf suggestions; /* profiles that lead to the model */
    int suggested;
    struct http_call call;
};

/* GET from the control plane: the JSON object, or jv_invalid() with the error. */
static jv get(struct check *c, const char *path, const char *query, struct error *err)
{
    struct http_request request = {
        .service = "bedrock", .method = "GET", .path = path, .query = query, .body = ""};
    jv body;

    if (http_call(&c->call, c->o->transport, &request, err) < 0)
        return jv_invalid();
    if (c->call.response.status != 200) {
        service_error_read(&c->call.response, err);
        return jv_invalid();
    }
    body = json_parse(c->call.response.body, c->call.response.body_len, NULL, err);
    if (!json_is(body, JV_KIND_OBJECT)) {
        jv_free(body);
        error_set(err, ERR_UNAVAILABLE, "InvalidResponse", "GET %s: the response is no JSON object",
                  path);
        return jv_invalid();
    }
    return body;
}

/* May the account not look, or is there nothing to look at? Wrong keys are another matter. */
static bool is_blind(struct check *c, const struct error *err)
{
    if (strcmp(err->code, "AccessDeniedException") != 0 && c->call.response.status != 404)
        return false;
    c->blind = true;
    return true;
}

/* The id behind the last '/' of an ARN, or the id itself. */
static const char *bare(const char *id)
{
    const char *slash = strrchr(id, '/');

    return slash ? slash + 1 : id;
}

static void set_base(struct check *c, const char *id)
{
    free(c->base);
    c->base = mem_strdup(bare(id));
}

/* A profile in the list: ours, or one that leads to our model? */
static int look_at_profile(struct check *c, jv profile, struct error *err)
{
    const char *id = json_str(profile, "inferenceProfileId", NULL);
    const char *arn = json_str(profile, "inferenceProfileArn", NULL);
    const char *status = json_str(profile, "status", NULL);
    const char *model = json_str(json_at(json_get(profile, "models"), 0), "modelArn", NULL);

    if (id == NULL)
        return 0;
    if (strcmp(id, bare(c->model_id)) == 0 || (arn != NULL && strcmp(arn, c->model_id) == 0)) {
        c->is_profile = true;
        if (model != NULL)
            set_base(c, model);
        if (status != NULL && strcmp(status, "ACTIVE") != 0)
            return error_set(err, ERR_CONFIG, "NotOffered",
                             "the inference profile %s is there, but its status is %.40s",
                             c->model_id, status);
    } else if (model != NULL && strcmp(bare(model), bare(c->model_id)) == 0 &&
               c->suggested++ < SUGGESTIONS_MAX) {
        buf_addf(&c->suggestions, "%s%.100s", c->suggestions.len ? ", " : "", id);
    }
    return 0;
}

static int look_at_profiles(struct check *c, struct error *err)
{
    struct buf query;
    int status = 0;
    bool more = true;

    buf_init(&query, QUERY_BYTES_MAX);
    buf_adds(&query, "maxResults=1000");
    for (int page = 0; status == 0 && more && page < PAGES_MAX; page++) {
        jv body = get(c, "/inference-profiles", buf_str(&query), err);
        jv list = json_get(body, "inferenceProfileSummaries");
        const char *next = json_str(body, "nextToken", NULL);

        if (!jv_is_valid(body))
            status = -1;
        for (int i = 0; status == 0 && i < json_count(list); i++)
            status = look_at_profile(c, json_at(list, i), err);
        more = next != NULL;
        buf_reset(&query);
        buf_adds(&query, "maxResults=1000&nextToken=");
        if (more)
            uri_encode(&query, next, strlen(next), "");
        jv_free(body);
    }
    buf_clear(&query);
    return status < 0 && is_blind(c, err) ? 0 : status;
}

static const char *region_of(const struct check *c)
{
    return c->o->region ? c->o->region : "this Region";
}

static int unknown(struct check *c, struct error *err)
{
    const char *suggestions = buf_str(&c->suggestions);

    return error_set(
        err, ERR_CONFIG, "UnknownModel",
        "%.200s is no model or inference profile of %s: see how it is written, or name "
        "another --region%s%s",
        c->model_id, region_of(c), *suggestions ? "; profiles here: " : "", suggestions);
}

static bool has_text(jv array, const char *text)
{
    for (int i = 0; i < json_count(array); i++) {
        const char *item = json_text(json_at(array, i), NULL);

        if (item != NULL && strcmp(item, text) == 0)
            return true;
    }
    return false;
}

/* Our model in the Region's list: can it be called by its own id? */
static int look_at_model(struct check *c, jv model, struct error *err)
{
    jv types = json_get(model, "inferenceTypesSupported");
    const char *suggestions = buf_str(&c->suggestions);

    if (json_count(types) == 0 || has_text(types, "ON_DEMAND"))
        return 0;
    return error_set(err, ERR_CONFIG, "NeedsInferenceProfile",
                     "%.200s can be called through an inference profile only: --model %s%s",
                     c->model_id, *suggestions ? suggestions : "with a prefix such as us.",
                     c->suggested > 1 ? " (one of these)" : "");
}

static int look_at_models(struct check *c, struct error *err)
{
    jv body = get(c, "/foundation-models", "", err);
    jv list = json_get(body, "modelSummaries");
    int status = -1;
    bool found = false;

    for (int i = 0; i < json_count(list) && !found; i++) {
        const char *id = json_str(json_at(list, i), "modelId", NULL);

        found = id != NULL && strcmp(id, bare(c->model_id)) == 0;
        if (found)
            status = look_at_model(c, json_at(list, i), err);
    }
    if (!jv_is_valid(body))
        status = is_blind(c, err) ? 0 : -1;
    else if (!found)
        status = unknown(c, err);
    jv_free(body);
    return status;
}

static int no_access(const struct check *c, const char *what, const char *status,
                     const char *advice, struct error *err)
{
    return error_set(err, ERR_PERM, "NoAccess", "%.200s is not enabled: %s is %.40s; %s",
                     c->model_id, what, status, advice);
}

static int judge_availability(struct check *c, jv body, struct error *err)
{
    const char *agreement = json_str(json_get(body, "agreementAvailability"), "status", NULL);
    const char *authorized = json_str(body, "authorizationStatus", NULL);
    const char *entitled = json_str(body, "entitlementAvailability", NULL);
    const char *region = json_str(body, "regionAvailability", NULL);

    if (authorized != NULL && strcmp(authorized, "AUTHORIZED") != 0)
        return no_access(c, "authorizationStatus", authorized,
                         "allow bedrock:InvokeModel for it to this user or role", err);
    if (agreement != NULL && strcmp(agreement, "PENDING") == 0)
        return no_access(c, "the agreement", agreement, "access was asked for: try again later",
                         err);
    if (agreement != NULL && strcmp(agreement, "AVAILABLE") != 0)
        return no_access(c, "the agreement", agreement,
                         "enable it under Model access in the Bedrock console", err);
    if (entitled != NULL && strcmp(entitled, "AVAILABLE") != 0)
        return no_access(c, "entitlementAvailability", entitled,
                         "enable it under Model access in the Bedrock console", err);
    if (!c->is_profile && region != NULL && strcmp(region, "AVAILABLE") != 0)
        return error_set(err, ERR_CONFIG, "WrongRegion",
                         "%.200s is not offered in %s: name another --region, or an inference "
                         "profile",
                         c->model_id, region_of(c));
    return 0;
}

static int look_at_availability(struct check *c, struct error *err)
{
    struct buf path;
    jv body;
    int status = -1;

    buf_init(&path, QUERY_BYTES_MAX);
    buf_adds(&path, "/foundation-model-availability/");
    uri_encode(&path, c->base, strlen(c->base), "");
    body = get(c, buf_str(&path), "", err);
    if (jv_is_valid(body))
        status = judge_availability(c, body, err);
    else if (is_blind(c, err))
        status = 0;
    jv_free(body);
    buf_clear(&path);
    return status;
}

/* The Region stands in an ARN: arn:aws:bedrock:REGION:… */
static int check_region(const struct check *c, struct error *err)
{
    const char *p = c->model_id;
    size_t len;

    if (strncmp(p, "arn:", 4) != 0 || c->o->region == NULL)
        return 0;
    for (int colons = 0; colons < 3 && p != NULL; colons++) {
        p = strchr(p, ':');
        p = p ? p + 1 : NULL;
    }
    len = p ? strcspn(p, ":") : 0;
    if (len == 0 || (strncmp(p, c->o->region, len) == 0 && c->o->region[len] == '\0'))
        return 0;
    return error_set(err, ERR_CONFIG, "WrongRegion",
                     "%.200s is in another Region than %s: give --region %.*s", c->model_id,
                     c->o->region, (int)len, p);
}

/* Application inference profiles, provisioned and imported models: in none of the lists. */
static bool is_own_arn(const char *id)
{
    static const char *const kinds[] = {":application-inference-profile/",
                                        ":provisioned-model/",
                                        ":imported-model/",
                                        ":custom-model",
                                        ":prompt-router/",
                                        ":default-prompt-router/"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strstr(id, kinds[i]) != NULL)
            return true;
    }
    return false;
}

/* By asking: the answer does not matter, that one came does. */
static int call_model(struct check *c, struct error *err)
{
    static const char hello[] = "Answer with the word ready.";
    struct converse_settings settings = {.model_id = c->model_id,
                                         .temperature = -1,
                                         .top_p = -1,
                                         .max_tokens = 10,
                                         .no_cache_point = true};
    struct converse_template *t = converse_template_new(&settings, NULL, NULL);
    struct converse_chat chat;
    struct http_request request;
    struct converse_answer answer;
    int status;

    converse_chat_init(&chat, t);
    converse_chat_user(&chat, hello, sizeof(hello) - 1);
    status = converse_chat_request(&chat, &request, err);
    if (status == 0)
        status = http_call(&c->call, c->o->transport, &request, err);
    if (status == 0) {
        status = converse_answer_read(&answer, &c->call.response, err);
        if (status < 0 && c->call.response.status == 200 && answer.stop_reason[0] != '\0')
            status = 0;
        converse_answer_clear(&answer);
    }
    converse_chat_clear(&chat);
    converse_template_free(t);
    return status;
}

/* What a refused call says, in the terms of the check. */
static int judge_call(struct check *c, struct error *err)
{
    const char *code = err->code;

    if (strstr(err->message, "on-demand throughput") != NULL)
        return error_set(err, ERR_CONFIG, "NeedsInferenceProfile",
                         "%.200s can be called through an inference profile only: name the id with "
                         "a prefix such as us. or eu. or global.",
                         c->model_id);
    if (strcmp(code, "AccessDeniedException") == 0)
        snprintf(err->code, sizeof(err->code), "NoAccess");
    else if (strcmp(code, "ResourceNotFoundException") == 0 ||
             strcmp(code, "ValidationException") == 0)
        err->kind = ERR_CONFIG;
    return error_prefix(err, "%.200s", c->model_id);
}

static int look(struct check *c, struct error *err)
{
    if (check_region(c, err) < 0)
        return -1;
    if (!is_own_arn(c->model_id)) {
        if (look_at_profiles(c, err) < 0 ||
            (!c->is_profile && !c->blind && look_at_models(c, err) < 0))
            return -1;
        if (!c->blind && look_at_availability(c, err) < 0)
            return -1;
    } else {
        c->blind = true;
    }
    return c->o->call && call_model(c, err) < 0 ? judge_call(c, err) : 0;
}

int check_model(const struct check_options *options, const char *model_id,
                char note[CHECK_NOTE_SIZE], struct error *err)
{
    struct check c = {.o = options, .model_id = model_id};
    int status;

    http_call_init(&c.call, RESPONSE_BYTES_MAX);
    buf_init(&c.suggestions, QUERY_BYTES_MAX);
    set_base(&c, model_id);
    status = look(&c, err);
    if (status < 0 && err->kind == ERR_TEMP) /* it says nothing about the model */
        err->kind = ERR_UNAVAILABLE;
    snprintf(note, CHECK_NOTE_SIZE, "%s%s",
             c.blind ? "could not be looked up (no permission, or not in Bedrock's lists)"
                     : "there and enabled",
             options->call ? ", and it answers"
             : c.blind     ? "; --check-call asks it"
                           : "");
    http_call_clear(&c.call);
    buf_clear(&c.suggestions);
    free(c.base);
    return status;
}
