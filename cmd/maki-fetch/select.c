#include "select.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "maki/case.h"
#include "json/json.h"

enum { SHARDS_MAX = 1000000 };

static int parse_bound(const char *name, const char *text, int64_t now_ms, int64_t *ms,
                       struct error *err)
{
    if (text == NULL || time_parse(text, now_ms, ms) == 0)
        return 0;
    return error_set(err, ERR_USAGE, "BadOption",
                     "--%s: '%s' is no time; give a date (2026-01-31), a time "
                     "(2026-01-31T08:00:00Z) or an age (30d, 12h)",
                     name, text);
}

/* "2/8" */
static int parse_shard(struct select *select, const char *text, struct error *err)
{
    char *end;

    if (text == NULL)
        return 0;
    errno = 0;
    select->shard = strtoll(text, &end, 10) - 1;
    if (*end == '/' && end[1] >= '0' && end[1] <= '9')
        select->shard_count = strtoll(end + 1, &end, 10);
    if (errno == 0 && *end == '\0' && *text >= '0' && *text <= '9' && select->shard >= 0 &&
        select->shard < select->shard_count && select->shard_count <= SHARDS_MAX)
        return 0;
    return error_set(err, ERR_USAGE, "BadOption",
                     "--shard: '%s' is no I/N with I from 1 to N, and N at most %d", text,
                     SHARDS_MAX);
}

int select_init(struct select *select, const struct select_options *options,
                const struct clock *clock, struct error *err)
{
    int64_t now_ms = clock_now_ms(clock);

    *select = (struct select){.options = options, .since_ms = INT64_MIN, .until_ms = INT64_MAX};
    if (parse_bound("since", options->since, now_ms, &select->since_ms, err) < 0 ||
        parse_bound("until", options->until, now_ms, &select->until_ms, err) < 0 ||
        parse_shard(select, options->shard, err) < 0)
        return -1;
    if (select->since_ms >= select->until_ms)
        return error_set(err, ERR_USAGE, "BadOption",
                         "--since %s is not before --until %s: no case could be between them",
                         options->since, options->until);
    if (options->filter == NULL)
        return 0;
    select->filter = filter_compile(options->filter, err);
    return select->filter ? 0 : error_prefix(err, "--filter");
}

void select_clear(struct select *select)
{
    filter_free(select->filter);
    select->filter = NULL;
}

/* FNV-1a, 64 bit (http://www.isthe.com/chongo/tech/comp/fnv/): part of the interface, as shards of
 * one set may run anywhere. */
static uint64_t shard_hash(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static bool in_shard(const struct select *select, jv support_case)
{
    size_t len;
    const char *id;

    if (select->shard_count == 0)
        return true;
    id = json_str(support_case, "caseId", &len);
    return shard_hash(id, len) % (uint64_t)select->shard_count == (uint64_t)select->shard;
}

static bool has_member_of(const struct opt_list *list, jv support_case, const char *name)
{
    return list->count == 0 || opt_list_has(list, json_str(support_case, name, NULL));
}

/* The service itself, or one whose code goes on behind a '-': amazon-elastic-compute-cloud also
 * takes …-cloud-linux. */
static bool is_service(const struct opt_list *list, jv support_case)
{
    const char *code = json_str(support_case, "serviceCode", NULL);

    for (size_t i = 0; i < list->count; i++) {
        size_t len = strlen(list->items[i]);

        if (strncmp(code, list->items[i], len) == 0 && (code[len] == '\0' || code[len] == '-'))
            return true;
    }
    return list->count == 0;
}

enum select_verdict select_case(const struct select *select, jv support_case, const char **reason)
{
    const struct select_options *o = select->options;
    bool dated = true;
    int64_t ms;

    if (!in_shard(select, support_case)) {
        *reason = "of another --shard";
        return SELECT_NOT;
    }
    if (select->since_ms != INT64_MIN || select->until_ms != INT64_MAX) {
        dated = case_time(support_case, "timeCreated", &ms) == 0;
        if (dated && ms < select->since_ms) {
            *reason = "created before --since";
            return SELECT_NOT;
        }
        if (dated && ms >= select->until_ms) {
            *reason = "created at or after --until";
            return SELECT_NOT_YET;
        }
    }
    *reason = NULL;
    if (!has_member_of(&o->status, support_case, "status"))
        *reason = "its status is not in --status";
    else if (!is_service(&o->service, support_case))
        *reason = "its service is not in --service";
    else if (!has_member_of(&o->category_code, support_case, "categoryCode"))
        *reason = "its categoryCode is not in --category-code";
    if (*reason != NULL)
        return SELECT_NOT;
    return dated ? SELECT_WANTED : SELECT_UNDATED;
}

/* The one result, borrowed; jv_null() if there is none. */
static jv only_result(jv results, struct error *err)
{
    if (json_count(results) > 1) {
        error_set(err, ERR_DATA, "FilterFailed",
                  "the filter gave %d results where a case can have one; try first(...)",
                  json_count(results));
        return jv_invalid();
    }
    return json_count(results) == 0 ? jv_null() : json_at(results, 0);
}

/* What the filter made of the case (taken): the same, none, or another. */
static jv apply_result(jv support_case, jv result, struct error *err)
{
    jv other = jv_invalid();

    /* `select(...)` hands the case itself on */
    if (json_is(result, JV_KIND_TRUE) || jv_identical(jv_copy(result), jv_copy(support_case)))
        return support_case;
    if (json_is(result, JV_KIND_NULL) || json_is(result, JV_KIND_FALSE)) {
        other = jv_null();
    } else if (json_is(result, JV_KIND_OBJECT)) {
        other = case_normalise(result, err);
        if (!jv_is_valid(other))
            error_prefix(err, "what the filter gave");
    } else if (jv_is_valid(result)) {
        error_set(err, ERR_DATA, "FilterFailed",
                  "the filter gave a JSON %s; expected a case, true or false",
                  jv_kind_name(jv_get_kind(result)));
    }
    jv_free(support_case);
    return other;
}

jv select_filter(const struct select *select, jv support_case, struct error *err)
{
    jv results;
    jv outcome;

    if (select->filter == NULL)
        return support_case;
    results = filter_run(select->filter, support_case, err);
    if (!jv_is_valid(results)) {
        jv_free(support_case);
        return results;
    }
    outcome = apply_result(support_case, only_result(results, err), err);
    jv_free(results);
    return outcome;
}

static void describe_list(jv *into, const char *name, const struct opt_list *list)
{
    jv items = jv_array();

    for (size_t i = 0; i < list->count; i++)
        json_append(&items, jv_string(list->items[i]));
    json_set(into, name, items);
}

jv select_describe(const struct select *select)
{
    const struct select_options *o = select->options;
    jv description = jv_object();

    describe_list(&description, "status", &o->status);
    describe_list(&description, "service", &o->service);
    describe_list(&description, "category-code", &o->category_code);
    json_set_str(&description, "filter", o->filter ? o->filter : "");
    json_set(&description, "shard",
             jv_number((double)(select->shard_count ? select->shard + 1 : 0)));
    json_set(&description, "shards", jv_number((double)select->shard_count));
    return description;
}
