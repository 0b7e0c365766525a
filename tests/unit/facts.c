#include "offline/facts.h"

#include <stdlib.h>

#include "unit.h"

/* Fill a text with the facts of a case about buckets. */
static char *fill(const char *text)
{
    struct rng rng = rng_seed(1);
    struct facts facts;
    struct buf out;
    jv data = jv_object();
    jv service = jv_object();

    json_set_str(&service, "name", "Amazon Simple Storage Service (S3)");
    json_set_str(&service, "resource", "bucket policy");
    json_set(&data, "service", service);
    facts_draw(&facts, data, &rng);
    memcpy(facts.resource, "logs-7", 7);
    memcpy(facts.team, "our web team", 13);
    memcpy(facts.team_core, "web", 4);
    memcpy(facts.type, "m5.large", 9);
    memcpy(facts.clock_time, "09:30", 6);
    memcpy(facts.time, "09:30 UTC", 10);
    facts.error = (struct saying){"SlowDown!!: wait.", 17};
    facts.kind_first = true;
    facts.formal = false;
    buf_init(&out, 4096);
    facts_fill(&out, &facts, (struct saying){text, strlen(text)});
    jv_free(data);
    return buf_take(&out);
}

static void check_fill(const char *expected, const char *text)
{
    char *filled = fill(text);

    CHECK_STR(expected, filled);
    free(filled);
}

static void test_filling(void)
{
    TEST("a resource is named, or its kind is, as the sentence wants it")
    {
        check_fill("We lost access to bucket policy logs-7.", "We lost access to {resource}.");
        check_fill("Bucket policy logs-7 is gone.", "{resource} is gone.");
        check_fill("each bucket policy", "each {resource}");
        check_fill("the number of bucket policies is small", "the number of {resource} is small");
        check_fill("no m5.large left", "no {resource} left");
        check_fill("instance logs-7", "instance {resource}");
    }

    TEST("teams, times and errors fit in as well")
    {
        check_fill("Our web team writes.", "{team} writes.");
        check_fill("It broke. Our web team", "It broke. {team}");
        check_fill("the web team tests", "the {team} team tests");
        check_fill("Our web team moved", "Our {team} team moved");
        check_fill("at 09:30 UTC", "at {time}");
        check_fill("at 09:30 UTC", "at {time} UTC");
        check_fill("fails with SlowDown!!, often", "fails with {error}, often");
        check_fill("Message: SlowDown!!: wait.", "Message: {error}");
        check_fill("S3 is slow", "{service} is slow");
    }

    TEST("braces around anything else stay")
    {
        check_fill("{\"a\":1} {unknown} {", "{\"a\":1} {unknown} {");
        check_fill("", "");
    }

    TEST("a unit has one number throughout a case, and a plausible one")
    {
        char *text = fill("{number} percent|{number} percent");
        char *bar = strchr(text, '|');
        long value = strtol(text, NULL, 10);

        CHECK(value >= 5 && value <= 95);
        CHECK(bar != NULL && strncmp(text, bar + 1, (size_t)(bar - text)) == 0);
        free(text);
    }
}

int main(void)
{
    test_filling();
    return unit_end();
}
