#include "maki/statistics.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "maki/category.h"
#include "maki/evidence.h"
#include "json/json.h"

/* A longer key is cut: input need not be insights of ours. */
enum { KEY_BYTES_MAX = 200, TOP_SERVICES = 3 };

/* What a value is broken down by. Each aspect counts under keys of its own. */
enum aspect { BY_CATEGORY, BY_SERVICE, BY_MONTH, BY_STATUS, BY_SENTIMENT, ASPECTS };

/* Counters of one key, side by side. */
enum counter { ALL, OPEN, POSITIVE, NEGATIVE, NEUTRAL, COUNTERS };

struct tally {
    struct map *keys;
    long long (*counts)[COUNTERS];
    size_t cap;
};

/* A category's key and a service's, by index. */
struct pair {
    size_t category, service;
};

struct statistics {
    long long insights;
    struct tally tallies[ASPECTS];
    struct map *pairs; /* how often a category met a service; by index in pair_keys */
    struct pair *pair_keys;
    size_t pair_cap;
    struct evidence *evidence; /* by index of category */
    size_t evidence_cap;
    int64_t from_ms, to_ms; /* the first and the last timeCreated */
    bool dated;             /* there are any */
};

static const char *const sentiment_names[] = {
    [POSITIVE] = "Positive", [NEGATIVE] = "Negative", [NEUTRAL] = "Neutral"};

struct statistics *statistics_new(void)
{
    struct statistics *s = mem_calloc(1, sizeof(*s));

    for (int a = 0; a < ASPECTS; a++)
        s->tallies[a].keys = map_new();
    s->pairs = map_new();
    return s;
}

void statistics_free(struct statistics *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < map_count(s->tallies[BY_CATEGORY].keys); i++)
        evidence_clear(&s->evidence[i]);
    for (int a = 0; a < ASPECTS; a++) {
        map_free(s->tallies[a].keys);
        free(s->tallies[a].counts);
    }
    map_free(s->pairs);
    free(s->pair_keys);
    free(s->evidence);
    free(s);
}

/* The key's index; once there are too many keys, that of "(more)". */
static size_t bounded_add(struct map *map, const char *key)
{
    static const char more[] = "(more)";
    size_t len = strlen(key);

    if (map_count(map) >= STATISTICS_KEYS_MAX && map_find(map, key, len) == MAP_NONE)
        return map_add(map, more, sizeof(more) - 1);
    return map_add(map, key, len);
}

static size_t count_in(struct tally *tally, const char *key, enum counter sentiment, bool open)
{
    size_t i = bounded_add(tally->keys, key);
    size_t old = tally->cap;

    tally->counts = mem_grow(tally->counts, &tally->cap, i + 1, sizeof(*tally->counts));
    if (tally->cap > old)
        memset(tally->counts + old, 0, (tally->cap - old) * sizeof(*tally->counts));
    tally->counts[i][ALL]++;
    tally->counts[i][OPEN] += open;
    tally->counts[i][sentiment]++;
    return i;
}

static const char *member(jv insight, const char *name)
{
    const char *text = json_str(insight, name, NULL);

    return text != NULL && *text ? text : "(none)";
}

/* A member that is counted by. */
static const char *key_of(jv insight, const char *name, char key[KEY_BYTES_MAX + 1])
{
    const char *text = member(insight, name);
    size_t len = utf8_clip(text, strlen(text), KEY_BYTES_MAX);

    memcpy(key, text, len);
    key[len] = '\0';
    return key;
}

static enum counter sentiment_of(jv insight)
{
    const char *text = member(insight, "sentiment");

    for (int c = POSITIVE; c < NEUTRAL; c++) {
        if (strcmp(text, sentiment_names[c]) == 0)
            return (enum counter)c;
    }
    return NEUTRAL;
}

static bool is_open(jv insight)
{
    const char *status = member(insight, "status");

    return strcmp(status, "resolved") != 0 && strcmp(status, "closed") != 0;
}

static struct evidence *evidence_of(struct statistics *s, size_t category)
{
    size_t old = s->evidence_cap;

    s->evidence = mem_grow(s->evidence, &s->evidence_cap, category + 1, sizeof(*s->evidence));
    if (s->evidence_cap > old)
        memset(s->evidence + old, 0, (s->evidence_cap - old) * sizeof(*s->evidence));
    return &s->evidence[category];
}

