#include "base/map.h"

#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "unit.h"

static size_t add(struct map *map, const char *key)
{
    return map_add(map, key, strlen(key));
}

static void test_entries(void)
{
    struct map *map = map_new();
    char key[] = "copied";
    size_t len = 99;

    TEST("an empty map knows no key")
    {
        CHECK_INT(MAP_NONE, map_find(map, "a", 1));
        CHECK_INT(0, map_count(map));
    }
    TEST("entries are numbered in the order of their first coming")
    {
        CHECK_INT(0, add(map, "b"));
        CHECK_INT(1, add(map, "a"));
        CHECK_INT(0, add(map, "b"));
        CHECK_INT(2, map_count(map));
        CHECK_INT(1, map_find(map, "a", 1));
        CHECK_STR("b", map_key(map, 0, &len));
        CHECK_INT(1, len);
        CHECK_STR("a", map_key(map, 1, NULL));
    }
    TEST("a new key's value is 0 and keeps what is put there")
    {
        CHECK_INT(0, *map_value(map, 0));
        *map_value(map, 0) = INT64_MIN;
        CHECK(*map_value(map, (size_t)map_find(map, "b", 1)) == INT64_MIN);
        CHECK_INT(0, *map_value(map, 1));
    }
    TEST("keys are bytes: empty ones, NULs and lengths count")
    {
        CHECK_INT(2, map_add(map, "", 0));
        CHECK_INT(3, map_add(map, "\0", 1));
        CHECK_INT(4, map_add(map, "\0\0", 2));
        CHECK_INT(5, map_add(map, "a\0b", 3));
        CHECK_INT(6, map_add(map, "a\0c", 3));
        CHECK_INT(7, map_add(map, "abcdefgh", 8));
        CHECK_INT(8, map_add(map, "abcdefgh\0", 9));
        CHECK_INT(5, map_find(map, "a\0b", 3));
        CHECK(memcmp(map_key(map, 6, &len), "a\0c", 4) == 0);
        CHECK_INT(3, len);
    }
    TEST("the map holds a copy of its keys")
    {
        size_t index = add(map, key);

        key[0] = 'X';
        CHECK_STR("copied", map_key(map, index, NULL));
    }
    map_free(map);
    map_free(NULL);
}

static void test_many(void)
{
    struct map *map = map_new();
    char key[32];
    long wrong = 0;

    TEST("100,000 keys are all found again, with their values")
    {
        for (int i = 0; i < 100000; i++) {
            snprintf(key, sizeof(key), "case-%d", i);
            *map_value(map, add(map, key)) = i;
        }
        for (int i = 0; i < 100000; i++) {
            long found;

            snprintf(key, sizeof(key), "case-%d", i);
            found = map_find(map, key, strlen(key));
            wrong += found != i || *map_value(map, (size_t)i) != i;
        }
        CHECK_INT(0, wrong);
        CHECK_INT(100000, map_count(map));
        CHECK_INT(MAP_NONE, map_find(map, "case-100000", 11));
    }
    map_free(map);
}

/*
 * Keys made of pairs of words that differ in the top bit of the first and, to make up for it, in
 * two bits of the second: they all collide in a hash that multiplies by a constant, whatever secret
 * it starts from. 2^16 of them in one slot would take a minute or more; in a sound table they take
 * milliseconds.
 */
static void test_flood(void)
{
    enum { PAIRS = 16 };
    struct map *map = map_new();
    uint64_t words[2 * PAIRS];
    int64_t start = clock_monotonic_ms(clock_system());

    TEST("keys that are made to collide do not slow the map down")
    {
        for (uint32_t n = 0; n < UINT32_C(1) << PAIRS; n++) {
            for (int i = 0; i < PAIRS; i++) {
                bool flip = n >> i & 1;

                words[2 * i] = flip ? UINT64_C(1) << 63 : 0;
                words[2 * i + 1] = flip ? UINT64_C(1) << 63 | UINT64_C(1) << 31 : 0;
            }
            map_add(map, (const char *)words, sizeof(words));
            if (n % 1024 == 0 && clock_monotonic_ms(clock_system()) - start > 10000)
                break;
        }
        CHECK_INT(1 << PAIRS, map_count(map));
    }
    map_free(map);
}

int main(void)
{
    test_entries();
    test_many();
    test_flood();
    return unit_end();
}
