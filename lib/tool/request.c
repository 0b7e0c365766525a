#include "tool/request.h"

#include <string.h>

#include "base/buf.h"
#include "json/json.h"

enum { MEMBERS_BYTES_MAX = 1 << 20 };

static struct {
    const char *guardrail;
    struct opt_list metadata;
    const char *service_tier;
    const char *latency;
    const char *request;
} o;

const struct opt tool_request_options[] = {
    {OPT_STRING, 0, "guardrail", &o.guardrail, "ID:VERSION", "MAKI_GUARDRAIL",
     "apply this Bedrock guardrail to each question and answer", 0, 0},
    {OPT_EACH, 0, "metadata", &o.metadata, "KEY=VALUE", NULL,
     "put this into the invocation log of each request (repeatable)", 0, 0},
    {OPT_STRING, 0, "service-tier", &o.service_tier, "TIER", "MAKI_SERVICE_TIER",
     "default, flex, priority or reserved", 0, 0},
    {OPT_STRING, 0, "latency", &o.latency, "HOW", "MAKI_LATENCY",
     "standard or optimized, for models that offer it", 0, 0},
    {OPT_STRING, 0, "request", &o.request, "JSON", "MAKI_REQUEST",
     "more members of the Converse request, such as additionalModelRequestFields", 0, 0},
    {.type = OPT_END},
};

void tool_request_defaults(void)
{
    memset(&o, 0, sizeof(o));
}

static int one_of(const char *option, const char *value, const char *const *words,
                  struct error *err)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0)
            return 0;
    }
    return error_set(err, ERR_USAGE, "BadOption", "--%s: '%.40s' is none of those that there are",
                     option, value);
}

/* {name: {inner: value}} into the members. */
static void set_within(jv *members, const char *name, const char *inner, const char *value)
{
    jv object = jv_object();

    json_set_str(&object, inner, value);
    json_set(members, name, object);
}

static int add_choices(jv *members, struct error *err)
{
    static const char *const tiers[] = {"default", "flex", "priority", "reserved", NULL};
    static const char *const latencies[] = {"standard", "optimized", NULL};

    if (o.service_tier != NULL) {
        if (one_of("service-tier", o.service_tier, tiers, err) < 0)
            return -1;
        set_within(members, "serviceTier", "type", o.service_tier);
    }
    if (o.latency != NULL) {
        if (one_of("latency", o.latency, latencies, err) < 0)
            return -1;
        set_within(members, "performanceConfig", "latency", o.latency);
    }
    return 0;
}

/* The version stands behind the last colon: the id may be an ARN. */
static int add_guardrail(jv *members, struct error *err)
{
    const char *colon = o.guardrail ? strrchr(o.guardrail, ':') : NULL;
    jv config;

    if (o.guardrail == NULL)
        return 0;
    if (colon == NULL || colon == o.guardrail ||
        (strcmp(colon + 1, "DRAFT") != 0 &&
         (colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))))
        return error_set(err, ERR_USAGE, "BadOption",
                         "--guardrail wants ID:VERSION; the version is a number or DRAFT");
    config = jv_object();
    json_set(&config, "guardrailIdentifier",
             json_string(o.guardrail, (size_t)(colon - o.guardrail)));
    json_set_str(&config, "guardrailVersion", colon + 1);
    json_set(members, "guardrailConfig", config);
    return 0;
}

/* AWS: at most 16 pairs, keys and values of at most 256 characters. */
static int add_metadata(jv *members, struct error *err)
{
    jv metadata = jv_object();

    for (size_t i = 0; i < o.metadata.count; i++) {
        const char *item = o.metadata.items[i];
        size_t len = strcspn(item, "=");
        size_t value_len = item[len] == '=' ? strlen(item + len + 1) : 0;

        if (len == 0 || len > 256 || item[len] != '=' || value_len > 256 || o.metadata.count > 16) {
            jv_free(metadata);
            return error_set(err, ERR_USAGE, "BadOption",
                             "--metadata wants KEY=VALUE, each of at most 256 characters, at most "
                             "16 times");
        }
        metadata = jv_object_set(metadata, json_string(item, len), jv_string(item + len + 1));
    }
    if (o.metadata.count > 0)
        json_set(members, "requestMetadata", metadata);
    else
        jv_free(metadata);
    return 0;
}

/* What makes the question and its answer's structure is not the user's to replace. */
static int add_request(jv *members, struct error *err)
{
    static const char *const ours[] = {"messages", "system", "toolConfig", "outputConfig"};
    jv more;

    if (o.request == NULL)
        return 0;
    more = json_parse(o.request, strlen(o.request), NULL, err);
    if (!json_is(more, JV_KIND_OBJECT)) {
        jv_free(more);
        return error_set(err, ERR_USAGE, "BadOption", "--request wants a JSON object");
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (json_has(more, ours[i])) {
            jv_free(more);
            return error_set(err, ERR_USAGE, "BadOption", "--request cannot set %s", ours[i]);
        }
    }
    *members = jv_object_merge_recursive(*members, more);
    return 0;
}

int tool_request_members(char **text, struct error *err)
{
    jv members = jv_object();
    struct buf out;
    int status = 0;

    *text = NULL;
    if (add_choices(&members, err) < 0 || add_guardrail(&members, err) < 0 ||
        add_metadata(&members, err) < 0 || add_request(&members, err) < 0)
        status = -1;
    if (status == 0 && jv_object_length(jv_copy(members)) > 0) {
        buf_init(&out, MEMBERS_BYTES_MAX);
        json_write(&out, members);
        *text = buf_take(&out);
    }
    jv_free(members);
    return status;
}
