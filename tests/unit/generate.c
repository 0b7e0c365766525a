#include "offline/generate.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/seen.h"
#include "maki/synthetic.h"
#include "maki/wordbank.h"
#include "offline/facts.h"
#include "unit.h"

static struct category_set set;

/* The data of a planned case. */
static jv data_of(const struct category_set *from, uint64_t index)
{
    static const char *const english[] = {"en"};
    struct synthetic_run run = {
        .seed = 3, .languages = english, .language_count = 1, .model = "offline"};
    struct synthetic_plan plan;

    time_parse_iso("2025-01-01", &run.start_ms);
    time_parse_iso("2026-01-01", &run.end_ms);
    synthetic_plan(&plan, &run, index, &from->items[index % from->count]);
    return synthetic_data(&plan);
}

/* What is generated for it; the caller frees. */
static jv generate(const struct category_set *from, jv data)
{
    struct error err;
    jv made = jv_invalid();
    jv checked;

    if (offline_generate(from, data, &made, &err) < 0)
        printf("# %s\n", err.message);
    checked = synthetic_check(made, &err);
    if (!jv_is_valid(checked))
        printf("# refused: %s\n", err.message);
    jv_free(checked);
    return made;
}

static const char *body_at(jv made, int index)
{
    return json_str(json_at(json_get(made, "communications"), index), "body", NULL);
}

static bool from_aws(jv made, int index)
{
    return strcmp(json_str(json_at(json_get(made, "communications"), index), "from", NULL),
                  "aws") == 0;
}

static int count_words(const char *text)
{
    int words = 0;

    for (const char *p = text; *p; p++)
        words += *p != ' ' && *p != '\n' && (p == text || p[-1] == ' ' || p[-1] == '\n');
    return words;
}

/* Note each word, in small letters. */
static void learn(struct map *vocabulary, const char *text)
{
    char word[64];
    size_t len = 0;

    for (;; text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

        if (c >= 'a' && c <= 'z' && len < sizeof(word)) {
            word[len++] = c;
        } else if (len > 0) {
            map_add(vocabulary, word, len);
            len = 0;
        }
        if (c == '\0')
            return;
    }
}

/* A name in braces that was not filled in. */
static bool has_placeholder(const char *text)
{
    static const char *const names[] = {"{service}", "{resource}", "{region}",
                                        "{az}",      "{error}",    "{number}",
                                        "{time}",    "{team}",     "{version}"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strstr(text, names[i]) != NULL)
            return true;
    }
    return false;
}

static void test_variety(void)
{
    enum { CASES = 2000 };
    struct seen *bodies = seen_new(CASES);
    struct seen *subjects = seen_new(CASES);
    struct map *vocabulary = map_new();
    int same_body = 0;
    int same_subject = 0;
    int unfilled = 0;
    int lengths[5] = {0};

    for (uint64_t i = 0; i < CASES; i++) {
        jv data = data_of(&set, i);
        jv made = generate(&set, data);
        const char *subject = json_str(made, "subject", NULL);
        int words = count_words(body_at(made, 0));

        same_body += seen_add(bodies, body_at(made, 0), strlen(body_at(made, 0)));
        same_subject += seen_add(subjects, subject, strlen(subject));
        unfilled += has_placeholder(subject);
        for (int m = 0; m < json_count(json_get(made, "communications")); m++) {
            learn(vocabulary, body_at(made, m));
            unfilled += has_placeholder(body_at(made, m));
        }
        lengths[words < 20 ? 0 : words < 60 ? 1 : words < 150 ? 2 : words < 300 ? 3 : 4]++;
        jv_free(made);
        jv_free(data);
    }
    TEST("no two of 2,000 cases have the same first message, and few the same subject")
    {
        CHECK_INT(0, same_body);
        CHECK(same_subject < CASES / 4);
    }
    TEST("2,000 cases use more than 3,000 words")
    CHECK(map_count(vocabulary) > 3000);
    TEST("first messages are of all lengths, from a line to hundreds of words")
    {
        for (int i = 0; i < 5; i++)
            CHECK(lengths[i] > CASES / 40);
    }
    TEST("no placeholder is left")
    CHECK_INT(0, unfilled);
    map_free(vocabulary);
    seen_free(bodies);
    seen_free(subjects);
}

