#include "offline/request_head.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/prompt.h"
#include "json/json.h"

static int invalid(struct error *err, const char *message)
{
    return error_set(err, ERR_DATA, "ValidationException", "%s", message);
}

void request_head_clear(struct request_head *head)
{
    free(head->tool);
    jv_free(head->categories);
    *head = (struct request_head){.categories = jv_invalid()};
}

static size_t text_len(jv object, const char *name)
{
    size_t len = 0;

    return json_str(object, name, &len) ? len : 0;
}

size_t request_string_bytes(jv value)
{
    size_t len = 0;

    if (json_is(value, JV_KIND_ARRAY)) {
        for (int i = 0; i < json_count(value); i++)
            len += request_string_bytes(json_at(value, i));
    } else if (json_is(value, JV_KIND_OBJECT)) {
        for (int i = jv_object_iter(value); jv_object_iter_valid(value, i);
             i = jv_object_iter_next(value, i)) {
            jv key = jv_object_iter_key(value, i);
            jv member = jv_object_iter_value(value, i);

            len += request_string_bytes(key) + request_string_bytes(member);
            jv_free(key);
            jv_free(member);
        }
    } else {
        json_text(value, &len);
    }
    return len;
}

static int check_settings(jv config, struct error *err)
{
    static const char *const shares[] = {"temperature", "topP"};

    if (json_has(config, "maxTokens") && json_int(config, "maxTokens", 0) < 1)
        return invalid(
            err, "inferenceConfig.maxTokens: Member must have value greater than or equal to 1");
    for (int i = 0; i < 2; i++) {
        jv value = json_get(config, shares[i]);
        double number = json_is(value, JV_KIND_NUMBER) ? jv_number_value(value) : -1;

        if (jv_is_valid(value) && !(number >= 0 && number <= 1))
            return error_set(err, ERR_DATA, "ValidationException",
                             "inferenceConfig.%s: Member must have a value between 0 and 1",
                             shares[i]);
    }
    return 0;
}

/* The specification of the tool with this name. */
static jv find_tool(jv tools, const char *name)
{
    for (int i = 0; i < json_count(tools); i++) {
        jv spec = json_get(json_at(tools, i), "toolSpec");
        const char *own = json_str(spec, "name", NULL);

        if (own != NULL && strcmp(own, name) == 0)
            return spec;
    }
    return jv_invalid();
}

static int read_tools(struct request_head *head, jv config, struct error *err)
{
    jv tools = json_get(config, "tools");
    const char *forced = json_str(json_get_path(config, "toolChoice", "tool", NULL), "name", NULL);
    jv spec;
    jv allowed;

    if (!jv_is_valid(config))
        return 0;
    if (json_count(tools) == 0)
        return invalid(err, "toolConfig.tools: Member must have length greater than or equal to 1");
    head->text_bytes += request_string_bytes(tools);
    if (forced == NULL)
        return 0;
    spec = find_tool(tools, forced);
    if (!jv_is_valid(spec))
        return invalid(
            err, "toolConfig.toolChoice.tool.name names none of the tools in toolConfig.tools");
    head->form = REQUEST_CALL;
    allowed = json_get_path(spec, "inputSchema", "json", "properties", "category", "enum", NULL);
    head->tool = mem_strdup(forced);
    head->categories = jv_copy(allowed);
    return 0;
}

/* The schema stands there as text that holds JSON. */
static int read_schema(struct request_head *head, jv format, struct error *err)
{
    jv form = json_get_path(format, "structure", "jsonSchema", NULL);
    size_t len = 0;
    const char *text = json_str(form, "schema", &len);
    const char *name = json_str(form, "name", NULL);
    struct error why;
    jv schema;

    if (text == NULL)
        return invalid(err, "outputConfig.textFormat.structure.jsonSchema.schema: Member must not "
                            "be null");
    schema = json_parse(text, len, NULL, &why);
    if (!json_is(schema, JV_KIND_OBJECT)) {
        jv_free(schema);
        return invalid(err,
                       "outputConfig.textFormat.structure.jsonSchema.schema is no JSON Schema");
    }
    head->text_bytes += len;
    head->form = REQUEST_SCHEMA;
    head->tool = mem_strdup(name ? name : "");
    head->categories = jv_copy(json_get_path(schema, "properties", "category", "enum", NULL));
    jv_free(schema);
    return 0;
}

static int read_format(struct request_head *head, jv format, struct error *err)
{
    const char *type = json_str(format, "type", NULL);

    if (!jv_is_valid(format))
        return 0;
    if (type == NULL || strcmp(type, "json_schema") != 0)
        return invalid(err, "outputConfig.textFormat.type: Member must satisfy enum value set: "
                            "[json_schema]");
    if (head->tool != NULL)
        return invalid(err, "outputConfig.textFormat cannot be used together with a forced tool");
    return read_schema(head, format, err);
}

/* A request without tool and schema that wants a task done all the same says so by its name. */
static void find_task(struct request_head *head, const char *system)
{
    static const char *const names[] = {PROMPT_TOOL_INSIGHT, PROMPT_TOOL_CASE, PROMPT_TOOL_SUMMARY};

    for (size_t i = 0; head->tool == NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strstr(system, names[i]) != NULL)
            head->tool = mem_strdup(names[i]);
    }
}

int request_head_read(struct request_head *head, jv body, struct error *err)
{
    jv system = json_get(body, "system");
    jv config = json_get(body, "inferenceConfig");
    bool free_form = !json_has(body, "toolConfig");

    head->form = REQUEST_TEXT;
    head->max_tokens = json_int(config, "maxTokens", 0);
    if (check_settings(config, err) < 0 ||
        read_tools(head, json_get(body, "toolConfig"), err) < 0 ||
        read_format(head, json_get_path(body, "outputConfig", "textFormat", NULL), err) < 0)
        return -1;
    for (int i = 0; i < json_count(system); i++) {
        const char *text = json_str(json_at(system, i), "text", NULL);

        head->text_bytes += text_len(json_at(system, i), "text");
        if (text != NULL && free_form)
            find_task(head, text);
    }
    return 0;
}
