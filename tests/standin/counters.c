#include "counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"

enum { BODIES_MAX = 200000 };

void counters_init(struct counters *c)
{
    *c = (struct counters){.operations = map_new(),
                           .statuses = map_new(),
                           .outcomes = map_new(),
                           .bodies = seen_new(BODIES_MAX),
                           .answered = seen_new(BODIES_MAX)};
}

void counters_clear(struct counters *c)
{
    map_free(c->operations);
    map_free(c->statuses);
    map_free(c->outcomes);
    seen_free(c->bodies);
    seen_free(c->answered);
}

void counters_reset(struct counters *c)
{
    int64_t in_flight = c->in_flight;
    int64_t connections = c->connections;

    counters_clear(c);
    counters_init(c);
    c->in_flight = c->in_flight_most = in_flight;
    c->connections = connections;
}

static void count(struct map *map, const char *key)
{
    ++*map_value(map, map_add(map, key, strlen(key)));
}

void counters_came(struct counters *c, const char *operation, int64_t now_ms)
{
    c->requests++;
    count(c->operations, operation);
    if (++c->in_flight > c->in_flight_most)
        c->in_flight_most = c->in_flight;
    if (c->first_ms == 0)
        c->first_ms = now_ms;
}

void counters_body(struct counters *c, const char *key, int status)
{
    bool again = seen_add(c->bodies, key, strlen(key));

    c->distinct += !again;
    c->repeated += again;
    if (status == 200)
        c->answered_again += seen_add(c->answered, key, strlen(key));
}

void counters_answer(struct counters *c, const char *operation, int status)
{
    char number[16];
    char outcome[96];

    snprintf(number, sizeof(number), "%d", status);
    snprintf(outcome, sizeof(outcome), "%s %d", operation, status);
    count(c->statuses, number);
    count(c->outcomes, outcome);
}

void counters_left(struct counters *c, int64_t now_ms)
{
    c->in_flight--;
    c->last_ms = now_ms;
}

static void add_map(struct buf *out, const char *name, const struct map *map)
{
    buf_addf(out, "\"%s\":{", name);
    for (size_t i = 0; i < map_count(map); i++) {
        size_t len;
        const char *key = map_key(map, i, &len);

        if (i > 0)
            buf_addc(out, ',');
        json_write_string(out, key, len);
        buf_addf(out, ":%lld", *map_value(map, i));
    }
    buf_adds(out, "},");
}

void counters_write(const struct counters *c, struct buf *out)
{
    buf_addf(out, "{\"requests\":%" PRId64 ",\"connections\":%" PRId64 ",", c->requests,
             c->connections);
    add_map(out, "operations", c->operations);
    add_map(out, "statuses", c->statuses);
    add_map(out, "outcomes", c->outcomes);
    buf_addf(out,
             "\"distinctBodies\":%" PRId64 ",\"repeatedBodies\":%" PRId64
             ",\"answeredAgain\":%" PRId64 ",\"inFlight\":%" PRId64 ",\"maxInFlight\":%" PRId64
             ",\"elapsedMs\":%" PRId64 "}\n",
             c->distinct, c->repeated, c->answered_again, c->in_flight, c->in_flight_most,
             c->last_ms > c->first_ms ? c->last_ms - c->first_ms : 0);
}
