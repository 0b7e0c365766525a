#include <stdlib.h>
#include <string.h>

#include "maki/case.h"
#include "unit.h"

/* A case with communications "time|body time|body …". */
static jv case_of(const char *said)
{
    jv talk = jv_array();
    jv c = jv_object();

    while (*said) {
        size_t time_len = strcspn(said, "|");
        size_t body_len = strcspn(said + time_len + 1, " ");
        jv one = jv_object();

        json_set(&one, "timeCreated", json_string(said, time_len));
        json_set(&one, "body", json_string(said + time_len + 1, body_len));
        json_append(&talk, one);
        said += time_len + 1 + body_len;
        said += *said == ' ';
    }
    json_set_str(&c, "caseId", "a");
    json_set(&c, "communications", talk);
    return c;
}

/* The bodies in the order they come out in, until the next call. */
static const char *order_of(const char *said)
{
    static char bodies[64];
    struct error err;
    jv raw = case_of(said);
    jv c = case_normalise(raw, &err);
    jv talk = json_get(c, "communications");
    size_t len = 0;

    bodies[0] = '\0';
    for (int i = 0; i < json_count(talk); i++)
        len += (size_t)snprintf(bodies + len, sizeof(bodies) - len, "%s",
                                json_str(json_at(talk, i), "body", NULL));
    jv_free(c);
    jv_free(raw);
    return bodies;
}

static void test_many(void)
{
    jv talk = jv_array();
    jv c = jv_object();
    jv sorted;
    struct error err;
    bool right = true;

    for (int i = 9999; i >= 0; i--) {
        jv one = jv_object();
        char time[40];
        char body[16];

        snprintf(time, sizeof(time), "2026-01-01T%02d:%02d:%02dZ", i / 3600, i / 60 % 60, i % 60);
        snprintf(body, sizeof(body), "%d", i);
        json_set_str(&one, "timeCreated", time);
        json_set_str(&one, "body", body);
        json_append(&talk, one);
    }
    json_set_str(&c, "caseId", "a");
    json_set(&c, "communications", talk);
    sorted = case_normalise(c, &err);
    CHECK_INT(10000, json_count(json_get(sorted, "communications")));
    for (int i = 0; i < json_count(json_get(sorted, "communications")); i++) {
        const char *body = json_str(json_at(json_get(sorted, "communications"), i), "body", NULL);

        right = right && strtol(body, NULL, 10) == i;
    }
    CHECK(right);
    jv_free(c);
    jv_free(sorted);
}

int main(void)
{
    TEST("communications come out oldest first, by the moment and not by the text")
    {
        CHECK_STR("abc", order_of("2026-01-03|c 2026-01-02T23:00:00Z|b 2026-01-01|a"));
        CHECK_STR("ab", order_of("2026-01-01T10:00:00Z|b 2026-01-01T11:00:00+02:00|a"));
    }
    TEST("those whose time cannot be read keep their places")
    {
        CHECK_STR("xayb", order_of("|x 2026-01-02|b soon|y 2026-01-01|a"));
        CHECK_STR("zyx", order_of("|z |y |x"));
    }
    TEST("of one moment, the order is kept, and turned where the list runs backwards")
    {
        CHECK_STR("abcd", order_of("2026-01-01|a 2026-01-03|d 2026-01-02|b 2026-01-02|c"));
        CHECK_STR("bc", order_of("2026-01-02|b 2026-01-02|c"));
        CHECK_STR("abc", order_of("2026-01-02|c 2026-01-02|b 2026-01-01|a"));
    }
    TEST("one alone, and none, stay as they are")
    {
        CHECK_STR("a", order_of("2026-01-01|a"));
        CHECK_STR("", order_of(""));
    }
    TEST("ten thousand that run backwards are sorted")
    {
        test_many();
    }
    return unit_end();
}