static void test_obedience(void)
{
    TEST("each message count, length and last word is as the data say")
    {
        int wrong_count = 0;
        int wrong_length = 0;
        int wrong_last = 0;

        for (uint64_t i = 0; i < 800; i++) {
            jv data = data_of(&set, i);
            jv made = generate(&set, data);
            const struct synthetic_length *length =
                synthetic_length_find(json_str(data, "length", NULL));
            int count = json_count(json_get(made, "communications"));
            int words = count_words(body_at(made, 0));
            const char *status = json_str(data, "status", NULL);

            wrong_count += count != json_int(data, "communications", 0);
            /* logs and sentences are not cut, and headings and greetings come on top */
            wrong_length += words < length->words_min * 3 / 4 || words > length->words_max * 2 + 40;
            wrong_last +=
                strcmp(status, "pending-customer-action") == 0 && !from_aws(made, count - 1);
            wrong_last += strcmp(status, "reopened") == 0 && from_aws(made, count - 1);
            jv_free(made);
            jv_free(data);
        }
        CHECK_INT(0, wrong_count);
        CHECK_INT(0, wrong_length);
        CHECK_INT(0, wrong_last);
    }

    TEST("the same data give the same case, one changed member gives another")
    {
        jv data = data_of(&set, 42);
        jv a = generate(&set, data);
        jv b = generate(&set, data);
        jv c;

        json_set_str(&data, "variation", "3-43");
        c = generate(&set, data);
        CHECK(jv_equal(jv_copy(a), jv_copy(b)));
        CHECK(strcmp(body_at(a, 0), body_at(c, 0)) != 0);
        jv_free(a);
        jv_free(b);
        jv_free(c);
        jv_free(data);
    }

    TEST("a category alone is enough, and an unknown one is an error")
    {
        struct error err;
        jv data = jv_object();
        jv made = jv_invalid();

        json_set_str(&data, "category", "throttling");
        made = generate(&set, data);
        CHECK_INT(1, json_count(json_get(made, "communications")));
        jv_free(made);
        json_set_str(&data, "category", "no-such");
        CHECK_INT(-1, offline_generate(&set, data, &made, &err));
        CHECK_STR("UnknownCategory", err.code);
        jv_free(data);
    }
}

/* How often AWS's messages of a category hold the beginning of one of its replies (up to a
 * placeholder). */
static int count_causes(const struct category *category, jv made)
{
    int found = 0;

    for (int m = 0; m < json_count(json_get(made, "communications")); m++) {
        for (size_t n = 0; from_aws(made, m) && n < category_phrase_count(category, "reply"); n++) {
            const char *reply = category_phrase(category, "reply", n);
            char *start = mem_strndup(reply, strcspn(reply, "{"));

            found += strlen(start) > 15 && strstr(body_at(made, m), start) != NULL;
            free(start);
        }
    }
    return found;
}

static void test_conversation(void)
{
    TEST("AWS names the cause in a resolved conversation, once")
    {
        const struct category *category = category_find(&set, "throttling");
        jv data = data_of(&set, 0);
        int named = 0;
        int repeated = 0;

        json_set_str(&data, "category", "throttling");
        json_set_str(&data, "status", "resolved");
        json_set(&data, "communications", jv_number(5));
        for (int i = 0; i < 100; i++) {
            jv made;
            int causes;

            json_set(&data, "variation", jv_number(i));
            made = generate(&set, data);
            causes = count_causes(category, made);
            named += causes > 0;
            repeated += causes > 1;
            jv_free(made);
        }
        CHECK(named > 70); /* some replies begin with a placeholder, and are not counted */
        CHECK_INT(0, repeated);
        jv_free(data);
    }

    TEST("an angry customer says so, a neutral one does not")
    {
        int angry = 0;
        int neutral = 0;

        for (uint64_t i = 0; i < 200; i++) {
            jv data = data_of(&set, i);

            json_set_str(&data, "length", "80 to 160 words");
            for (int tone = 0; tone < 2; tone++) {
                jv made;

                json_set_str(&data, "tone", tone ? "angry" : "neutral");
                made = generate(&set, data);
                for (size_t n = 0; n < wordbank_count(WORDS_ANGER); n++)
                    *(tone ? &angry : &neutral) +=
                        strstr(body_at(made, 0), wordbank_text(WORDS_ANGER, n) + 1) != NULL;
                jv_free(made);
            }
            jv_free(data);
        }
        CHECK(angry >= 190);
        CHECK_INT(0, neutral);
    }
}

