#include "maki/synthetic.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/seen.h"
#include "maki/case.h"
#include "maki/wordbank.h"
#include "unit.h"

static struct category_set set;
static const char *const english[] = {"en"};

static struct synthetic_run make_run(uint64_t seed, const char *start, const char *end)
{
    struct synthetic_run run = {
        .seed = seed, .languages = english, .language_count = 1, .model = "offline"};

    time_parse_iso(start, &run.start_ms);
    time_parse_iso(end, &run.end_ms);
    return run;
}

static struct synthetic_plan plan_one(const struct synthetic_run *run, uint64_t index)
{
    struct synthetic_plan plan;

    synthetic_plan(&plan, run, index, &set.items[index % set.count]);
    return plan;
}

/* A new value from JSON text. */
static jv parse(const char *text)
{
    struct error err;

    return json_parse(text, strlen(text), NULL, &err);
}

/* Words of `count` messages, from either side in turns. */
static jv words(int count)
{
    jv made = parse("{\"subject\":\"s\",\"communications\":[]}");
    jv communications = jv_array();

    for (int i = 0; i < count; i++) {
        jv one = jv_object();

        json_set_str(&one, "from", i % 2 ? "aws" : "customer");
        json_set_str(&one, "body", "text");
        json_append(&communications, one);
    }
    json_set(&made, "communications", communications);
    return made;
}

static bool same_text(jv a, jv b)
{
    return jv_equal(jv_copy(a), jv_copy(b));
}

/* All times of a record in order, and within the run. */
static bool times_are_right(jv record, const struct synthetic_run *run)
{
    jv communications = json_get(record, "communications");
    int64_t before = run->start_ms - 1;
    int64_t created;
    int64_t ms;

    for (int i = 0; i < json_count(communications); i++) {
        if (case_time(json_at(communications, i), "timeCreated", &ms) < 0 || ms <= before)
            return false;
        before = ms;
    }
    if (json_has(record, "timeResolved") &&
        (case_time(record, "timeResolved", &ms) < 0 || ms <= before))
        return false;
    return case_time(record, "timeCreated", &created) == 0 && created >= run->start_ms &&
           ms < run->end_ms;
}

static void test_plans(void)
{
    struct synthetic_run run = make_run(7, "2025-01-01", "2026-01-01");

    TEST("the same seed and index give the same plan, another one gives another")
    {
        struct synthetic_run other = make_run(8, "2025-01-01", "2026-01-01");
        struct synthetic_plan a = plan_one(&run, 5);
        struct synthetic_plan b = plan_one(&run, 5);
        struct synthetic_plan c = plan_one(&run, 5 + set.count);
        struct synthetic_plan d = plan_one(&other, 5);
        jv data_a = synthetic_data(&a);
        jv data_b = synthetic_data(&b);
        jv data_c = synthetic_data(&c);

        CHECK(same_text(data_a, data_b));
        CHECK(!same_text(data_a, data_c));
        CHECK_STR(a.case_id, b.case_id);
        CHECK(strcmp(a.case_id, c.case_id) != 0);
        CHECK(strcmp(a.case_id, d.case_id) != 0);
        jv_free(data_a);
        jv_free(data_b);
        jv_free(data_c);
    }

    TEST("no two of 200,000 cases share a case id or a display id, and both have their form")
    {
        struct seen *seen = seen_new(500000);
        int twice = 0;
        int malformed = 0;

        for (uint64_t i = 0; i < 200000; i++) {
            struct synthetic_plan plan = plan_one(&run, i);

            twice += seen_add(seen, plan.case_id, strlen(plan.case_id));
            twice += seen_add(seen, plan.display_id, strlen(plan.display_id));
            malformed += strncmp(plan.case_id, "case-111122223333-synth-2025-", 29) != 0 ||
                         strlen(plan.case_id) != 45 || strlen(plan.display_id) != 11 ||
                         plan.display_id[0] == '0';
        }
        CHECK_INT(0, twice);
        CHECK_INT(0, malformed);
        seen_free(seen);
    }
}

