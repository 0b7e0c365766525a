#include "offline/narrate.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "maki/service.h"
#include "json/json.h"

enum {
    TEXT_BYTES_MAX = 200000,
    TOLD_CATEGORIES = 5,
    TOLD_SERVICES = 3,
    QUOTED_CASES = 3,
    NAME_BYTES_MAX = 100
};

static const char *text_of(jv object, const char *name)
{
    const char *text = json_str(object, name, NULL);

    return text ? text : "";
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/*
 * Ids and names come from outside and are quoted only if they look like one: a text with spaces
 * could put words and numbers into the report.
 */
static const char *name_or(const char *text, const char *otherwise)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/";
    size_t len = strspn(text, plain);

    return len > 0 && len <= NAME_BYTES_MAX && text[len] == '\0' ? text : otherwise;
}

static const char *service_name(const char *code)
{
    const struct service *service = service_find(code);

    return service ? service->name : name_or(code, "an unnamed service");
}

static const char *category_name(jv row)
{
    return name_or(text_of(row, "category"), "an unnamed category");
}

static double percent_of(jv row, const char *name)
{
    jv value = json_get(row, name);

    return json_is(value, JV_KIND_NUMBER) ? jv_number_value(value) : 0;
}

/* "2025-01-02" of a time. */
static void add_date(struct buf *out, const char *time)
{
    buf_add(out, time, strnlen(time, 10));
}

static void tell_extent(struct buf *out, jv statistics)
{
    int64_t insights = json_int(statistics, "insights", 0);
    int64_t open = json_int(statistics, "open", 0);
    const char *from = text_of(statistics, "from");

    buf_addf(out, "%" PRId64 " support case%s", insights, plural(insights));
    if (*from) {
        buf_adds(out, " opened between ");
        add_date(out, from);
        buf_adds(out, " and ");
        add_date(out, text_of(statistics, "to"));
    }
    buf_addf(out, " %s read: %" PRId64 " case%s %s still open. ", insights == 1 ? "was" : "were",
             open, plural(open), open == 1 ? "is" : "are");
}

static void tell_categories(struct buf *out, jv categories)
{
    int count = json_count(categories);

    for (int i = 0; i < count && i < TOLD_SERVICES; i++) {
        jv row = json_at(categories, i);
        int64_t cases = json_int(row, "count", 0);

        buf_addf(out, "%s%s (%" PRId64 " case%s, %.1f%%)",
                 i == 0   ? "Most of the need for support comes from "
                 : i == 1 ? ", then "
                          : " and ",
                 category_name(row), cases, plural(cases), percent_of(row, "percent"));
    }
    if (count > 0)
        buf_adds(out, ". ");
}

static void tell_services(struct buf *out, jv services)
{
    int count = json_count(services);

    for (int i = 0; i < count && i < TOLD_SERVICES; i++) {
        jv row = json_at(services, i);
        int64_t cases = json_int(row, "count", 0);

        buf_addf(out, "%s%s (%" PRId64 " case%s)", i == 0 ? "By service: " : ", ",
                 service_name(text_of(row, "serviceCode")), cases, plural(cases));
    }
    if (count > 0)
        buf_adds(out, ". ");
}

/* The category with the most negative cases: where it hurts, which need not be where most cases
 * are. */
static jv sorest(jv categories)
{
    jv found = jv_invalid();
    int64_t most = 0;

    for (int i = 0; i < json_count(categories); i++) {
        jv row = json_at(categories, i);
        int64_t negative = json_int(json_get(row, "sentiment"), "Negative", 0);

        if (negative > most) {
            most = negative;
            found = row;
        }
    }
    return found;
}

static void tell_sentiment(struct buf *out, jv statistics)
{
    jv sore = sorest(json_get(statistics, "categories"));
    int64_t negative = json_int(json_get(statistics, "sentiment"), "Negative", 0);
    int64_t there = json_int(json_get(sore, "sentiment"), "Negative", 0);

    if (negative == 0) {
        buf_adds(out, "No customer sounded negative.");
        return;
    }
    buf_addf(out,
             "%" PRId64 " case%s %s written in a negative tone, most of all about %s (%" PRId64
             " case%s).",
             negative, plural(negative), negative == 1 ? "was" : "were", category_name(sore), there,
             plural(there));
}

