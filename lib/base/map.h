#ifndef MAKI_BASE_MAP_H
#define MAKI_BASE_MAP_H

#include <stddef.h>

/*
 * A hash map from byte strings to whole numbers that remembers insertion order: entries are 0, 1, 2
 * … in the order in which their keys came. Lookup is by content; the map copies its keys.
 */
struct map;

enum { MAP_NONE = -1 };

/* An empty map; freed with map_free. */
struct map *map_new(void);
void map_free(struct map *map);

/* The entry's index, or MAP_NONE. */
long map_find(const struct map *map, const char *key, size_t len);

/* The entry's index; a new key is added with the value 0. */
size_t map_add(struct map *map, const char *key, size_t len);

size_t map_count(const struct map *map);

/* Of an entry by index: its key (a C string, owned by the map; *len unless NULL) and its value,
 * which the caller may change. */
const char *map_key(const struct map *map, size_t index, size_t *len);
long long *map_value(const struct map *map, size_t index);

#endif