/* A category of a user, as category.c would load it. */
static struct category_set user_set(struct category *category)
{
    return (struct category_set){.items = category, .count = 1};
}

static void test_borrowed(void)
{
    static char name[] = "printer-jam";
    static char description[] =
        "Paper is stuck in a printer. The tray does not open!\nWhich tray is it?";
    static char subject[] = "Tray 2 is jammed";
    static char text[] = "The printer on floor 3 swallowed a page. It beeps. Can somebody "
                         "come?\n\nWe removed the page.";

    TEST("a category without phrases lends the sentences of its examples")
    {
        struct category_example example = {subject, text};
        struct category category = {
            .name = name, .description = description, .examples = &example, .example_list = {1, 1}};
        struct category_set mine = user_set(&category);
        int asked = 0;

        for (uint64_t i = 0; i < 20; i++) {
            jv data = data_of(&mine, i);
            jv made;

            json_set_str(&data, "length", "80 to 160 words");
            made = generate(&mine, data);
            CHECK(strstr(json_str(made, "subject", NULL), "Tray 2 is jammed") != NULL);
            CHECK(strcasestr(body_at(made, 0), "he printer on floor 3 swallowed a page") != NULL);
            CHECK(strstr(body_at(made, 0), "tray does not open") == NULL);
            asked += strstr(body_at(made, 0), "an somebody come?") != NULL;
            jv_free(made);
            jv_free(data);
        }
        CHECK(asked > 10);
    }

    TEST("one without examples lends its description, and always has something to say")
    {
        struct category category = {.name = name, .description = description};
        struct category_set mine = user_set(&category);
        int found = 0;

        for (uint64_t i = 0; i < 50; i++) {
            jv data = data_of(&mine, i);
            jv made = generate(&mine, data);

            found += strcasestr(body_at(made, 0), "aper is stuck in a printer") != NULL;
            jv_free(made);
            jv_free(data);
        }
        CHECK(found > 40);
    }
}

/* `count` phrases of a slot, each nearly as long as a line may be, without a space in it. */
static void add_long(struct category *category, const char *slot, int count)
{
    for (int i = 0; i < count; i++) {
        char *text = mem_alloc(CATEGORY_LINE_BYTES_MAX + 1);
        size_t len = 0;

        while (len + 3 <= CATEGORY_LINE_BYTES_MAX) {
            memcpy(text + len, "\xe3\x81\x82", 3);
            len += 3;
        }
        text[len] = '\0';
        category->phrases = mem_grow(category->phrases, &category->phrase_list.cap,
                                     category->phrase_list.count + 1, sizeof(*category->phrases));
        category->phrases[category->phrase_list.count++] =
            (struct category_phrase){mem_strdup(slot), text};
    }
}

static void test_long(void)
{
    TEST("the longest phrases that are allowed still make whole characters and a case that is "
         "accepted")
    {
        static const char *const slots[] = {"subject", "opening", "symptom", "detail",  "ask",
                                            "reply",   "error",   "closing", "followup"};
        static char name[] = "long";
        static char description[] = "d";
        struct category category = {.name = name, .description = description};
        struct category_set mine = user_set(&category);
        int replaced = 0;

        for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
            add_long(&category, slots[i], 20);
        for (uint64_t i = 0; i < 100; i++) {
            jv data = data_of(&mine, i);
            jv made = generate(&mine, data);
            struct error err;
            jv checked = synthetic_check(made, &err);

            CHECK(jv_is_valid(checked));
            for (int m = 0; m < json_count(json_get(made, "communications")); m++)
                replaced += strstr(body_at(made, m), "\xef\xbf\xbd") != NULL;
            replaced += strstr(json_str(made, "subject", NULL), "\xef\xbf\xbd") != NULL;
            jv_free(checked);
            jv_free(made);
            jv_free(data);
        }
        CHECK_INT(0, replaced);
        for (size_t i = 0; i < category.phrase_list.count; i++) {
            free(category.phrases[i].slot);
            free(category.phrases[i].text);
        }
        free(category.phrases);
    }
}

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
    struct error err;

    if (category_set_load(&set, NULL, &err) < 0) {
        printf("Bail out! %s\n", err.message);
        return 2;
    }
    test_variety();
    test_obedience();
    test_conversation();
    test_borrowed();
    test_long();
    test_filling();
    category_set_clear(&set);
    return unit_end();
}
