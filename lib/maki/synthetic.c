#include "maki/synthetic.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "maki/wordbank.h"
#include "json/json.h"

enum { FITTING_PERCENT = 88, OTHER_LANGUAGES_PERCENT = 15 };

static const struct synthetic_length lengths[] = {
    {"one line", 5, 25, 14},           {"30 to 80 words", 30, 80, 26},
    {"80 to 160 words", 80, 160, 32},  {"160 to 350 words", 160, 350, 20},
    {"350 to 600 words", 350, 600, 8},
};
enum { LENGTH_COUNT = sizeof(lengths) / sizeof(lengths[0]), LENGTH_MIDDLE = 2 };

const struct synthetic_length *synthetic_length_find(const char *text)
{
    for (size_t i = 0; text != NULL && i < LENGTH_COUNT; i++) {
        if (strcmp(lengths[i].text, text) == 0)
            return &lengths[i];
    }
    return &lengths[LENGTH_MIDDLE];
}

/* A choice among texts; the weights of a table add up to 100. */
struct choice {
    const char *text;
    unsigned weight;
};

static const char *choose(struct rng *rng, const struct choice *choices)
{
    uint64_t at = rng_below(rng, 100);

    while (at >= choices->weight) {
        at -= choices->weight;
        choices++;
    }
    return choices->text;
}

static const struct choice tones[] = {
    {"neutral", 36}, {"terse", 16}, {"chatty", 16}, {"thankful", 16}, {"angry", 16}};

static const struct choice severities[] = {
    {"low", 34}, {"normal", 34}, {"high", 19}, {"urgent", 9}, {"critical", 4}};

/* AWS Support's names; of a case that nobody has answered, and of one with a conversation. */
static const struct choice first_statuses[] = {
    {"opened", 40}, {"unassigned", 32}, {"work-in-progress", 16}, {"resolved", 12}};
static const struct choice later_statuses[] = {
    {"resolved", 77}, {"pending-customer-action", 10}, {"work-in-progress", 6}, {"reopened", 5},
    {"opened", 2},
};

static const struct choice category_codes[] = {
    {"general-guidance", 34}, {"other", 22},         {"performance", 12},
    {"connectivity", 10},     {"configuration", 12}, {"apis", 10},
};

static const struct choice counts[] = {{"1", 28}, {"2", 18}, {"3", 20}, {"4", 13},
                                       {"5", 10}, {"6", 6},  {"7", 5}};

static const struct synthetic_length *choose_length(struct rng *rng)
{
    int at = (int)rng_below(rng, 100);
    const struct synthetic_length *length = lengths;

    while (at >= length->weight)
        at -= length++->weight;
    return length;
}

static const char *choose_language(const struct synthetic_run *run, struct rng *rng)
{
    size_t others = run->language_count - 1;
    uint64_t at = rng_below(rng, 100);

    if (others == 0 || at >= OTHER_LANGUAGES_PERCENT)
        return run->languages[0];
    return run->languages[1 + rng_below(rng, others)];
}

/* One of the services whose code begins with the prefix; NULL if none does. */
static const struct service *choose_by_prefix(const char *prefix, size_t len, struct rng *rng)
{
    size_t count;
    const struct service *all = service_all(&count);
    const struct service *chosen = NULL;
    uint64_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (service_has_prefix(all[i].code, prefix, len) && rng_below(rng, ++found) == 0)
            chosen = &all[i];
    }
    return chosen;
}

/* The n-th item of a comma-separated list. */
static const char *list_item(const char *list, uint64_t n, size_t *len)
{
    for (; n > 0; n--)
        list = strchr(list, ',') + 1;
    *len = strcspn(list, ",");
    return list;
}

static const char *choose_item(const char *list, struct rng *rng, size_t *len)
{
    uint64_t count = 1;

    for (const char *p = list; *p; p++)
        count += *p == ',';
    return list_item(list, rng_below(rng, count), len);
}

/*
 * A service that the category's playbook has a link for; of the links that are for no service in
 * particular, or whose codes are unknown, others are tried.
 */
