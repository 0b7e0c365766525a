#include "offline/matcher.h"

#include "offline/vocabulary.h"
#include "unit.h"

struct found {
    char text[400];
    size_t len;
};

static struct vocabulary vocabulary;
static struct token_list list;

static void learn(struct matcher *m, const char *phrase, int32_t value)
{
    tokens_reset(&list);
    tokens_split(&list, phrase, strlen(phrase), 0);
    vocabulary_learn(&vocabulary, &list, 0);
    matcher_add(m, list.items, list.count, value);
}

static void read_text(const char *text)
{
    tokens_reset(&list);
    tokens_split(&list, text, strlen(text), 0);
    vocabulary_look_up(&vocabulary, &list, 0);
}

static void note(void *context, const struct match *match)
{
    struct found *f = context;

    f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len, "%s%d@%zu-%zu",
                               f->len ? " " : "", match->value, match->first, match->last);
}

/* All matches in a text, as "value@first-last". */
static const char *find(const struct matcher *m, const char *text)
{
    static struct found f;

    f = (struct found){.len = 0};
    read_text(text);
    matcher_find(m, list.items, list.count, note, &f);
    return f.text;
}

static void test_find(void)
{
    struct matcher *m = matcher_new(MATCHER_WORDS);

    learn(m, "rate exceeded", 1);
    learn(m, "rate", 2);
    learn(m, "rate exceeded again", 3);
    learn(m, "limit exceeded", 4);
    learn(m, "rate exceeded", 5);

    TEST("every phrase that stands in a text is found, also within longer ones and twice")
    {
        CHECK_STR("2@1-1 5@1-2 1@1-2", find(m, "the rate exceeded all"));
        CHECK_STR("2@0-0 5@0-1 1@0-1 3@0-2", find(m, "Rate exceeded, again"));
        CHECK_STR("2@0-0 2@1-1", find(m, "rate rate limit"));
        CHECK_STR("", find(m, "exceeded the limit"));
        CHECK_STR("", find(m, ""));
    }
    TEST("a name in camel case is met by its parts")
    {
        CHECK_STR("4@1-2", find(m, "LimitExceeded"));
        CHECK_STR("4@2-3", find(m, "VpcLimitExceeded"));
        CHECK_STR("2@0-0 5@0-2 1@0-2 3@0-3", find(m, "rate ExceededAgain"));
    }
    TEST("the longest phrase at a place wins")
    {
        struct match longest;

        read_text("a rate exceeded again");
        CHECK(matcher_longest(m, list.items, list.count, 1, &longest));
        CHECK_INT(3, longest.value);
        CHECK_INT(3, longest.last);
        CHECK(!matcher_longest(m, list.items, list.count, 0, &longest));
        CHECK(!matcher_longest(m, list.items, list.count, 4, &longest));
    }
    matcher_free(m);
}

static void test_kinds(void)
{
    struct matcher *words = matcher_new(MATCHER_WORDS);
    struct matcher *stems = matcher_new(MATCHER_STEMS);

    learn(words, "increase the quota", 1);
    learn(stems, "increase the quota", 1);
    TEST("words match as they are, stems in all forms")
    {
        CHECK_STR("1@0-2", find(words, "increase the quotas"));
        CHECK_STR("", find(words, "increasing the quota"));
        CHECK_STR("1@0-2", find(stems, "increasing the quotas"));
    }
    TEST("Japanese phrases are found within a sentence without spaces")
    {
        learn(words, "上限緩和", 7);
        CHECK_STR("7@4-7", find(words, "クォータ上限緩和を申請"));
    }
    TEST("a phrase without words is no phrase")
    {
        learn(words, "!?", 9);
        CHECK_STR("", find(words, "!?"));
    }
    matcher_free(words);
    matcher_free(stems);
}

static void test_many(void)
{
    struct matcher *m = matcher_new(MATCHER_WORDS);
    char phrase[40];

    for (int i = 0; i < 5000; i++) {
        snprintf(phrase, sizeof(phrase), "w%d x%d", i, i % 7);
        learn(m, phrase, i);
    }
    TEST("thousands of phrases are kept apart")
    {
        for (int i = 0; i < 5000; i += 499) {
            char expected[40];

            snprintf(phrase, sizeof(phrase), "w%d x%d", i, i % 7);
            snprintf(expected, sizeof(expected), "%d@0-1", i);
            CHECK_STR(expected, find(m, phrase));
            snprintf(phrase, sizeof(phrase), "w%d x%d", i, (i + 1) % 7);
            CHECK_STR("", find(m, phrase));
        }
    }
    matcher_free(m);
}

int main(void)
{
    vocabulary_init(&vocabulary);
    tokens_init(&list);
    test_find();
    test_kinds();
    test_many();
    tokens_clear(&list);
    vocabulary_clear(&vocabulary);
    return unit_end();
}
