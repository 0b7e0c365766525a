#include "maki/category_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/lines.h"
#include "base/mem.h"
#include "json/json.h"

static int fail_at(const struct category_file *file, long line, const char *what, struct error *err)
{
    return error_set(err, ERR_CONFIG, "BadCategory", "%s:%ld: %s", file->path, line, what);
}

/* DescribeCases has its messages in recentCommunications.communications; a normal case has them in
 * communications. */
static jv find_messages(jv object)
{
    jv messages = json_get(object, "communications");

    return jv_is_valid(messages)
               ? messages
               : json_get_path(object, "recentCommunications", "communications", NULL);
}

/* Append the bodies, an empty line between two. */
static int add_bodies(struct buf *text, jv messages)
{
    for (int i = 0; i < json_count(messages); i++) {
        size_t len;
        const char *body = json_str(json_at(messages, i), "body", &len);

        if (body == NULL)
            return -1;
        if (text->len > 0)
            buf_adds(text, "\n\n");
        buf_add(text, body, len);
    }
    return 0;
}

static int add_example(struct category *c, const struct category_file *file, long line, jv value,
                       struct error *err)
{
    const char *subject = json_str(value, "subject", NULL);
    jv messages = find_messages(value);
    struct buf text;

    if (!json_is(value, JV_KIND_OBJECT))
        return fail_at(file, line, "an example case is a JSON object", err);
    if (subject == NULL || subject[0] == '\0')
        return fail_at(file, line, "the example case has no \"subject\"", err);
    if (!json_is(messages, JV_KIND_ARRAY))
        return fail_at(
            file, line,
            "the example case has no \"communications\" (a list of objects with \"body\")", err);
    if (c->example_list.count >= CATEGORY_ENTRIES_MAX)
        return fail_at(file, line, "too many example cases", err);
    buf_init(&text, CATEGORY_FILE_BYTES_MAX + 1);
    if (add_bodies(&text, messages) < 0) {
        buf_clear(&text);
        return fail_at(file, line, "a communication of the example case has no \"body\"", err);
    }
    c->examples = mem_grow(c->examples, &c->example_list.cap, c->example_list.count + 1,
                           sizeof(*c->examples));
    c->examples[c->example_list.count++] =
        (struct category_example){mem_strdup(subject), buf_take(&text)};
    return 0;
}

/* json_parse names the byte; people look for the line. */
static long error_line(const struct lines *at, const char *message)
{
    const char *byte = strstr(message, "at byte ");
    size_t offset = byte ? (size_t)strtoul(byte + 8, NULL, 10) : 0;
    long line = at->number;

    for (size_t i = 0; i + 1 < offset && i < at->len; i++)
        line += at->text[i] == '\n';
    return line;
}

static int parse_one(struct category *c, const struct category_file *file, const struct lines *at,
                     struct error *err)
{
    struct error why;
    jv value = json_parse(at->text, at->len, NULL, &why);
    int status;

    if (!jv_is_valid(value))
        return fail_at(file, error_line(at, why.message), why.message, err);
    status = add_example(c, file, at->number, value, err);
    jv_free(value);
    return status;
}

int category_case_parse(struct category *category, const struct category_file *file, bool lines,
                        struct error *err)
{
    struct lines at;
    int status = 0;

    lines_init(&at, file->data, file->len);
    if (!lines) {
        at.text = at.next;
        at.len = (size_t)(at.end - at.next);
        at.number = 1;
        return parse_one(category, file, &at, err);
    }
    while (status == 0 && lines_next(&at))
        status = parse_one(category, file, &at, err);
    return status;
}