static const struct service *choose_fitting(const struct category *category, struct rng *rng)
{
    size_t count = category->link_list.count;

    for (int tries = 0; count > 0 && tries < 8; tries++) {
        const char *services = category->links[rng_below(rng, count)].services;
        size_t len;
        const char *prefix = choose_item(services, rng, &len);
        const struct service *chosen = choose_by_prefix(prefix, len, rng);

        if (chosen != NULL)
            return chosen;
    }
    return NULL;
}

static const struct service *choose_service(const struct category *category, struct rng *rng)
{
    size_t count;
    const struct service *all = service_all(&count);
    const struct service *fitting =
        rng_below(rng, 100) < FITTING_PERCENT ? choose_fitting(category, rng) : NULL;

    return fitting ? fitting : &all[rng_below(rng, count)];
}

/* Both ids are one-to-one in the index, so no two cases of a run share one. */
static void make_ids(struct synthetic_plan *plan)
{
    enum {
        DISPLAY_STEP = 1973338717
    }; /* a prime, thus without a common divisor with the number of ids */
    const uint64_t display_ids = UINT64_C(90000000000);
    struct rng rng = rng_derive(plan->run->seed, "synthetic ids", 0);
    uint64_t display =
        (rng_next(&rng) % display_ids + plan->index % display_ids * DISPLAY_STEP) % display_ids;
    char year[8];

    rng.state += plan->index; /* rng_next is one-to-one in the state */
    time_format(plan->created_ms, "%Y", year, sizeof(year));
    snprintf(plan->case_id, sizeof(plan->case_id), "case-" SYNTHETIC_ACCOUNT "-synth-%.4s-%016llx",
             year, (unsigned long long)rng_next(&rng));
    snprintf(plan->display_id, sizeof(plan->display_id), "%llu",
             (unsigned long long)(UINT64_C(10000000000) + display));
}

void synthetic_plan(struct synthetic_plan *plan, const struct synthetic_run *run, uint64_t index,
                    const struct category *category)
{
    struct rng rng = rng_derive(run->seed, "synthetic plan", index);
    const char *kind;
    size_t kind_len;

    *plan = (struct synthetic_plan){.run = run, .index = index, .category = category};
    plan->service = choose_service(category, &rng);
    kind = choose_item(plan->service->resources, &rng, &kind_len);
    snprintf(plan->resource, sizeof(plan->resource), "%.*s", (int)kind_len, kind);
    plan->customer =
        wordbank_text(WORDS_PERSON, (size_t)rng_below(&rng, wordbank_count(WORDS_PERSON)));
    plan->tone = choose(&rng, tones);
    plan->length = choose_length(&rng);
    plan->language = choose_language(run, &rng);
    plan->severity = choose(&rng, severities);
    plan->category_code = choose(&rng, category_codes);
    plan->communications = *choose(&rng, counts) - '0';
    plan->status = choose(&rng, plan->communications == 1 ? first_statuses : later_statuses);
    plan->created_ms =
        run->start_ms +
        (int64_t)rng_below(&rng,
                           (uint64_t)(run->end_ms - run->start_ms - SYNTHETIC_RANGE_MIN_MS) + 1);
    make_ids(plan);
}

jv synthetic_data(const struct synthetic_plan *plan)
{
    jv data = jv_object();
    jv service = jv_object();
    char text[64];

    json_set_str(&data, "category", plan->category->name);
    json_set_str(&service, "code", plan->service->code);
    json_set_str(&service, "name", plan->service->name);
    json_set_str(&service, "resource", plan->resource);
    json_set(&data, "service", service);
    json_set_str(&data, "tone", plan->tone);
    json_set_str(&data, "length", plan->length->text);
    json_set(&data, "communications", jv_number(plan->communications));
    json_set_str(&data, "language", plan->language);
    json_set_str(&data, "status", plan->status);
    json_set_str(&data, "severity", plan->severity);
    json_set_str(&data, "customer", plan->customer);
    time_format_iso(plan->created_ms, text);
    json_set_str(&data, "opened", text);
    snprintf(text, sizeof(text), "%llu-%llu", (unsigned long long)plan->run->seed,
             (unsigned long long)plan->index);
    json_set_str(&data, "variation", text);
    return data;
}
