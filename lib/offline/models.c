#include "offline/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline/query.h"

enum { ID_SIZE = 256, PAGE_MAX = 1000 };

/* A model; `profiles` are the prefixes of its inference profiles. */
static const struct model {
    const char *id, *name, *provider;
    const char *profiles;
    bool on_demand; /* by its own id, too */
    const char *output;
    const char *lifecycle;
} models[] = {
    {"amazon.nova-micro-v1:0", "Nova Micro", "Amazon", "us eu apac", true, "TEXT", "ACTIVE"},
    {"amazon.nova-lite-v1:0", "Nova Lite", "Amazon", "us eu apac", true, "TEXT", "ACTIVE"},
    {"amazon.nova-pro-v1:0", "Nova Pro", "Amazon", "us eu apac", true, "TEXT", "ACTIVE"},
    {"amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "Amazon", "", true, "EMBEDDING",
     "ACTIVE"},
    {"anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "Anthropic", "us eu apac", true,
     "TEXT", "LEGACY"},
    {"anthropic.claude-3-7-sonnet-20250219-v1:0", "Claude 3.7 Sonnet", "Anthropic", "us eu apac",
     false, "TEXT", "ACTIVE"},
    {"anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "Anthropic", "us eu apac global",
     false, "TEXT", "ACTIVE"},
    {"anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", "Anthropic", "us eu global",
     false, "TEXT", "ACTIVE"},
    {"meta.llama3-1-8b-instruct-v1:0", "Llama 3.1 8B Instruct", "Meta", "us", true, "TEXT",
     "ACTIVE"},
    {"mistral.mistral-large-2402-v1:0", "Mistral Large (24.02)", "Mistral AI", "", true, "TEXT",
     "ACTIVE"},
};

enum { MODEL_COUNT = sizeof(models) / sizeof(models[0]) };

/* Whether a list of words divided by spaces has this one. */
static bool has_word(const char *list, const char *word, size_t len)
{
    for (const char *p = list; *p != '\0'; p += *p == ' ') {
        size_t there = strcspn(p, " ");

        if (there == len && memcmp(p, word, len) == 0)
            return true;
        p += there;
    }
    return false;
}

static const struct model *find_model(const char *id)
{
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        if (strcmp(models[i].id, id) == 0)
            return &models[i];
    }
    return NULL;
}

/* The profiles that a region has: "us", "eu" or "apac", and "global" everywhere. */
static const char *region_prefix(const char *region)
{
    if (strncmp(region, "us-", 3) == 0)
        return "us";
    if (strncmp(region, "eu-", 3) == 0)
        return "eu";
    return strncmp(region, "ap-", 3) == 0 ? "apac" : "";
}

/* The model of an inference profile of the region; NULL if there is none. */
static const struct model *find_profile(const struct models_place *place, const char *id)
{
    size_t len = strcspn(id, ".");
    const struct model *model = id[len] == '.' ? find_model(id + len + 1) : NULL;
    const char *own = region_prefix(place->region);

    if (model == NULL || !has_word(model->profiles, id, len))
        return NULL;
    return (len == strlen(own) && memcmp(id, own, len) == 0) || strncmp(id, "global.", 7) == 0
               ? model
               : NULL;
}

/* The id in an ARN, behind "…:foundation-model/" or "…:inference-profile/"; other ids as they are.
 */
static const char *bare_id(const char *id)
{
    const char *slash = strncmp(id, "arn:", 4) == 0 ? strchr(id, '/') : NULL;

    return slash ? slash + 1 : id;
}

/* As the pattern of the API has it, roughly. */
static bool is_id(const char *id)
{
    return *id != '\0' && strlen(id) <= 2048 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_-") ==
               strlen(id);
}

static void refuse_id(struct reply *reply)
{
    reply_error(reply, 400, "ValidationException", "The provided model identifier is invalid.");
}

bool models_allow(const struct models_place *place, const char *id, bool strict,
                  struct reply *reply)
{
    const char *bare = bare_id(id);
    const struct model *model = find_profile(place, bare);
    bool profile = model != NULL;

    if (model == NULL)
        model = find_model(bare);
    if (!is_id(id) || (model == NULL && strict)) {
        refuse_id(reply);
        return false;
    }
    if (model != NULL && strcmp(model->output, "TEXT") != 0) {
        reply_error(reply, 400, "ValidationException",
                    "The model that you are using does not support the Converse operation.");
        return false;
    }
    if (model != NULL && strict && !profile && !model->on_demand) {
        reply_error(reply, 400, "ValidationException",
                    "Invocation of model ID %s with on-demand throughput isn’t supported. "
                    "Retry your request with the ID or ARN of an inference profile that contains "
                    "this model.",
                    bare);
        return false;
    }
    return true;
}

static void add_model(struct buf *out, const struct models_place *place, const struct model *m)
{
    const char *sep = *m->profiles ? "," : "";

    buf_addf(out,
             "{\"modelArn\":\"arn:aws:bedrock:%s::foundation-model/%s\",\"modelId\":\"%s\","
             "\"modelName\":\"%s\",\"providerName\":\"%s\",\"inputModalities\":[\"TEXT\"],"
             "\"outputModalities\":[\"%s\"],\"responseStreamingSupported\":%s,"
             "\"customizationsSupported\":[],\"inferenceTypesSupported\":[%s%s%s],"
             "\"modelLifecycle\":{\"status\":\"%s\"}}",
             place->region, m->id, m->id, m->name, m->provider, m->output,
             strcmp(m->output, "TEXT") == 0 ? "true" : "false", m->on_demand ? "\"ON_DEMAND\"" : "",
             m->on_demand ? sep : "", *m->profiles ? "\"INFERENCE_PROFILE\"" : "", m->lifecycle);
}

