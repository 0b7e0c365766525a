#include "offline/classify.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const struct classify_weights classify_weights = {
    .repeated = 40,
    .further = 82,
    .words = 920,
    .words_half = 58,
    .other_below = 5000,
};

/* Shares are fixed-point numbers: this is one. */
enum { SHARE_BITS = 16, SHARE_ONE = 1 << SHARE_BITS };

void classification_init(struct classification *result, const struct knowledge *k)
{
    *result = (struct classification){.category = -1, .runner_up = -1};
    result->finding_weights = &finding_weights;
    result->weights = &classify_weights;
    result->scores = mem_calloc(k->set->count + 1, sizeof(*result->scores));
    result->word_points = mem_calloc(k->set->count + 1, sizeof(*result->word_points));
    result->shares = mem_calloc(k->set->count + 1, sizeof(*result->shares));
    result->counted = mem_calloc(k->cue_count + 1, sizeof(*result->counted));
    result->seen_count = k->word_count;
    result->seen = mem_calloc(k->word_count + 1, sizeof(*result->seen));
}

void classification_clear(struct classification *result)
{
    findings_clear(&result->findings);
    free(result->scores);
    free(result->word_points);
    free(result->shares);
    free(result->counted);
    free(result->seen);
}

static int64_t magnitude(const struct finding *e)
{
    return e->points < 0 ? -(int64_t)e->points : e->points;
}

/* A total order: the same evidence is summed in the same order everywhere. */
static int stronger_first(const void *a, const void *b)
{
    const struct finding *x = a;
    const struct finding *y = b;

    if (magnitude(x) != magnitude(y))
        return magnitude(x) < magnitude(y) ? 1 : -1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->cue > y->cue) - (x->cue < y->cue);
}

/*
 * The strongest evidence counts in full, each further piece for the same category a share less than
 * the one before: many weak words do not outvote one clear statement.
 */
static void sum_evidence(struct classification *result, const struct knowledge *k)
{
    struct finding_list *list = &result->findings;

    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), stronger_first);
    for (size_t c = 0; c < k->set->count; c++)
        result->shares[c] = SHARE_ONE;
    for (size_t i = 0; i < list->count; i++) {
        const struct finding *e = &list->items[i];
        uint32_t c = k->cues[e->cue].category;
        int64_t points = e->points;

        if (result->counted[e->cue]++ > 0)
            points = points * result->weights->repeated / 100;
        result->scores[c] += points * result->shares[c] / SHARE_ONE;
        result->shares[c] = result->shares[c] * result->weights->further / 100;
    }
    for (size_t i = 0; i < list->count; i++)
        result->counted[list->items[i].cue] = 0;
}

/* Note a word of the document: true if it is one that counts, for the first time. */
static bool note_word(struct classification *result, const struct lexicon *lexicon,
                      const struct token *token)
{
    int32_t stem = token->stem;

    if (stem < 0 || (size_t)stem >= result->seen_count || lexicon_is_stop(lexicon, token->id) ||
        result->seen[stem] == result->document)
        return false;
    result->seen[stem] = result->document;
    return true;
}

/* Add what the words of one sentence say: how many of them say something. */
static int64_t sum_sentence(struct classification *result, const struct knowledge *k,
                            const struct lexicon *lexicon, const struct document *doc,
                            const struct doc_sentence *s)
{
    int voice = finding_voice_weight(result->finding_weights, &doc->messages[s->message]);
    int64_t words = 0;

    for (size_t t = s->first_token; t < s->first_token + s->token_count; t++) {
        const struct impact *impact;
        size_t count = knowledge_impacts(k, doc->tokens.items[t].stem, &impact);

        if (!note_word(result, lexicon, &doc->tokens.items[t]))
            continue;
        words += count > 0;
        for (size_t n = 0; n < count; n++)
            result->word_points[impact[n].category] += (int64_t)impact[n].points * voice / 100;
    }
    return words;
}

/* BM25 of the case as a query, in cue units: a mean over its words, lower for a case of few words.
 */
static void sum_words(struct classification *result, const struct knowledge *k,
                      const struct lexicon *lexicon, const struct document *doc)
{
    int64_t words = result->weights->words_half;

    if (++result->document == 0) { /* the numbers are used up */
        memset(result->seen, 0, result->seen_count * sizeof(*result->seen));
        result->document = 1;
    }
    for (size_t i = 0; i < doc->sentence_count; i++) {
        const struct doc_sentence *s = &doc->sentences[i];

        if (!s->boilerplate && doc->messages[s->message].voice != VOICE_FACTS)
            words += sum_sentence(result, k, lexicon, doc, s);
    }
    for (size_t c = 0; c < k->set->count; c++) {
        result->word_points[c] =
            result->word_points[c] * result->weights->words / (words > 0 ? words : 1) / 10;
        result->scores[c] += result->word_points[c];
    }
}

static void choose(struct classification *result, size_t categories,
                   const struct classify_choice *choice)
{
    result->category = result->runner_up = -1;
    for (size_t c = 0; c < categories; c++) {
        if (choice->allowed != NULL && !choice->allowed[c])
            continue;
        if (result->category < 0 || result->scores[c] > result->scores[result->category]) {
            result->runner_up = result->category;
            result->category = (int)c;
        } else if (result->runner_up < 0 || result->scores[c] > result->scores[result->runner_up]) {
            result->runner_up = (int)c;
        }
    }
    if (choice->other && result->category >= 0 &&
        result->scores[result->category] < result->weights->other_below)
        result->category = -1;
}

void classify(struct classification *result, const struct knowledge *k,
              const struct lexicon *lexicon, const struct document *doc,
              const struct classify_choice *choice)
{
    memset(result->scores, 0, k->set->count * sizeof(*result->scores));
    memset(result->word_points, 0, k->set->count * sizeof(*result->word_points));
    findings_collect(&result->findings, k, lexicon, doc, result->finding_weights);
    sum_evidence(result, k);
    sum_words(result, k, lexicon, doc);
    choose(result, k->set->count, choice);
}

bool classification_has_word(const struct classification *result, int32_t stem)
{
    return stem >= 0 && (size_t)stem < result->seen_count && result->seen[stem] == result->document;
}
