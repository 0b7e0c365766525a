#include "aws/converse_template.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uri.h"
#include "json/json.h"

static char *make_path(const char *model_id)
{
    struct buf path;

    buf_init(&path, 3 * strlen(model_id) + 64);
    buf_adds(&path, "/model/");
    uri_encode(&path, model_id, strlen(model_id), "");
    buf_adds(&path, "/converse");
    return buf_take(&path);
}

/* {name: value}; the value is taken. */
static jv pair(const char *name, jv value)
{
    jv object = jv_object();

    json_set(&object, name, value);
    return object;
}

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    assert(jv_is_valid(value));
    return value;
}

int64_t converse_template_max_tokens(const struct converse_template *t)
{
    int64_t most = t->shape.tokens_max;

    return most > 0 && (t->settings.max_tokens == 0 || most < t->settings.max_tokens)
               ? most
               : t->settings.max_tokens;
}

static jv inference_config(const struct converse_template *t)
{
    int64_t max_tokens = converse_template_max_tokens(t);
    jv config = jv_object();

    if (max_tokens > 0)
        json_set(&config, "maxTokens", jv_number((double)max_tokens));
    if (t->shape.temperature && t->settings.temperature >= 0)
        json_set(&config, "temperature", jv_number(t->settings.temperature));
    if (t->shape.top_p && t->settings.top_p >= 0)
        json_set(&config, "topP", jv_number(t->settings.top_p));
    return config;
}

static bool asks_in_text(const struct converse_template *t)
{
    return t->tool.name != NULL && t->shape.form == CONVERSE_TEXT;
}

static jv system_text(const struct converse_template *t)
{
    struct buf text;
    jv value;

    buf_init(&text, CONVERSE_BODY_BYTES_MAX);
    buf_adds(&text, t->system_text ? t->system_text : "");
    if (asks_in_text(t))
        buf_addf(&text,
                 "\nAnswer with exactly one JSON object, the input of %s (%s), and with nothing "
                 "else: no prose, no code fence." CONVERSE_SCHEMA_FOLLOWS "%s",
                 t->tool.name, t->tool.description, t->tool.input_schema);
    value = json_string(buf_str(&text), text.len);
    buf_clear(&text);
    return value;
}

static jv system_blocks(const struct converse_template *t)
{
    jv blocks = jv_array();

    json_append(&blocks, pair("text", system_text(t)));
    if (t->shape.cache_point)
        json_append(&blocks, pair("cachePoint", pair("type", jv_string("default"))));
    return blocks;
}

static jv tool_config(const struct converse_tool *tool)
{
    jv config = jv_object();
    jv spec = pair("name", jv_string(tool->name));
    jv tools = jv_array();

    json_set_str(&spec, "description", tool->description);
    json_set(&spec, "inputSchema", pair("json", parse(tool->input_schema)));
    json_append(&tools, pair("toolSpec", spec));
    json_set(&config, "tools", tools);
    json_set(&config, "toolChoice", pair("tool", pair("name", jv_string(tool->name))));
    return config;
}

/* Structured output wants every object closed; as a tool's schema some models do not take that. */
static jv close_objects(jv schema)
{
    if (json_is(schema, JV_KIND_ARRAY)) {
        for (int i = 0; i < json_count(schema); i++) {
            jv item = close_objects(jv_array_get(jv_copy(schema), i));

            schema = jv_array_set(schema, i, item);
        }
        return schema;
    }
    if (!json_is(schema, JV_KIND_OBJECT))
        return schema;
    for (int i = jv_object_iter(schema); jv_object_iter_valid(schema, i);
         i = jv_object_iter_next(schema, i)) {
        jv key = jv_object_iter_key(schema, i);
        jv value = close_objects(jv_object_iter_value(schema, i));

        schema = jv_object_set(schema, key, value);
    }
    if (json_is(json_get(schema, "properties"), JV_KIND_OBJECT))
        json_set(&schema, "additionalProperties", jv_false());
    return schema;
}

