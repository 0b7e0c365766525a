#include "tool/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/category_s3.h"
#include "maki/prompt.h"
#include "tool/check.h"
#include "tool/request.h"
#include "json/json.h"

static struct {
    const char *categories;
    const char *cache_dir;
    int64_t concurrency;
    bool unordered;
    double temperature;
    double top_p;
    int64_t max_tokens;
    const char *structured;
    bool batch;
} o;

const struct opt tool_model_options[] = {
    {OPT_STRING, 0, "categories", &o.categories, "DIR", "MAKI_CATEGORIES",
     "use the categories of a folder or of s3://BUCKET[/PREFIX] instead of the built-in ones; +DIR "
     "adds them",
     0, 0},
    {OPT_STRING, 0, "cache", &o.cache_dir, "DIR", "MAKI_CACHE",
     "keep answers there and never pay for the same one twice", 0, 0},
    {OPT_INT, 'j', "concurrency", &o.concurrency, "N", "MAKI_CONCURRENCY",
     "requests in flight at once", 1, 1024},
    {OPT_FLAG, 0, "unordered", &o.unordered, NULL, NULL,
     "write results as they come, not in input order", 0, 0},
    {OPT_REAL, 0, "temperature", &o.temperature, "X", NULL, "sampling temperature", 0, 1},
    {OPT_REAL, 0, "top-p", &o.top_p, "X", NULL, "nucleus sampling", 0, 1},
    {OPT_INT, 0, "max-tokens", &o.max_tokens, "N", NULL, "most tokens of one answer", 1, 1000000},
    {OPT_STRING, 0, "structured", &o.structured, "HOW", "MAKI_STRUCTURED",
     "ask for structured output by tool, schema or text (default auto: what the model takes)", 0,
     0},
    {.type = OPT_END},
};

void tool_model_defaults(const struct tool_model_defaults *defaults)
{
    memset(&o, 0, sizeof(o));
    tool_transport_defaults();
    tool_cost_defaults();
    tool_request_defaults();
    tool_check_defaults();
    o.temperature = defaults->temperature;
    o.top_p = defaults->top_p;
    o.max_tokens = defaults->max_tokens;
    o.concurrency = defaults->concurrency;
}

void tool_model_batch_defaults(void)
{
    o.batch = true;
}

/*
 * Answers are kept by request, and a request names the model that a real answer comes from. What
 * the offline stand-in says to it is another's word, and depends on reference data that the request
 * does not show: it has a place of its own. NULL for no cache.
 */
static char *cache_dir(const struct tool_model *model)
{
    if (o.cache_dir == NULL)
        return NULL;
    if (!model->offline)
        return mem_strdup(o.cache_dir);
    return mem_printf("%s/offline-%s-%.12s", o.cache_dir, MAKI_VERSION, model->categories.digest);
}

static int open_transport(struct tool_model *model, struct error *err)
{
    struct tool_transport_needs needs = {
        .clock = clock_real(),
        .categories = &model->categories,
        .in_flight_max = model->concurrency,
        .offline = model->offline,
    };

    return tool_transport_open(&model->world, &needs, err);
}

/* Those of a bucket come through the transport that the model is asked through, too. */
static int load_categories(struct tool_model *model, struct error *err)
{
    if (!category_s3_is(o.categories))
        return category_set_load(&model->categories, o.categories, err);
    if (model->offline)
        return error_set(err, ERR_CONFIG, "Offline",
                         "cannot read the categories at %.200s offline; copy them to a folder",
                         o.categories);
    return open_transport(model, err) < 0
               ? -1
               : category_s3_load(&model->categories, o.categories, model->world.transport, err);
}

int tool_model_open(struct tool_model *model, const char *model_id, struct error *err)
{
    bool offline = model_id == NULL || tool_transport_is_offline();

    if (model_id == NULL)
        model_id = "offline";
    *model = (struct tool_model){
        .settings = {.model_id = model_id,
                     .temperature = o.temperature,
                     .top_p = o.top_p,
                     .max_tokens = o.max_tokens},
        .offline = offline,
        .name = offline ? "offline" : model_id,
        .concurrency = (size_t)o.concurrency,
        .unordered = o.unordered,
    };
    if (*model_id == '\0')
        return error_set(err, ERR_USAGE, "NoModel", "the model's id is empty");
    if (o.batch) {
        model->settings.form = CONVERSE_TEXT;
        model->settings.no_cache_point = true;
    }
    if (o.structured && converse_form_parse(o.structured, &model->settings.form, err) < 0)
        return -1;
    if (tool_request_members(&model->members, err) < 0 ||
        tool_cost_open(&model->budget, model_id, offline, err) < 0)
        return -1;
    model->settings.members = model->members;
    if (load_categories(model, err) < 0)
        return -1;
    snprintf(model->prompt_version, sizeof(model->prompt_version), "%s-%.12s", PROMPT_VERSION,
             model->categories.digest);
    model->cache_dir = cache_dir(model);
    return model->world.transport ? 0 : open_transport(model, err);
}

int tool_model_fatal(struct tool *tool, const struct error *err)
{
    struct error told = *err;
    size_t len = strlen(told.message);

    if (strcmp(err->code, "NoCredentials") == 0 || strcmp(err->code, "NoRegion") == 0)
        snprintf(told.message + len, sizeof(told.message) - len,
                 "; without an AWS account, --offline answers");
    return tool_fatal(tool, &told);
}

void tool_model_close(struct tool_model *model)
{
    tool_transport_close(&model->world);
    category_set_clear(&model->categories);
    free(model->cache_dir);
    free(model->members);
}

struct ask_options tool_model_ask_options(struct tool_model *model, struct converse_template *t)
{
    return (struct ask_options){
        .transport = model->world.transport,
        .template = t,
        .cache_dir = model->cache_dir,
        .budget = &model->budget,
        .in_flight_max = model->concurrency,
        .unordered = model->unordered,
    };
}

/* How long the calls took, where any were made over a network. */
static jv latency_object(const struct latency *latency)
{
    static const struct {
        const char *name;
        int percent;
    } members[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}};
    jv object = jv_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_set(&object, members[i].name,
                 jv_number((double)latency_percentile(latency, members[i].percent)));
    return object;
}

void tool_model_add_stats(struct tool *tool, const struct tool_model *model,
                          const struct ask_totals *totals)
{
    json_set_str(&tool->stats, "model", model->name);
    json_set(&tool->stats, "calls", jv_number((double)totals->calls));
    json_set(&tool->stats, "cached", jv_number((double)totals->cached));
    json_set(&tool->stats, "repairs", jv_number((double)totals->repaired));
    json_set(&tool->stats, "refused", jv_number((double)totals->refused));
    json_set(&tool->stats, "tokens", ask_usage_object(&totals->usage));
    if (totals->latency.count > 0 && !model->offline)
        json_set(&tool->stats, "latency_ms", latency_object(&totals->latency));
    tool_cost_add(&tool->stats, &model->budget, &totals->usage);
}