/* Its month; a time that cannot be read is of none. */
static void count_time(struct statistics *s, jv insight, enum counter sentiment, bool open)
{
    char month[16] = "(none)";
    int64_t ms;

    if (time_parse_iso(member(insight, "timeCreated"), &ms) == 0) {
        if (!s->dated || ms < s->from_ms)
            s->from_ms = ms;
        if (!s->dated || ms > s->to_ms)
            s->to_ms = ms;
        s->dated = true;
        time_format(ms, "%Y-%m", month, sizeof(month));
    }
    count_in(&s->tallies[BY_MONTH], month, sentiment, open);
}

static void count_pair(struct statistics *s, struct pair pair)
{
    char key[64];
    size_t before = map_count(s->pairs);
    size_t i;

    snprintf(key, sizeof(key), "%zu %zu", pair.category, pair.service);
    i = bounded_add(s->pairs, key);
    s->pair_keys = mem_grow(s->pair_keys, &s->pair_cap, i + 1, sizeof(*s->pair_keys));
    if (i == before) /* it is new; beyond the bound come those of which no more is known */
        s->pair_keys[i] = i < STATISTICS_KEYS_MAX ? pair : (struct pair){SIZE_MAX, SIZE_MAX};
    ++*map_value(s->pairs, i);
}

void statistics_add(struct statistics *s, jv insight)
{
    enum counter sentiment = sentiment_of(insight);
    bool open = is_open(insight);
    char key[KEY_BYTES_MAX + 1];
    size_t category =
        count_in(&s->tallies[BY_CATEGORY], key_of(insight, "category", key), sentiment, open);
    size_t service;

    s->insights++;
    count_time(s, insight, sentiment, open);
    count_in(&s->tallies[BY_STATUS], key_of(insight, "status", key), sentiment, open);
    service =
        count_in(&s->tallies[BY_SERVICE], key_of(insight, "serviceCode", key), sentiment, open);
    count_in(&s->tallies[BY_SENTIMENT], sentiment_names[sentiment], sentiment, open);
    count_pair(s, (struct pair){category, service});
    evidence_add(evidence_of(s, category), member(insight, "caseId"), sentiment == NEGATIVE);
}

/* A key with what it is sorted by. */
struct ranked {
    const char *key;
    long long count;
    size_t index;
};

static int by_count(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->key, y->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->key, ((const struct ranked *)b)->key);
}

static struct ranked *rank(const struct tally *tally, size_t *count,
                           int (*order)(const void *, const void *))
{
    struct ranked *list;

    *count = map_count(tally->keys);
    list = mem_calloc(*count, sizeof(*list));
    for (size_t i = 0; i < *count; i++)
        list[i] = (struct ranked){map_key(tally->keys, i, NULL), tally->counts[i][ALL], i};
    if (*count > 0)
        qsort(list, *count, sizeof(*list), order);
    return list;
}

/* With one decimal, by integers, so that it is the same everywhere. */
static jv percent(long long part, long long whole)
{
    long long tenths = whole > 0 ? (part * 2000 + whole) / (2 * whole) : 0;

    return jv_number((double)tenths / 10);
}

static jv sentiment_object(const long long counts[COUNTERS])
{
    jv object = jv_object();

    for (int c = POSITIVE; c <= NEUTRAL; c++)
        json_set(&object, sentiment_names[c], jv_number((double)counts[c]));
    return object;
}

/* [{<name>: key, "count", "negative"}] of an aspect. */
static jv breakdown(const struct statistics *s, enum aspect aspect, const char *name)
{
    const struct tally *tally = &s->tallies[aspect];
    size_t count;
    struct ranked *list = rank(tally, &count, aspect == BY_MONTH ? by_name : by_count);
    size_t most = aspect == BY_MONTH ? 240 : STATISTICS_TOP_MAX;
    jv array = jv_array();

    for (size_t i = 0; i < count && i < most; i++) {
        jv row = jv_object();

        json_set_str(&row, name, list[i].key);
        json_set(&row, "count", jv_number((double)list[i].count));
        json_set(&row, "negative", jv_number((double)tally->counts[list[i].index][NEGATIVE]));
        json_append(&array, row);
    }
    free(list);
    return array;
}

