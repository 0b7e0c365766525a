#include "maki/service.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/embed.h"
#include "base/lines.h"
#include "base/mem.h"

/* Lines of code, name, aliases, link and resources, separated by tabs. */
enum { FIELDS = 5 };

static struct {
    struct service *items;
    size_t count, cap;
} services;

/* The file is part of the program: a line that does not fit is a mistake in the program, and a unit
 * test looks for it. */
static struct service parse_line(const char *text, size_t len)
{
    char *copy = mem_strndup(text, len);
    char *fields[FIELDS];

    for (int i = 0; i < FIELDS; i++) {
        char *tab = i < FIELDS - 1 ? strchr(copy, '\t') : NULL;

        assert(i == FIELDS - 1 || tab != NULL);
        fields[i] = copy;
        if (tab != NULL) {
            *tab = '\0';
            copy = tab + 1;
        }
    }
    return (struct service){fields[0], fields[1], fields[2], fields[3], fields[4]};
}

/* "a, b" becomes "a,b". */
static void squeeze_list(const char *list)
{
    char *text = (char *)(uintptr_t)list; /* our own copy, const only for the users */
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from != ' ' || (to > text && to[-1] != ','))
            *to++ = *from;
    }
    *to = '\0';
}

static void load(void)
{
    const struct embedded_file *file = embed_find("services.txt");
    struct lines lines;

    assert(file != NULL);
    lines_init(&lines, (const char *)file->data, file->size);
    while (lines_next(&lines)) {
        struct service *s;

        services.items =
            mem_grow(services.items, &services.cap, services.count + 1, sizeof(*services.items));
        s = &services.items[services.count++];
        *s = parse_line(lines.text, lines.len);
        squeeze_list(s->aliases);
        squeeze_list(s->resources);
    }
}

const struct service *service_all(size_t *count)
{
    if (services.items == NULL)
        load();
    *count = services.count;
    return services.items;
}

bool service_has_prefix(const char *code, const char *prefix, size_t prefix_len)
{
    return strncmp(code, prefix, prefix_len) == 0 &&
           (code[prefix_len] == '\0' || code[prefix_len] == '-');
}

static bool list_has(const char *list, const char *item, size_t len)
{
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, item, len) == 0 && (at[len] == '\0' || at[len] == ','))
            return true;
    }
    return false;
}

/* How well a service answers to a code: 0 not at all; an alias beats a prefix, a longer common part
 * beats a shorter one. */
static size_t nearness(const struct service *s, const char *code, size_t len)
{
    size_t own = strlen(s->code);

    if (own == len && memcmp(s->code, code, len) == 0)
        return SIZE_MAX;
    if (list_has(s->aliases, code, len))
        return SIZE_MAX - 1;
    if (service_has_prefix(code, s->code, own))
        return SIZE_MAX / 2 + own;
    if (service_has_prefix(s->code, code, len))
        return SIZE_MAX / 2 - own;
    return 0;
}

const struct service *service_find(const char *code)
{
    const struct service *best = NULL;
    size_t best_nearness = 0;
    size_t count;
    const struct service *all = service_all(&count);
    size_t len = strlen(code);

    for (size_t i = 0; len > 0 && i < count; i++) {
        size_t near = nearness(&all[i], code, len);

        if (near > best_nearness) {
            best_nearness = near;
            best = &all[i];
        }
    }
    return best;
}
