#include "offline/knowledge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* How often a word counts by where it stands; and BM25's usual constants. */
enum {
    TIMES_NAME = 4,
    TIMES_DESCRIPTION = 3,
    TIMES_EXAMPLE = 1,
    TIMES_CUE = 2,
    TIMES_PLAYBOOK = 1
};
static const double saturation = 1.2;
static const double length_share = 0.5;

/* Words counted by category: rows of categories, as wide as the vocabulary is at the end. */
struct counts {
    uint32_t **rows;
    size_t *caps;
    uint64_t *totals;
};

static int32_t to_thousandths(double weight)
{
    return (int32_t)lround(weight * KNOWLEDGE_UNIT);
}

/* The only word of the phrase that was learnt last, or TOKEN_NONE if it has more. */
static int32_t only_word(const struct token_list *phrase)
{
    return phrase->count == 1 ? phrase->items[0].id : TOKEN_NONE;
}

static void learn_cues(struct knowledge *k, struct lexicon *lexicon, size_t category)
{
    const struct category *c = &k->set->items[category];

    for (size_t i = 0; i < c->cue_list.count; i++) {
        k->cues = mem_grow(k->cues, &k->cue_cap, k->cue_count + 1, sizeof(*k->cues));
        lexicon_learn(lexicon, k->cue_phrases, c->cues[i].phrase, strlen(c->cues[i].phrase),
                      (int32_t)k->cue_count);
        k->cues[k->cue_count] = (struct cue){(uint32_t)category, to_thousandths(c->cues[i].weight),
                                             only_word(&lexicon->scratch)};
        k->cue_count++;
    }
}

static void count_words(struct counts *counts, struct lexicon *lexicon, size_t category,
                        const char *text, uint32_t times)
{
    struct token_list *list = &lexicon->scratch;

    tokens_reset(list);
    tokens_split(list, text, strlen(text), 0);
    vocabulary_learn(lexicon->vocabulary, list, 0);
    for (size_t i = 0; i < list->count; i++) {
        int32_t id = list->items[i].stem;
        size_t before = counts->caps[category];

        if (lexicon_is_stop(lexicon, list->items[i].id) || list->items[i].word_len < 2)
            continue;
        counts->rows[category] = mem_grow(counts->rows[category], &counts->caps[category],
                                          (size_t)id + 1, sizeof(uint32_t));
        for (size_t w = before; w < counts->caps[category]; w++)
            counts->rows[category][w] = 0;
        counts->rows[category][id] += times;
        counts->totals[category] += times;
    }
}

static void count_category(struct counts *counts, struct lexicon *lexicon,
                           const struct category_set *set, size_t i)
{
    const struct category *c = &set->items[i];

    count_words(counts, lexicon, i, c->name, TIMES_NAME);
    count_words(counts, lexicon, i, c->description, TIMES_DESCRIPTION);
    for (size_t n = 0; n < c->example_list.count; n++) {
        count_words(counts, lexicon, i, c->examples[n].subject, TIMES_EXAMPLE);
        count_words(counts, lexicon, i, c->examples[n].text, TIMES_EXAMPLE);
    }
    for (size_t n = 0; n < c->cue_list.count; n++) {
        if (c->cues[n].weight > 0)
            count_words(counts, lexicon, i, c->cues[n].phrase, TIMES_CUE);
    }
    for (size_t n = 0; n < c->phrase_list.count; n++) {
        if (strcmp(c->phrases[n].slot, "action") == 0 ||
            strcmp(c->phrases[n].slot, "prevention") == 0)
            count_words(counts, lexicon, i, c->phrases[n].text, TIMES_PLAYBOOK);
    }
}

static double count_of(const struct counts *counts, size_t category, size_t word)
{
    return word < counts->caps[category] ? counts->rows[category][word] : 0;
}

/* How much a word tells that stands in `in` of the categories: from 1 for one of them down to
 * little for all. */
static double rarity(size_t categories, size_t in)
{
    double all = (double)categories;
    double one = log1p((all - 0.5) / 1.5);

    return log1p((all - (double)in + 0.5) / ((double)in + 0.5)) / one;
}

/* The impacts of one word, behind those of the words before it. */
static void weigh_word(struct knowledge *k, const struct counts *counts, size_t word,
                       double average, size_t *cap)
{
    size_t categories = k->set->count;
    size_t in = 0;
    size_t used = k->starts[word];

    for (size_t c = 0; c < categories; c++)
        in += count_of(counts, c, word) > 0;
    for (size_t c = 0; in > 0 && c < categories; c++) {
        double count = count_of(counts, c, word);
        double norm =
            saturation * (1 - length_share + length_share * (double)counts->totals[c] / average);

        if (count > 0) {
            k->impacts = mem_grow(k->impacts, cap, used + 1, sizeof(*k->impacts));
            k->impacts[used++] =
                (struct impact){(uint32_t)c, to_thousandths(rarity(categories, in) * count *
                                                            (saturation + 1) / (count + norm))};
        }
    }
    k->starts[word + 1] = (uint32_t)used;
}

static void weigh_words(struct knowledge *k, const struct counts *counts)
{
    double average = 1;
    size_t cap = 0;

    for (size_t c = 0; c < k->set->count; c++)
        average += (double)counts->totals[c] / (double)k->set->count;
    k->starts = mem_calloc(k->word_count + 1, sizeof(*k->starts));
    for (size_t w = 0; w < k->word_count; w++)
        weigh_word(k, counts, w, average, &cap);
}

void knowledge_init(struct knowledge *k, struct lexicon *lexicon, const struct category_set *set)
{
    size_t rows = set->count ? set->count : 1;
    struct counts counts = {mem_calloc(rows, sizeof(uint32_t *)), mem_calloc(rows, sizeof(size_t)),
                            mem_calloc(rows, sizeof(uint64_t))};

    *k = (struct knowledge){.set = set, .cue_phrases = matcher_new(MATCHER_STEMS)};
    for (size_t i = 0; i < set->count; i++) {
        learn_cues(k, lexicon, i);
        count_category(&counts, lexicon, set, i);
    }
    k->word_count = vocabulary_count(lexicon->vocabulary);
    weigh_words(k, &counts);
    for (size_t i = 0; i < set->count; i++)
        free(counts.rows[i]);
    free(counts.rows);
    free(counts.caps);
    free(counts.totals);
}

void knowledge_clear(struct knowledge *k)
{
    matcher_free(k->cue_phrases);
    free(k->cues);
    free(k->impacts);
    free(k->starts);
}

size_t knowledge_impacts(const struct knowledge *k, int32_t word, const struct impact **first)
{
    *first = NULL;
    if (word < 0 || (size_t)word >= k->word_count)
        return 0;
    *first = k->impacts + k->starts[word];
    return k->starts[word + 1] - k->starts[word];
}