/* Counts over many plans: nothing is missing, nothing takes it all. */
static void test_mixture(void)
{
    enum { PLANS = 4000 };
    struct synthetic_run run = make_run(11, "2025-01-01", "2026-01-01");

    TEST("tones, lengths, severities, statuses and numbers of messages are mixed")
    {
        int angry = 0;
        int one_line = 0;
        int critical = 0;
        int resolved = 0;
        int single = 0;
        int most = 0;
        int silent_resolved = 0;

        for (uint64_t i = 0; i < PLANS; i++) {
            struct synthetic_plan plan = plan_one(&run, i);

            angry += strcmp(plan.tone, "angry") == 0;
            one_line += strcmp(plan.length->text, "one line") == 0;
            critical += strcmp(plan.severity, "critical") == 0;
            resolved += strcmp(plan.status, "resolved") == 0;
            single += plan.communications == 1;
            most += plan.communications == 7;
            silent_resolved += strcmp(plan.status, "unassigned") == 0 && plan.communications > 1;
        }
        CHECK(angry > PLANS / 10 && angry < PLANS / 4);
        CHECK(one_line > PLANS / 12 && one_line < PLANS / 5);
        CHECK(critical > PLANS / 50 && critical < PLANS / 12);
        CHECK(resolved > PLANS / 2 && resolved < PLANS * 3 / 4);
        CHECK(single > PLANS / 5 && single < PLANS / 2);
        CHECK(most > PLANS / 40 && most < PLANS / 10);
        CHECK_INT(0, silent_resolved);
    }

    TEST(
        "most services fit the category's playbook, some do not, and the resource is the service's")
    {
        const struct category *ice = category_find(&set, "ice-error");
        int ec2 = 0;
        int foreign = 0;
        int wrong = 0;

        for (uint64_t i = 0; i < PLANS; i++) {
            struct synthetic_plan plan;

            synthetic_plan(&plan, &run, i, ice);
            ec2 += strncmp(plan.service->code, "amazon-elastic-compute-cloud", 28) == 0;
            foreign += strcmp(plan.service->code, "billing") == 0 ||
                       strcmp(plan.service->code, "amazon-polly") == 0;
            wrong +=
                strstr(plan.service->resources, plan.resource) == NULL || plan.resource[0] == '\0';
        }
        CHECK(ec2 > PLANS / 6);
        CHECK(foreign > 0 && foreign < PLANS / 50);
        CHECK_INT(0, wrong);
    }

    TEST("other languages come, and rarely")
    {
        static const char *const languages[] = {"en", "de", "ja"};
        int others = 0;
        int german = 0;

        run.languages = languages;
        run.language_count = 3;
        for (uint64_t i = 0; i < PLANS; i++) {
            struct synthetic_plan plan = plan_one(&run, i);

            others += strcmp(plan.language, "en") != 0;
            german += strcmp(plan.language, "de") == 0;
        }
        CHECK(others > PLANS / 12 && others < PLANS / 5);
        CHECK(german > others / 3 && german < others * 2 / 3);
    }
}

