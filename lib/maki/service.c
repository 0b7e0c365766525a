#include "maki/service.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/embed.h"
#include "base/lines.h"
#include "base/map.h"
#include "base/mem.h"

/* Lines of code, name, aliases, link and resources, separated by tabs. */
enum { FIELDS = 5 };

static struct {
    struct service *items;
    size_t count, cap;
    struct map *names; /* codes and aliases; the value is an index in items */
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

/* Later names do not replace earlier ones, so codes go in before aliases. */
static void add_name(const char *name, size_t len, size_t index)
{
    size_t before = map_count(services.names);
    size_t entry = map_add(services.names, name, len);

    if (entry == before)
        *map_value(services.names, entry) = (long long)index;
}

/* A code without what some of them start with and others leave out. */
static const char *bare_code(const char *code)
{
    static const char *const starts[] = {"amazon-", "aws-", "service-"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strncmp(code, starts[i], strlen(starts[i])) == 0)
            return code + strlen(starts[i]);
    }
    return code;
}

static void index_names(void)
{
    services.names = map_new();
    for (size_t i = 0; i < services.count; i++)
        add_name(services.items[i].code, strlen(services.items[i].code), i);
    for (size_t i = 0; i < services.count; i++) {
        const char *bare = bare_code(services.items[i].code);

        add_name(bare, strlen(bare), i);
    }
    for (size_t i = 0; i < services.count; i++) {
        const char *at = services.items[i].aliases;

        while (*at != '\0') {
            size_t len = strcspn(at, ",");

            add_name(at, len, i);
            at += len + (at[len] == ',');
        }
    }
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
    index_names();
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

/* How well a service answers to a code that it does not have: the longer the common part, the
 * better; 0 not at all. */
static size_t nearness(const struct service *s, const char *code, size_t len)
{
    size_t own = strlen(s->code);

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
    const char *bare = bare_code(code);
    long known = len > 0 ? map_find(services.names, code, len) : MAP_NONE;

    if (known == MAP_NONE && *bare != '\0')
        known = map_find(services.names, bare, strlen(bare));
    if (known != MAP_NONE)
        return &all[*map_value(services.names, (size_t)known)];
    for (size_t i = 0; len > 0 && i < count; i++) {
        size_t near = nearness(&all[i], code, len);

        if (near > best_nearness) {
            best_nearness = near;
            best = &all[i];
        }
    }
    return best;
}
