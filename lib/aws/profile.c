#include "aws/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/profile_store.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"

enum { KEY_BYTES_MAX = 2 * PROFILE_NAME_BYTES_MAX + 2 };

struct profiles *profiles_new(void)
{
    struct profiles *p = mem_calloc(1, sizeof(*p));

    p->index = map_new();
    return p;
}

void profiles_free(struct profiles *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < map_count(p->index); i++)
        mem_free_secret(p->values[i]);
    free(p->values);
    map_free(p->index);
    free(p);
}

/* The index's key; -1 if it would be too long. Free it in both cases. */
static int make_key(struct buf *key, enum profile_origin origin, const char *section,
                    const char *name)
{
    buf_init(key, KEY_BYTES_MAX);
    buf_addc(key, (char)('0' + origin));
    buf_adds(key, section);
    buf_addc(key, '\n');
    return buf_adds(key, name);
}

size_t profile_place(struct profiles *p, enum profile_origin origin, const char *section,
                     const char *key)
{
    size_t count = map_count(p->index);
    struct buf whole;
    size_t place;

    make_key(&whole, origin, section, key);
    place = map_add(p->index, buf_str(&whole), whole.len);
    buf_clear(&whole);
    if (place == count) {
        p->values = mem_grow(p->values, &p->cap, count + 1, sizeof(*p->values));
        p->values[place] = NULL;
    }
    return place;
}

void profile_set(struct profiles *p, size_t place, const char *text, size_t len)
{
    mem_free_secret(p->values[place]);
    p->values[place] = len > 0 && *text != '\0' ? mem_strndup(text, len) : NULL;
}

void profile_append(struct profiles *p, size_t place, const char *text, size_t len)
{
    char *old = p->values[place];
    size_t old_len = strlen(old);
    char *both = mem_alloc(old_len + len + 2);

    memcpy(both, old, old_len);
    both[old_len] = '\n';
    memcpy(both + old_len + 1, text, len);
    both[old_len + 1 + len] = '\0';
    p->values[place] = both;
    mem_free_secret(old);
}

/*
 * A file that is there and cannot be read is told of once nothing else gives credentials; the SDKs
 * ignore it.
 */
static void load_file(struct profiles *p, const char *path, bool credentials)
{
    struct buf text;
    struct error err;

    if (path == NULL || !file_exists(path))
        return;
    buf_init_secret(&text, PROFILE_FILE_BYTES_MAX);
    if (file_read(path, &text, &err) == 0)
        profiles_add(p, &(struct profile_text){path, buf_str(&text), text.len, credentials});
    else if (p->problem[0] == '\0')
        snprintf(p->problem, sizeof(p->problem), "%.200s", err.message);
    buf_clear(&text);
}

struct profiles *profiles_load(const struct profile_files *files)
{
    struct profiles *p = profiles_new();

    load_file(p, files->config, false);
    load_file(p, files->credentials, true);
    return p;
}

static long find(const struct profiles *p, enum profile_origin origin, const char *section,
                 const char *name)
{
    struct buf key;
    long at = MAP_NONE;

    if (make_key(&key, origin, section, name) == 0)
        at = map_find(p->index, buf_str(&key), key.len);
    buf_clear(&key);
    return at;
}

static const char *value_at(const struct profiles *p, enum profile_origin origin,
                            const char *section, const char *key)
{
    long at = find(p, origin, section, key);

    return at == MAP_NONE ? NULL : p->values[at];
}

/* Where the config file has the section. */
static enum profile_origin config_place(const struct profiles *p, enum profile_section section,
                                        const char *name)
{
    if (section == SSO_SESSION)
        return CONFIG_SSO_SESSION;
    if (section == SERVICES)
        return CONFIG_SERVICES;
    if (strcmp(name, "default") == 0 && find(p, CONFIG_PROFILE, name, "") == MAP_NONE)
        return CONFIG_DEFAULT;
    return CONFIG_PROFILE;
}

bool profiles_has(const struct profiles *p, enum profile_section section, const char *name)
{
    return find(p, config_place(p, section, name), name, "") != MAP_NONE ||
           (section == PROFILE && find(p, CREDENTIALS, name, "") != MAP_NONE);
}

const char *profiles_get(const struct profiles *p, enum profile_section section, const char *name,
                         const char *key)
{
    const char *value = section == PROFILE ? value_at(p, CREDENTIALS, name, key) : NULL;

    return value != NULL ? value : value_at(p, config_place(p, section, name), name, key);
}

const char *profiles_problem(const struct profiles *p)
{
    return p->problem[0] ? p->problem : NULL;
}
