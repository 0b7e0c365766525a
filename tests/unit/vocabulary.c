#include "offline/vocabulary.h"

#include "unit.h"

/* The stem of a word, as text. */
static const char *stem_of(const char *word)
{
    static char out[80];
    struct vocabulary v;
    struct token_list list;
    size_t len;
    const char *text;

    vocabulary_init(&v);
    tokens_init(&list);
    tokens_split(&list, word, strlen(word), 0);
    vocabulary_learn(&v, &list, 0);
    text = map_key(v.words, (size_t)list.items[0].stem, &len);
    snprintf(out, sizeof(out), "%.*s", (int)len, text);
    tokens_clear(&list);
    vocabulary_clear(&v);
    return out;
}

int main(void)
{
    TEST("the forms of an English verb share a stem")
    {
        CHECK_STR("throttl", stem_of("throttle"));
        CHECK_STR("throttl", stem_of("throttled"));
        CHECK_STR("throttl", stem_of("throttling"));
        CHECK_STR("stop", stem_of("stopped"));
        CHECK_STR("run", stem_of("running"));
        CHECK_STR("fail", stem_of("failing"));
        CHECK_STR("deny", stem_of("denied"));
        CHECK_STR("move", stem_of("moving"));
        CHECK_STR("move", stem_of("moves"));
    }
    TEST("words that only look like verb forms stay apart")
    {
        CHECK_STR("note", stem_of("noted"));
        CHECK_STR("not", stem_of("not"));
        CHECK_STR("string", stem_of("string"));
        CHECK_STR("red", stem_of("red"));
        CHECK_STR("need", stem_of("need"));
    }
    TEST("unknown forms of known words are found by their stem, unknown words are not")
    {
        struct vocabulary v;
        struct token_list list;
        size_t count;

        vocabulary_init(&v);
        tokens_init(&list);
        tokens_split(&list, "deploy", 6, 0);
        vocabulary_learn(&v, &list, 0);
        count = vocabulary_count(&v);
        tokens_reset(&list);
        tokens_split(&list, "deployed deploy rain", 20, 0);
        vocabulary_look_up(&v, &list, 0);
        CHECK_INT(TOKEN_NONE, list.items[0].id);
        CHECK_INT(0, list.items[0].stem);
        CHECK_INT(0, list.items[1].id);
        CHECK_INT(TOKEN_NONE, list.items[2].stem);
        CHECK_INT(count, vocabulary_count(&v));
        tokens_clear(&list);
        vocabulary_clear(&v);
    }
    return unit_end();
}
