#include "offline/facts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "maki/wordbank.h"

enum { MINUTE_MS = 60000, EVENT_MINUTES_MAX = 420 };

static const char *draw_words(enum wordbank_slot slot, struct rng *rng)
{
    return wordbank_text(slot, (size_t)rng_below(rng, wordbank_count(slot)));
}

static void set(char fact[FACT_SIZE], const char *text, size_t len)
{
    if (len >= FACT_SIZE)
        len = FACT_SIZE - 1;
    memcpy(fact, text, len);
    fact[len] = '\0';
}

static void draw_fact(char fact[FACT_SIZE], enum wordbank_slot slot, struct rng *rng)
{
    const char *text = draw_words(slot, rng);

    set(fact, text, strlen(text));
}

static bool is_acronym(const char *text, size_t len)
{
    bool capitals = len >= 2;

    for (size_t i = 0; i < len; i++)
        capitals =
            capitals && ((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9'));
    return capitals;
}

/* "Amazon Simple Storage Service (S3)" has the short name in it; of "Amazon DynamoDB" it is what
 * follows the maker's name. */
static void set_service(struct facts *f, const char *name)
{
    const char *open = strstr(name, " (");
    size_t len = open ? (size_t)(open - name) : strlen(name);
    const char *inside = open ? open + 2 : "";
    size_t inside_len = strcspn(inside, ")");

    set(f->service, name, len);
    if (is_acronym(inside, inside_len))
        set(f->service_short, inside, inside_len);
    else if (strncmp(name, "Amazon ", 7) == 0)
        set(f->service_short, name + 7, len - 7);
    else if (strncmp(name, "AWS ", 4) == 0)
        set(f->service_short, name + 4, len - 4);
    else
        set(f->service_short, name, len);
}

/* Kinds whose resources have ids rather than names, and how these begin. */
static const struct {
    const char *kind;
    const char *prefix;
} id_prefixes[] = {
    {"instance", "i"},      {"volume", "vol"},        {"VPC", "vpc"},
    {"subnet", "subnet"},   {"snapshot", "snap"},     {"AMI", "ami"},
    {"image", "ami"},       {"security group", "sg"}, {"network interface", "eni"},
    {"route table", "rtb"},
};

static void draw_resource(struct facts *f, struct rng *rng)
{
    const char *name = draw_words(WORDS_RESOURCE, rng);
    uint64_t style = rng_below(rng, 10);

    for (size_t i = 0; style < 4 && i < sizeof(id_prefixes) / sizeof(id_prefixes[0]); i++) {
        if (strcmp(f->kind, id_prefixes[i].kind) == 0) {
            snprintf(f->resource, FACT_SIZE, "%s-0%08x%08x", id_prefixes[i].prefix,
                     (unsigned)rng_below(rng, UINT32_MAX), (unsigned)rng_below(rng, UINT32_MAX));
            return;
        }
    }
    if (style < 5)
        set(f->resource, name, strlen(name));
    else
        snprintf(f->resource, FACT_SIZE, "%s-%u", name, (unsigned)rng_below(rng, 99) + 1);
}

/* Phrases say "{team}" and "the {team} team": so only groups whose name ends in such a word, and
 * both forms of it. */
static bool set_team(struct facts *f, const char *team)
{
    static const char *const words[] = {" team",  " squad", " group",
                                        " guild", " crew",  " department"};
    const char *core =
        strncmp(team, "our ", 4) == 0 || strncmp(team, "the ", 4) == 0 ? team + 4 : team;
    size_t len = strlen(core);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t end = strlen(words[i]);

        if (len > end && strcmp(core + len - end, words[i]) == 0) {
            set(f->team, team, strlen(team));
            set(f->team_core, core, len - end);
            return true;
        }
    }
    return false;
}

static void draw_team(struct facts *f, struct rng *rng)
{
    size_t at = (size_t)rng_below(rng, wordbank_count(WORDS_TEAM));

    for (size_t tries = 0; tries < wordbank_count(WORDS_TEAM); tries++) {
        if (set_team(f, wordbank_text(WORDS_TEAM, at + tries)))
            return;
    }
}

static void draw_time(struct facts *f, int64_t opened_ms, struct rng *rng)
{
    uint64_t style = rng_below(rng, 20);
    char day[32];

    f->event_ms = opened_ms - (int64_t)(5 + rng_below(rng, EVENT_MINUTES_MAX)) * MINUTE_MS;
    time_format(f->event_ms, "%H:%M", f->clock_time, FACT_SIZE);
    time_format(f->event_ms, "%A", day, sizeof(day));
    if (style < 10)
        set(f->time, f->clock_time, strlen(f->clock_time));
    else if (style < 15)
        snprintf(f->time, FACT_SIZE, "%.16s UTC", f->clock_time);
    else if (style < 18)
        snprintf(f->time, FACT_SIZE, "%.16s on %.16s", f->clock_time, day);
    else
        time_format(f->event_ms, "%I:%M %p", f->time, FACT_SIZE);
}

static const char *text_or(jv object, const char *name, const char *otherwise)
{
    const char *text = json_str(object, name, NULL);

    return text != NULL && *text ? text : otherwise;
}

void facts_draw(struct facts *f, jv data, struct rng *rng)
{
    jv service = json_get(data, "service");
    const char *kind = text_or(service, "resource", "resource");
    int64_t opened_ms;

    if (time_parse_iso(text_or(data, "opened", ""), &opened_ms) < 0)
        time_parse_iso("2025-06-02T09:30", &opened_ms);
    *f = (struct facts){.error = {NULL, 0}};
    set_service(f, text_or(service, "name", "AWS"));
    set(f->kind, kind, strlen(kind));
    draw_resource(f, rng);
    draw_fact(f->type, WORDS_TYPE, rng);
    draw_fact(f->region, WORDS_REGION, rng);
    snprintf(f->zone, FACT_SIZE, "%.64s%c", f->region, (char)('a' + rng_below(rng, 3)));
    draw_fact(f->version, WORDS_VERSION, rng);
    draw_team(f, rng);
    draw_time(f, opened_ms, rng);
    f->number_seed = rng_next(rng);
    f->kind_first = rng_below(rng, 10) < 4;
    f->formal = rng_below(rng, 10) < 4;
}
