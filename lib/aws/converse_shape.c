#include "aws/converse_shape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "aws/model_id.h"
#include "base/embed.h"
#include "base/mem.h"

static const char *const form_names[] = {"auto", "tool", "schema", "text"};

int converse_form_parse(const char *text, enum converse_form *form, struct error *err)
{
    for (size_t i = 0; i < sizeof(form_names) / sizeof(form_names[0]); i++) {
        if (strcmp(text, form_names[i]) == 0) {
            *form = (enum converse_form)i;
            return 0;
        }
    }
    return error_set(err, ERR_USAGE, "BadForm",
                     "'%.40s' is no way to ask for structured output: auto, tool, schema or text",
                     text);
}

const char *converse_form_name(enum converse_form form)
{
    return form_names[form];
}

/* Read a line of the table, in place; false if it holds no entry. */
static bool read_line(char *line, const char *model_id, struct converse_shape *shape)
{
    struct error err;
    char *rest = line;
    const char *pattern = strsep(&rest, " \t");
    const char *word;
    bool has_form = false;

    if (pattern == NULL || *pattern == '\0' || *pattern == '#' || !model_id_fits(pattern, model_id))
        return false;
    *shape = (struct converse_shape){.temperature = true, .top_p = true};
    while ((word = strsep(&rest, " \t")) != NULL) {
        if (strcmp(word, "cache") == 0)
            shape->cache_point = true;
        else if (strcmp(word, "one") == 0)
            shape->top_p = false;
        else if (strcmp(word, "fixed") == 0)
            shape->top_p = shape->temperature = false;
        else if (*word != '\0')
            has_form = converse_form_parse(word, &shape->form, &err) == 0;
    }
    return has_form && shape->form != CONVERSE_AUTO;
}

struct converse_shape converse_shape_for(const char *model_id)
{
    struct converse_shape shape = {0};
    const struct embedded_file *file = embed_find("models.txt");
    char *text;
    char *rest;
    char *line;
    bool found = false;

    assert(file != NULL);
    text = mem_strndup((const char *)file->data, file->size);
    rest = text;
    while (!found && (line = strsep(&rest, "\n")) != NULL)
        found = read_line(line, model_id, &shape);
    free(text);
    if (!found)
        shape = (struct converse_shape){.form = CONVERSE_TEXT, .temperature = true, .top_p = true};
    return shape;
}

static bool mentions(const char *message, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasestr(message, *words) != NULL)
            return true;
    }
    return false;
}

/* The first number behind `mark`, or 0. */
static int64_t number_behind(const char *message, const char *mark)
{
    const char *p = strcasestr(message, mark);
    long long number;

    if (p == NULL)
        return 0;
    p += strlen(mark);
    number = strtoll(p + strcspn(p, "0123456789"), NULL, 10);
    return number > 0 ? number : 0;
}

/*
 * "The maximum tokens you requested exceeds the model limit of 10000." and "max_tokens: 131072 >
 * 64000, which is the maximum allowed number of output tokens": the limit is told, so it is kept.
 */
static bool lower_tokens(struct converse_shape *shape, int64_t max_tokens, const char *message)
{
    static const char *const words[] = {"maximum tokens", "max_tokens", "maxTokens", NULL};
    int64_t asked =
        shape->tokens_max > 0 && shape->tokens_max < max_tokens ? shape->tokens_max : max_tokens;
    int64_t limit;

    if (!mentions(message, words))
        return false;
    limit = number_behind(message, "limit of ");
    if (limit == 0)
        limit = number_behind(message, " > ");
    if (limit < 1 || limit >= asked)
        return false;
    shape->tokens_max = limit;
    return true;
}

static bool give_up_sampling(struct converse_shape *shape, const char *message)
{
    static const char *const top_p[] = {"top_p", "topP", NULL};
    static const char *const temperature[] = {"temperature", NULL};

    if (shape->top_p && mentions(message, top_p)) {
        shape->top_p = false;
        return true;
    }
    if (shape->temperature && mentions(message, temperature)) {
        shape->top_p = shape->temperature = false;
        return true;
    }
    return false;
}

/* JSON in the text is what every model can do, so it comes after each of the others. */
static bool give_up_form(struct converse_shape *shape, const char *message)
{
    static const char *const schema[] = {
        "outputConfig", "output_config",     "textFormat",       "output_format",   "json_schema",
        "jsonSchema",   "structured output", "structuredOutput", "response_format", NULL};
    static const char *const tool[] = {"tool", NULL};

    if ((shape->form == CONVERSE_SCHEMA && mentions(message, schema)) ||
        (shape->form == CONVERSE_TOOL && mentions(message, tool))) {
        shape->form = CONVERSE_TEXT;
        return true;
    }
    return false;
}

bool converse_shape_give_up(struct converse_shape *shape, int64_t max_tokens,
                            const struct error *err)
{
    static const char *const cache[] = {"cachePoint",     "cache point",   "prompt caching",
                                        "prompt-caching", "cache_control", NULL};

    /* where caching is not allowed, the service says so with AccessDeniedException */
    if (shape->cache_point && mentions(err->message, cache)) {
        shape->cache_point = false;
        return true;
    }
    if (strcmp(err->code, "ValidationException") != 0)
        return false;
    return lower_tokens(shape, max_tokens, err->message) || give_up_sampling(shape, err->message) ||
           give_up_form(shape, err->message);
}
