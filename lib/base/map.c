#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

struct entry {
    char *key;
    size_t len;
    uint64_t hash;
    long long value;
};

struct map {
    struct entry *entries;
    size_t count;
    size_t cap;
    size_t *slots; /* index of an entry plus one; 0 is empty */
    size_t slot_count;
    uint64_t secret; /* keys may come from hostile text: nobody can aim at one slot */
};

struct map *map_new(void)
{
    static uint64_t secret;
    struct map *map = mem_calloc(1, sizeof(*map));

    if (secret == 0)
        secret = rng_secret() | 1;
    map->secret = secret;
    return map;
}

void map_free(struct map *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i < map->count; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map->slots);
    free(map);
}

/* A product folded on itself: which bits of the result depend on which of `a` is for whoever knows
 * `b` to say. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(const struct map *map, const char *key, size_t len)
{
    uint64_t h = map->secret ^ len;

    while (len > 0) {
        uint64_t word = 0;
        size_t part = len < sizeof(word) ? len : sizeof(word);

        memcpy(&word, key, part);
        h = fold(h ^ word, map->secret);
        key += part;
        len -= part;
    }
    return fold(h, UINT64_C(0x9fb21c651e98df25));
}

static size_t find_slot(const struct map *map, const char *key, size_t len, uint64_t hash)
{
    size_t i = hash & (map->slot_count - 1);

    while (map->slots[i] != 0) {
        const struct entry *e = &map->entries[map->slots[i] - 1];

        if (e->hash == hash && e->len == len && memcmp(e->key, key, len) == 0)
            break;
        i = (i + 1) & (map->slot_count - 1);
    }
    return i;
}

static void grow(struct map *map)
{
    free(map->slots);
    map->slot_count = map->slot_count ? 2 * map->slot_count : 16;
    map->slots = mem_calloc(map->slot_count, sizeof(*map->slots));
    for (size_t e = 0; e < map->count; e++) {
        size_t i = map->entries[e].hash & (map->slot_count - 1);

        while (map->slots[i] != 0)
            i = (i + 1) & (map->slot_count - 1);
        map->slots[i] = e + 1;
    }
}

long map_find(const struct map *map, const char *key, size_t len)
{
    if (map->slot_count == 0)
        return MAP_NONE;
    return (long)map->slots[find_slot(map, key, len, hash_bytes(map, key, len))] - 1;
}

size_t map_add(struct map *map, const char *key, size_t len)
{
    uint64_t hash = hash_bytes(map, key, len);
    char *copy;
    size_t i;

    if (2 * (map->count + 1) > map->slot_count)
        grow(map);
    i = find_slot(map, key, len, hash);
    if (map->slots[i] != 0)
        return map->slots[i] - 1;
    copy = mem_alloc(len + 1);
    memcpy(copy, key, len);
    copy[len] = '\0';
    map->entries = mem_grow(map->entries, &map->cap, map->count + 1, sizeof(*map->entries));
    map->entries[map->count] = (struct entry){copy, len, hash, 0};
    map->slots[i] = ++map->count;
    return map->count - 1;
}

size_t map_count(const struct map *map)
{
    return map->count;
}

const char *map_key(const struct map *map, size_t index, size_t *len)
{
    if (len != NULL)
        *len = map->entries[index].len;
    return map->entries[index].key;
}

long long *map_value(const struct map *map, size_t index)
{
    return &map->entries[index].value;
}