/* The schema itself is a string that holds JSON. */
static jv output_config(const struct converse_tool *tool)
{
    jv schema = close_objects(parse(tool->input_schema));
    jv format = pair("type", jv_string("json_schema"));
    jv described = jv_object();
    struct buf text;

    buf_init(&text, CONVERSE_BODY_BYTES_MAX);
    json_write(&text, schema);
    jv_free(schema);
    json_set(&described, "schema", json_string(buf_str(&text), text.len));
    buf_clear(&text);
    json_set_str(&described, "name", tool->name);
    json_set_str(&described, "description", tool->description);
    json_set(&format, "structure", pair("jsonSchema", described));
    return pair("textFormat", format);
}

/* All members but the messages. */
static jv constant_members(const struct converse_template *t)
{
    jv body = jv_object();
    jv config = inference_config(t);

    if (jv_object_length(jv_copy(config)) > 0)
        json_set(&body, "inferenceConfig", jv_copy(config));
    jv_free(config);
    if (t->system_text != NULL || asks_in_text(t))
        json_set(&body, "system", system_blocks(t));
    if (t->tool.name != NULL && t->shape.form == CONVERSE_TOOL)
        json_set(&body, "toolConfig", tool_config(&t->tool));
    if (t->tool.name != NULL && t->shape.form == CONVERSE_SCHEMA)
        json_set(&body, "outputConfig", output_config(&t->tool));
    if (t->settings.members != NULL)
        body = jv_object_merge_recursive(body, parse(t->settings.members));
    return jv_object_delete(body, jv_string("messages"));
}

void converse_template_render(struct converse_template *t)
{
    jv members = constant_members(t);
    struct buf body;

    buf_init(&body, CONVERSE_BODY_BYTES_MAX);
    json_write(&body, members);
    jv_free(members);
    buf_truncate(&body, body.len - 1); /* the closing bracket */
    buf_adds(&body, body.len > 1 ? ",\"messages\":[" : "\"messages\":[");
    free(t->body);
    t->body_len = body.len;
    t->body = buf_take(&body);
    t->version++;
}

struct converse_template *converse_template_new(const struct converse_settings *settings,
                                                const char *system_prompt,
                                                const struct converse_tool *tool)
{
    struct converse_template *t = mem_calloc(1, sizeof(*t));

    t->settings = *settings;
    t->settings.model_id = mem_strdup(settings->model_id);
    t->settings.members = mem_strdup(settings->members);
    t->shape = converse_shape_for(settings->model_id);
    if (settings->form != CONVERSE_AUTO)
        t->shape.form = settings->form;
    t->shape.cache_point = t->shape.cache_point && !settings->no_cache_point;
    t->system_text = mem_strdup(system_prompt);
    if (tool != NULL)
        t->tool = (struct converse_tool){mem_strdup(tool->name), mem_strdup(tool->description),
                                         mem_strdup(tool->input_schema)};
    t->path = make_path(settings->model_id);
    converse_template_render(t);
    return t;
}

static void free_const(const char *text)
{
    free((void *)(uintptr_t)text);
}

void converse_template_free(struct converse_template *t)
{
    if (t == NULL)
        return;
    free_const(t->settings.model_id);
    free_const(t->settings.members);
    free_const(t->tool.name);
    free_const(t->tool.description);
    free_const(t->tool.input_schema);
    free(t->system_text);
    free(t->path);
    free(t->body);
    free(t);
}

const char *converse_template_model(const struct converse_template *t)
{
    return t->settings.model_id;
}

const char *converse_template_tool(const struct converse_template *t)
{
    return t->tool.name;
}

enum converse_form converse_template_form(const struct converse_template *t)
{
    return t->shape.form;
}

size_t converse_template_size(const struct converse_template *t)
{
    return t->body_len;
}

const char *converse_template_text(const struct converse_template *t, size_t *len)
{
    *len = t->body_len;
    return t->body;
}
