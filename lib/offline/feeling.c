#include "offline/feeling.h"

/* In words: how far a negation reaches. In thousandths: where a feeling begins to show. */
enum { NEGATION_REACH = 3, POSITIVE_FROM = 900, NEGATIVE_FROM = -1100 };

/* What a message counts, in hundredths: the last word of a customer says most. */
enum { SUBJECT_SHARE = 40, FIRST_SHARE = 45, ONLY_SHARE = 100, LATER_SHARE = 80, LAST_SHARE = 160 };

/* Thanks at the end are for a solution, not a polite formula: added when the last of several
 * messages is kind. */
enum { SOLVED = 600 };

/* A negated feeling is the opposite one, but weaker: "not happy" is less than "angry". */
enum { NEGATED_SHARE = -60 };

struct sentence_words {
    const struct document *doc;
    const struct token *tokens;
    size_t count;
};

/* A negation stands at most NEGATION_REACH words before `first`, in the same clause. */
static bool is_negated(const struct sentence_words *s, const struct lexicon *lexicon, size_t first)
{
    size_t from = first > NEGATION_REACH + 1 ? first - NEGATION_REACH - 1 : 0;

    for (size_t i = from; i < first; i++) {
        struct match m;

        if (matcher_longest(lexicon->negations, s->tokens, first, i, &m) &&
            first - m.last <= NEGATION_REACH &&
            !document_has_mark_between(s->doc, &s->tokens[m.last], &s->tokens[first], ".,;:!?"))
            return true;
    }
    return false;
}

/* The factor, in tenths, of an intensifier that ends right before `first`. */
static int32_t intensity(const struct sentence_words *s, const struct lexicon *lexicon,
                         size_t first)
{
    for (size_t i = first > 2 ? first - 2 : 0; i < first; i++) {
        struct match m;

        if (matcher_longest(lexicon->intensities, s->tokens, first, i, &m) && m.last + 1 == first)
            return m.value;
    }
    return 10;
}

/* Sum of a sentence, in thousandths of the lexicon's unit. The longest phrase at a place decides.
 */
static int64_t sentence_score(const struct sentence_words *s, const struct lexicon *lexicon)
{
    int64_t sum = 0;

    for (size_t i = 0; i < s->count; i++) {
        struct match m;
        int64_t weight;

        if (!matcher_longest(lexicon->feelings, s->tokens, s->count, i, &m))
            continue;
        weight = (int64_t)m.value * 10 * intensity(s, lexicon, i);
        if (weight != 0 && is_negated(s, lexicon, i))
            weight = weight * NEGATED_SHARE / 100;
        sum += weight;
        i = m.last;
    }
    return sum;
}

static int message_share(const struct doc_message *m)
{
    if (m->voice == VOICE_SUBJECT)
        return SUBJECT_SHARE;
    if (m->turns == 1)
        return ONLY_SHARE;
    if (m->turn == 0)
        return FIRST_SHARE;
    return m->turn + 1 == m->turns ? LAST_SHARE : LATER_SHARE;
}

static int64_t message_score(const struct document *doc, const struct lexicon *lexicon,
                             const struct doc_message *m)
{
    int64_t score = 0;

    for (size_t i = m->first_sentence; i < m->first_sentence + m->sentence_count; i++) {
        const struct doc_sentence *s = &doc->sentences[i];
        struct sentence_words words = {doc, doc->tokens.items + s->first_token, s->token_count};

        if (s->kind == PROSE_TEXT)
            score += sentence_score(&words, lexicon);
    }
    if (m->turn > 0 && m->turn + 1 == m->turns && score > 0)
        score += SOLVED;
    return score * message_share(m) / 100;
}

int64_t feeling_score(const struct document *doc, const struct lexicon *lexicon)
{
    int64_t score = 0;

    for (size_t i = 0; i < doc->message_count; i++) {
        const struct doc_message *m = &doc->messages[i];

        if (m->voice == VOICE_SUBJECT || m->voice == VOICE_CUSTOMER)
            score += message_score(doc, lexicon, m);
    }
    return score;
}

const char *feeling_name(int64_t score)
{
    if (score >= POSITIVE_FROM)
        return "Positive";
    return score <= NEGATIVE_FROM ? "Negative" : "Neutral";
}