/* The services that a category meets most, in order. */
struct top {
    struct ranked services[TOP_SERVICES + 1]; /* and a place for the next one to be sorted in */
    size_t count;
};

/* For each category, by index; the caller frees it. */
static struct top *top_services(const struct statistics *s)
{
    struct top *tops = mem_calloc(map_count(s->tallies[BY_CATEGORY].keys), sizeof(*tops));

    for (size_t i = 0; i < map_count(s->pairs); i++) {
        const struct pair *pair = &s->pair_keys[i];
        struct top *top;

        if (pair->category == SIZE_MAX)
            continue;
        top = &tops[pair->category];
        top->services[top->count++] = (struct ranked){
            map_key(s->tallies[BY_SERVICE].keys, pair->service, NULL), *map_value(s->pairs, i), i};
        qsort(top->services, top->count, sizeof(top->services[0]), by_count);
        if (top->count > TOP_SERVICES)
            top->count = TOP_SERVICES;
    }
    return tops;
}

static jv names_of(const struct top *top)
{
    jv array = jv_array();

    for (size_t i = 0; i < top->count; i++)
        json_append(&array, jv_string(top->services[i].key));
    return array;
}

static jv categories_array(const struct statistics *s)
{
    const struct tally *tally = &s->tallies[BY_CATEGORY];
    size_t count;
    struct ranked *list = rank(tally, &count, by_count);
    struct top *tops = top_services(s);
    jv array = jv_array();

    for (size_t i = 0; i < count; i++) {
        const long long *counts = tally->counts[list[i].index];
        jv row = jv_object();

        json_set_str(&row, "category", list[i].key);
        json_set(&row, "count", jv_number((double)counts[ALL]));
        json_set(&row, "percent", percent(counts[ALL], s->insights));
        json_set(&row, "open", jv_number((double)counts[OPEN]));
        json_set(&row, "sentiment", sentiment_object(counts));
        json_set(&row, "services", names_of(&tops[list[i].index]));
        json_append(&array, row);
    }
    free(tops);
    free(list);
    return array;
}

static void add_time(jv *object, const struct statistics *s, const char *name, int64_t ms)
{
    char text[TIME_ISO_SIZE] = "";

    if (s->dated)
        time_format_iso(ms, text);
    json_set_str(object, name, text);
}

jv statistics_object(const struct statistics *s)
{
    const struct tally *categories = &s->tallies[BY_CATEGORY];
    long other = map_find(categories->keys, CATEGORY_OTHER, strlen(CATEGORY_OTHER));
    long long sums[COUNTERS] = {0};
    jv object = jv_object();

    for (size_t i = 0; i < map_count(categories->keys); i++) {
        for (int c = 0; c < COUNTERS; c++)
            sums[c] += categories->counts[i][c];
    }
    json_set(&object, "insights", jv_number((double)s->insights));
    add_time(&object, s, "from", s->from_ms);
    add_time(&object, s, "to", s->to_ms);
    json_set(&object, "open", jv_number((double)sums[OPEN]));
    json_set(&object, "closed", jv_number((double)(sums[ALL] - sums[OPEN])));
    json_set(&object, "other_percent",
             percent(other == MAP_NONE ? 0 : categories->counts[other][ALL], s->insights));
    json_set(&object, "sentiment", sentiment_object(sums));
    json_set(&object, "categories", categories_array(s));
    json_set(&object, "services", breakdown(s, BY_SERVICE, "serviceCode"));
    json_set(&object, "months", breakdown(s, BY_MONTH, "month"));
    json_set(&object, "status", breakdown(s, BY_STATUS, "status"));
    return object;
}

jv statistics_evidence(const struct statistics *s)
{
    size_t count;
    struct ranked *list = rank(&s->tallies[BY_CATEGORY], &count, by_count);
    jv array = jv_array();

    for (size_t i = 0; i < count; i++) {
        jv row = jv_object();

        json_set_str(&row, "category", list[i].key);
        json_set(&row, "caseIds", evidence_ids(&s->evidence[list[i].index]));
        json_append(&array, row);
    }
    free(list);
    return array;
}