/* Whether a filter of a list is not set, or this. */
static bool passes(const char *query, const char *filter, const char *value)
{
    char wanted[ID_SIZE];

    return !query_get(query, filter, wanted, sizeof(wanted)) || strcmp(wanted, value) == 0;
}

static bool is_listed(const struct model *m, const char *query)
{
    char type[ID_SIZE];

    if (query_get(query, "byInferenceType", type, sizeof(type)) &&
        strcmp(type, m->on_demand ? "ON_DEMAND" : "INFERENCE_PROFILE") != 0)
        return false;
    return passes(query, "byProvider", m->provider) && passes(query, "byOutputModality", m->output);
}

void models_list(const struct models_place *place, const char *query, struct reply *reply)
{
    const char *sep = "";

    buf_adds(&reply->body, "{\"modelSummaries\":[");
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        if (!is_listed(&models[i], query))
            continue;
        buf_adds(&reply->body, sep);
        add_model(&reply->body, place, &models[i]);
        sep = ",";
    }
    buf_adds(&reply->body, "]}");
}

void models_get(const struct models_place *place, const char *id, struct reply *reply)
{
    const struct model *model = find_model(bare_id(id));

    if (model == NULL) {
        refuse_id(reply);
        return;
    }
    buf_adds(&reply->body, "{\"modelDetails\":");
    add_model(&reply->body, place, model);
    buf_addc(&reply->body, '}');
}

void models_availability(const char *id, struct reply *reply)
{
    const struct model *model = find_model(bare_id(id));

    if (model == NULL) {
        refuse_id(reply);
        return;
    }
    buf_addf(&reply->body,
             "{\"modelId\":\"%s\",\"agreementAvailability\":{\"status\":\"AVAILABLE\"},"
             "\"authorizationStatus\":\"AUTHORIZED\",\"entitlementAvailability\":\"AVAILABLE\","
             "\"regionAvailability\":\"AVAILABLE\"}",
             model->id);
}

static void add_profile(struct buf *out, const struct models_place *place, const char *prefix,
                        size_t len, const struct model *m)
{
    buf_addf(out,
             "{\"inferenceProfileName\":\"%.*s %s\",\"description\":\"Routes requests to %s.\","
             "\"createdAt\":\"2025-01-01T00:00:00Z\",\"updatedAt\":\"2025-01-01T00:00:00Z\","
             "\"inferenceProfileArn\":\"arn:aws:bedrock:%s:%s:inference-profile/%.*s.%s\","
             "\"models\":[{\"modelArn\":\"arn:aws:bedrock:%s::foundation-model/%s\"}],"
             "\"inferenceProfileId\":\"%.*s.%s\",\"status\":\"ACTIVE\","
             "\"type\":\"SYSTEM_DEFINED\"}",
             (int)len, prefix, m->name, m->name, place->region, place->account, (int)len, prefix,
             m->id, place->region, m->id, (int)len, prefix, m->id);
}

/* One page; the token is the number of the first profile on it. */
void models_list_profiles(const struct models_place *place, const char *query, struct reply *reply)
{
    char text[ID_SIZE];
    unsigned long max = PAGE_MAX, start = 0, at = 0;
    const char *sep = "";
    bool more = false;

    if (query_get(query, "maxResults", text, sizeof(text)))
        max = strtoul(text, NULL, 10);
    if (query_get(query, "nextToken", text, sizeof(text)))
        start = strtoul(text, NULL, 10);
    if (max < 1 || max > PAGE_MAX) {
        reply_error(reply, 400, "ValidationException", "maxResults must be from 1 to 1000");
        return;
    }
    buf_adds(&reply->body, "{\"inferenceProfileSummaries\":[");
    for (size_t i = 0; i < 2 * MODEL_COUNT && passes(query, "type", "SYSTEM_DEFINED"); i++) {
        const struct model *m = &models[i / 2];
        const char *prefix = i % 2 == 0 ? region_prefix(place->region) : "global";

        if (!has_word(m->profiles, prefix, strlen(prefix)) || at++ < start)
            continue;
        more = at > start + max;
        if (more)
            break;
        buf_adds(&reply->body, sep);
        add_profile(&reply->body, place, prefix, strlen(prefix), m);
        sep = ",";
    }
    buf_addc(&reply->body, ']');
    if (more)
        buf_addf(&reply->body, ",\"nextToken\":\"%lu\"", start + max);
    buf_addc(&reply->body, '}');
}

void models_get_profile(const struct models_place *place, const char *id, struct reply *reply)
{
    const struct model *model = find_profile(place, bare_id(id));

    if (model == NULL)
        reply_error(reply, 404, "ResourceNotFoundException",
                    "The specified inference profile is not found.");
    else
        add_profile(&reply->body, place, bare_id(id), strcspn(bare_id(id), "."), model);
}