static void tell_coverage(struct buf *out, jv data)
{
    jv coverage = json_get(data, "coverage");

    if (json_bool(coverage, "sampled", false))
        buf_addf(out,
                 " The counts cover every case; the digests are an even sample, one in %" PRId64
                 ".",
                 json_int(coverage, "stride", 1));
}

/* A playbook line with {service} filled in. */
static void add_filled(struct buf *out, const char *line, const char *service)
{
    static const char slot[] = "{service}";
    const char *at;

    while ((at = strstr(line, slot)) != NULL) {
        buf_add(out, line, (size_t)(at - line));
        buf_adds(out, service);
        line = at + sizeof(slot) - 1;
    }
    buf_adds(out, line);
}

/* Up to three ids of this category's cases among the digests, those with negative sentiment first.
 */
static void add_case_ids(struct buf *out, jv digests, const char *category)
{
    int told = 0;

    for (int negative = 1; negative >= 0; negative--) {
        for (int i = 0; i < json_count(digests) && told < QUOTED_CASES; i++) {
            jv digest = json_at(digests, i);
            bool is_negative = strcmp(text_of(digest, "sentiment"), "Negative") == 0;
            const char *id = name_or(text_of(digest, "caseId"), NULL);

            if (id != NULL && strcmp(text_of(digest, "category"), category) == 0 &&
                is_negative == (negative == 1))
                buf_addf(out, "%s%s", told++ == 0 ? " For example: " : ", ", id);
        }
    }
    if (told > 0)
        buf_addc(out, '.');
}

static void plan_step(struct buf *out, const struct category_set *set, jv row, jv digests)
{
    const char *name = text_of(row, "category");
    const struct category *category = category_find(set, name);
    const char *first_service = json_text(json_at(json_get(row, "services"), 0), NULL);
    const char *service = first_service ? service_name(first_service) : "the service";
    const char *action = category ? category_phrase(category, "action", 0) : NULL;
    const char *prevention = category ? category_phrase(category, "prevention", 0) : NULL;
    int64_t cases = json_int(row, "count", 0);
    int64_t open = json_int(row, "open", 0);

    buf_addf(out, "%s (%" PRId64 " case%s, %" PRId64 " open): ", category_name(row), cases,
             plural(cases), open);
    if (action == NULL)
        buf_adds(out, "Read these cases and decide on the next step.");
    else
        add_filled(out, action, service);
    if (prevention != NULL) {
        buf_adds(out, " To prevent it: ");
        add_filled(out, prevention, service);
    }
    add_case_ids(out, digests, name);
    buf_addc(out, '\n');
}

static void write_plan(struct buf *out, const struct category_set *set, jv data)
{
    jv categories = json_get_path(data, "statistics", "categories", NULL);
    int count = json_count(categories);

    for (int i = 0; i < count && i < TOLD_CATEGORIES; i++) {
        buf_addf(out, "%d. ", i + 1);
        plan_step(out, set, json_at(categories, i), json_get(data, "digests"));
    }
    if (out->len > 0 && out->data[out->len - 1] == '\n')
        buf_truncate(out, out->len - 1);
}

int offline_narrate(const struct category_set *set, jv data, jv *input, struct error *err)
{
    jv statistics = json_get(data, "statistics");
    struct buf summary;
    struct buf plan;

    if (json_count(json_get(statistics, "categories")) == 0)
        return error_set(err, ERR_DATA, "ValidationException",
                         "the data has no statistics.categories");
    buf_init(&summary, TEXT_BYTES_MAX);
    buf_init(&plan, TEXT_BYTES_MAX);
    tell_extent(&summary, statistics);
    tell_categories(&summary, json_get(statistics, "categories"));
    tell_services(&summary, json_get(statistics, "services"));
    tell_sentiment(&summary, statistics);
    tell_coverage(&summary, data);
    write_plan(&plan, set, data);
    *input = jv_object();
    json_set(input, "summary", json_string(buf_str(&summary), summary.len));
    json_set(input, "plan", json_string(buf_str(&plan), plan.len));
    buf_clear(&summary);
    buf_clear(&plan);
    return 0;
}