static void test_records(void)
{
    struct synthetic_run run = make_run(7, "2025-01-01", "2026-01-01");

    TEST("times rise from message to message and stay within the run, also within one of a minute")
    {
        struct synthetic_run minute = make_run(7, "2025-12-31T23:59:00Z", "2026-01-01");
        int wrong = 0;

        for (uint64_t i = 0; i < 500; i++) {
            struct synthetic_plan year_plan = plan_one(&run, i);
            struct synthetic_plan minute_plan = plan_one(&minute, i);
            jv text = words(i % 50 == 0 ? SYNTHETIC_MESSAGES_MAX : year_plan.communications);
            jv in_year = synthetic_record(&year_plan, text);
            jv in_minute = synthetic_record(&minute_plan, text);

            wrong += !times_are_right(in_year, &run) || !times_are_right(in_minute, &minute);
            jv_free(in_year);
            jv_free(in_minute);
            jv_free(text);
        }
        CHECK_INT(0, wrong);
    }

    TEST("a record is a normal case, tells that it is synthetic, and has a resolved time only if "
         "it is resolved")
    {
        int wrong = 0;

        for (uint64_t i = 0; i < 200; i++) {
            struct synthetic_plan plan = plan_one(&run, i);
            jv text = words(plan.communications);
            jv record = synthetic_record(&plan, text);
            struct error err;
            jv normal = case_normalise(record, &err);
            jv maki = json_get(record, "maki");
            bool resolved = strcmp(json_str(record, "status", NULL), "resolved") == 0;

            wrong += !jv_is_valid(normal) || !same_text(normal, record);
            wrong += json_has(record, "timeResolved") != resolved;
            wrong += !json_bool(maki, "synthetic", false) || json_int(maki, "seed", -1) != 7;
            wrong += strcmp(json_str(maki, "category", NULL), plan.category->name) != 0;
            wrong += strcmp(json_str(maki, "model", NULL), "offline") != 0;
            jv_free(normal);
            jv_free(record);
            jv_free(text);
        }
        CHECK_INT(0, wrong);
    }

    TEST("people write from example.com, and the model's side is Amazon Web Services")
    {
        struct synthetic_plan plan = plan_one(&run, 3);
        jv text = words(2);
        jv record;
        jv communications;

        plan.customer = "Declan O'Rourkesby";
        record = synthetic_record(&plan, text);
        communications = json_get(record, "communications");
        CHECK_STR("declan.orourkesby@example.com", json_str(record, "submittedBy", NULL));
        CHECK_STR("declan.orourkesby@example.com",
                  json_str(json_at(communications, 0), "submittedBy", NULL));
        CHECK_STR("Amazon Web Services", json_str(json_at(communications, 1), "submittedBy", NULL));
        jv_free(record);
        jv_free(text);
    }

    TEST("the language is the plan's unless the model says that it wrote in another")
    {
        struct synthetic_plan plan = plan_one(&run, 3);
        jv text = words(1);
        jv record;

        plan.language = "ja";
        record = synthetic_record(&plan, text);
        CHECK_STR("ja", json_str(record, "language", NULL));
        jv_free(record);
        json_set_str(&text, "language", "en");
        record = synthetic_record(&plan, text);
        CHECK_STR("en", json_str(record, "language", NULL));
        jv_free(record);
        jv_free(text);
    }
}

static void test_tables(void)
{
    TEST("lengths are found by their text, and the middle one stands for any other")
    {
        CHECK_INT(25, synthetic_length_find("one line")->words_max);
        CHECK_INT(600, synthetic_length_find("350 to 600 words")->words_max);
        CHECK_INT(80, synthetic_length_find("endless")->words_min);
        CHECK_INT(80, synthetic_length_find(NULL)->words_min);
    }

    TEST("the word bank has all slots, and no text twice in one")
    {
        for (int slot = 0; slot < WORDS_COUNT; slot++) {
            size_t count = wordbank_count((enum wordbank_slot)slot);

            CHECK(count >= 10 && count <= 64);
            for (size_t i = 0; i < count; i++) {
                for (size_t j = 0; j < i; j++)
                    CHECK(strcmp(wordbank_text((enum wordbank_slot)slot, i),
                                 wordbank_text((enum wordbank_slot)slot, j)) != 0);
            }
            CHECK_STR(wordbank_text((enum wordbank_slot)slot, 0),
                      wordbank_text((enum wordbank_slot)slot, count));
        }
    }
}

int main(void)
{
    struct error err;

    if (category_set_load(&set, NULL, &err) < 0) {
        printf("Bail out! %s\n", err.message);
        return 2;
    }
    test_plans();
    test_mixture();
    test_records();
    test_tables();
    category_set_clear(&set);
    return unit_end();
}
