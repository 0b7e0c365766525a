#include "offline/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void vocabulary_init(struct vocabulary *v)
{
    *v = (struct vocabulary){.words = map_new()};
}

void vocabulary_clear(struct vocabulary *v)
{
    map_free(v->words);
    free(v->stems);
}

size_t vocabulary_count(const struct vocabulary *v)
{
    return map_count(v->words);
}

static bool ends_with(const char *word, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(word + len - n, end, n) == 0;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool has_vowel(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (is_one_of(word[i], "aeiouy"))
            return true;
    }
    return false;
}

/* What is left of a verb without its ending: stopp stop, mov move (as in moved, moving), fail fail.
 */
static size_t repair_stem(char *word, size_t len)
{
    char last = word[len - 1];

    if (len > 3 && last == word[len - 2] && is_one_of(last, "bdgmnprt"))
        return len - 1;
    if (len == 3 && !is_one_of(last, "aeiouwxy") && is_one_of(word[len - 2], "aeiou"))
        word[len++] = 'e';
    return len;
}

/*
 * The length of a word without the ending of an English verb form; `word` may be changed in place
 * and has room for its old length. Nouns lose an e and other languages' words some endings as well:
 * that is harmless, as they lose them in the reference data too.
 */
static size_t stem_word(char *word, size_t len)
{
    if (len > 4 && ends_with(word, len, "ied")) {
        word[len - 3] = 'y';
        return len - 2;
    }
    if (len > 5 && ends_with(word, len, "ing") && has_vowel(word, len - 3))
        len = repair_stem(word, len - 3);
    else if (len > 4 && ends_with(word, len, "ed") && has_vowel(word, len - 2))
        len = repair_stem(word, len - 2);
    return len > 4 && word[len - 1] == 'e' ? len - 1 : len;
}

struct stem {
    char text[TOKEN_WORD_BYTES_MAX];
    size_t len;
};

static void make_stem(struct stem *stem, const struct token_list *list, const struct token *token)
{
    memcpy(stem->text, token_word(list, token), token->word_len);
    stem->len = stem_word(stem->text, token->word_len);
}

static int32_t learn_word(struct vocabulary *v, const char *word, size_t len)
{
    size_t id = map_add(v->words, word, len);

    v->stems = mem_grow(v->stems, &v->stem_cap, id + 1, sizeof(*v->stems));
    for (; v->stem_count <= id; v->stem_count++)
        v->stems[v->stem_count] = TOKEN_NONE;
    return (int32_t)id;
}

void vocabulary_learn(struct vocabulary *v, struct token_list *list, size_t first)
{
    for (size_t i = first; i < list->count; i++) {
        struct token *t = &list->items[i];

        t->id = learn_word(v, token_word(list, t), t->word_len);
        if (v->stems[t->id] == TOKEN_NONE) {
            struct stem stem;
            int32_t id;

            make_stem(&stem, list, t);
            id = learn_word(v, stem.text, stem.len);
            v->stems[t->id] = id;
        }
        t->stem = v->stems[t->id];
    }
}

void vocabulary_look_up(const struct vocabulary *v, struct token_list *list, size_t first)
{
    for (size_t i = first; i < list->count; i++) {
        struct token *t = &list->items[i];
        struct stem stem;

        t->id = (int32_t)map_find(v->words, token_word(list, t), t->word_len);
        t->stem = t->id == TOKEN_NONE ? TOKEN_NONE : v->stems[t->id];
        if (t->stem != TOKEN_NONE)
            continue;
        make_stem(&stem, list, t); /* an unknown form of a word that may be known */
        t->stem = (int32_t)map_find(v->words, stem.text, stem.len);
    }
}
