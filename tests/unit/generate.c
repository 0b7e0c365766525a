#include "offline/generate.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/seen.h"
#include "maki/synthetic.h"
#include "maki/wordbank.h"
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
    category_set_clear(&set);
    return unit_end();
}
