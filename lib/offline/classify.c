#include "offline/classify.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct classify_weights classify_weights = {
    .facts = 100,
    .subject = 80,
    .customer_first = 100,
    .customer_later = 200,
    .customer_last = 220,
    .aws_first = 200,
    .aws_later = 260,
    .aws_last = 270,
    .log = 100,
    .cause = 180,
    .doubt = 10,
    .question = 80,
    .denied = 0,
    .repeated = 30,
    .further = 78,
    .words = 390,
    .words_half = 56,
    .other_below = 1000,
};

/* How far, in words, a negation, a doubt and a denial reach. */
enum { NEGATION_REACH = 4, DOUBT_REACH = 8, DENIAL_REACH = 6, SPANS_MAX = 64 };

struct span {
    size_t first, last;
};

struct spans {
    struct span items[SPANS_MAX];
    size_t count;
};

/* One sentence while its cue phrases are looked at. */
struct reading {
    struct classification *result;
    const struct knowledge *k;
    const struct doc_sentence *sentence;
    const struct document *doc;
    const struct token *tokens; /* the sentence's */
    struct spans negations, doubts, denials;
    size_t first_evidence;
};

void classification_init(struct classification *result, const struct knowledge *k)
{
    *result = (struct classification){.category = -1, .runner_up = -1};
    result->scores = mem_calloc(k->set->count + 1, sizeof(*result->scores));
    result->word_points = mem_calloc(k->set->count + 1, sizeof(*result->word_points));
    result->shares = mem_calloc(k->set->count + 1, sizeof(*result->shares));
    result->best = mem_calloc(k->cue_count + 1, sizeof(*result->best));
    result->seen_count = k->word_count;
    result->seen = mem_calloc(k->word_count + 1, sizeof(*result->seen));
}

void classification_clear(struct classification *result)
{
    free(result->scores);
    free(result->word_points);
    free(result->shares);
    free(result->best);
    free(result->seen);
    free(result->evidence);
}

static void note_span(void *context, const struct match *match)
{
    struct spans *spans = context;

    if (spans->count < SPANS_MAX)
        spans->items[spans->count++] = (struct span){match->first, match->last};
}

static void find_spans(struct spans *spans, const struct matcher *matcher, const struct token *tokens, size_t count)
{
    spans->count = 0;
    matcher_find(matcher, tokens, count, note_span, spans);
}

/* What one says of something ends with its clause, not at a comma: "no quota, no limit and no throttling". */
static bool same_clause(const struct reading *r, size_t first, size_t second)
{
    return !document_has_mark_between(r->doc, &r->tokens[first], &r->tokens[second], ".;:!?");
}

/* One of the spans ends at most `reach` words before `first`. */
static bool reaches(const struct reading *r, const struct spans *spans, size_t first, size_t reach)
{
    for (size_t i = 0; i < spans->count; i++) {
        size_t last = spans->items[i].last;

        if (last < first && first - last <= reach && same_clause(r, last, first))
            return true;
    }
    return false;
}

/* One of the spans begins at most `reach` words behind `last`. */
static bool follows(const struct reading *r, const struct spans *spans, size_t last, size_t reach)
{
    for (size_t i = 0; i < spans->count; i++) {
        size_t first = spans->items[i].first;

        if (first > last && first - last <= reach && same_clause(r, last, first))
            return true;
    }
    return false;
}

static void note_cue(void *context, const struct match *match)
{
    struct reading *r = context;
    struct classification *result = r->result;

    result->evidence =
        mem_grow(result->evidence, &result->evidence_cap, result->evidence_count + 1, sizeof(*result->evidence));
    result->evidence[result->evidence_count++] = (struct evidence){
        .cue = (uint32_t)match->value,
        .start = r->tokens[match->first].start,
        .end = r->tokens[match->last].end,
        .first = (uint32_t)match->first,
        .last = (uint32_t)match->last,
        .points = r->k->cues[match->value].weight,
    };
}

static int32_t magnitude(int32_t points)
{
    return points < 0 ? -points : points;
}

/* Within a category the strongest of overlapping phrases counts: "quota increase", not also "quota". */
static bool is_covered(const struct reading *r, size_t index)
{
    const struct evidence *own = &r->result->evidence[index];

    for (size_t i = r->first_evidence; i < r->result->evidence_count; i++) {
        const struct evidence *e = &r->result->evidence[i];

        if (i == index || e->first > own->last || e->last < own->first ||
            r->k->cues[e->cue].category != r->k->cues[own->cue].category)
            continue;
        if (magnitude(e->points) > magnitude(own->points) || (e->points == own->points && i < index))
            return true;
    }
    return false;
}

static void drop_covered(struct reading *r)
{
    size_t kept = r->first_evidence;
    bool covered[256];
    size_t count = r->result->evidence_count - r->first_evidence;

    if (count > sizeof(covered))
        count = sizeof(covered); /* what is over in one sentence is dropped */
    for (size_t i = 0; i < count; i++)
        covered[i] = is_covered(r, r->first_evidence + i);
    for (size_t i = 0; i < count; i++) {
        if (!covered[i])
            r->result->evidence[kept++] = r->result->evidence[r->first_evidence + i];
    }
    r->result->evidence_count = kept;
}

static int voice_weight(const struct doc_message *m)
{
    const struct classify_weights *w = &classify_weights;

    if (m->voice == VOICE_FACTS)
        return w->facts;
    if (m->voice == VOICE_SUBJECT)
        return w->subject;
    if (m->voice == VOICE_CUSTOMER) {
        if (m->turn == 0)
            return w->customer_first;
        return m->turn + 1 == m->turns ? w->customer_last : w->customer_later;
    }
    if (m->turn + 1 == m->turns)
        return w->aws_last;
    return m->turn == 0 ? w->aws_first : w->aws_later;
}

/* What a piece of evidence counts, from its weight and all around it. */
static int32_t weigh(const struct reading *r, const struct evidence *e, int voice)
{
    const struct classify_weights *w = &classify_weights;
    int64_t points = (int64_t)e->points * voice / 100;
    bool denied = reaches(r, &r->negations, e->first, NEGATION_REACH) || reaches(r, &r->denials, e->first, DENIAL_REACH) ||
                  follows(r, &r->denials, e->last, DENIAL_REACH);

    if (r->sentence->kind == PROSE_LOG)
        points = points * w->log / 100;
    if (r->sentence->has_cause)
        points = points * w->cause / 100;
    if (r->sentence->question)
        points = points * w->question / 100;
    if (reaches(r, &r->doubts, e->first, DOUBT_REACH))
        points = points * w->doubt / 100;
    if (denied)
        points = e->points < 0 ? 0 : points * w->denied / 100;
    return (int32_t)points;
}

static void read_sentence(struct reading *r, const struct lexicon *lexicon, const struct document *doc, size_t index)
{
    const struct doc_sentence *s = &doc->sentences[index];
    int voice = voice_weight(&doc->messages[s->message]);

    r->sentence = s;
    r->tokens = doc->tokens.items + s->first_token;
    r->first_evidence = r->result->evidence_count;
    matcher_find(r->k->cue_phrases, r->tokens, s->token_count, note_cue, r);
    if (r->result->evidence_count == r->first_evidence)
        return;
    drop_covered(r);
    find_spans(&r->negations, lexicon->negations, r->tokens, s->token_count);
    find_spans(&r->doubts, lexicon->doubts, r->tokens, s->token_count);
    find_spans(&r->denials, lexicon->denials, r->tokens, s->token_count);
    for (size_t i = r->first_evidence; i < r->result->evidence_count; i++) {
        struct evidence *e = &r->result->evidence[i];

        e->sentence = (uint32_t)index;
        e->points = weigh(r, e, voice);
    }
}

static int stronger_first(const void *a, const void *b)
{
    const struct evidence *x = a;
    const struct evidence *y = b;
    int32_t left = magnitude(x->points);
    int32_t right = magnitude(y->points);

    if (left != right)
        return left < right ? 1 : -1;
    return x->start < y->start ? -1 : x->start > y->start ? 1 : (x->cue > y->cue) - (x->cue < y->cue);
}

/*
 * The strongest evidence counts in full, each further piece for the same category a share less than the one before: many
 * weak words do not outvote one clear statement. A phrase that stands in the case again counts as a weaker one.
 */
static void sum_evidence(struct classification *result, const struct knowledge *k)
{
    qsort(result->evidence, result->evidence_count, sizeof(*result->evidence), stronger_first);
    for (size_t c = 0; c < k->set->count; c++)
        result->shares[c] = 1 << 16;
    for (size_t i = 0; i < result->evidence_count; i++) {
        const struct evidence *e = &result->evidence[i];
        uint32_t c = k->cues[e->cue].category;
        int64_t points = e->points;

        if (result->best[e->cue]++ > 0)
            points = points * classify_weights.repeated / 100;
        result->scores[c] += points * result->shares[c] >> 16;
        result->shares[c] = result->shares[c] * classify_weights.further / 100;
    }
    for (size_t i = 0; i < result->evidence_count; i++)
        result->best[result->evidence[i].cue] = 0;
}

static void sum_words(struct classification *result, const struct knowledge *k, const struct lexicon *lexicon,
                      const struct document *doc)
{
    int64_t words = 0;

    if (++result->document == 0) { /* the numbers are used up */
        memset(result->seen, 0, k->word_count * sizeof(*result->seen));
        result->document = 1;
    }
    for (size_t i = 0; i < doc->sentence_count; i++) {
        const struct doc_sentence *s = &doc->sentences[i];
        int voice = voice_weight(&doc->messages[s->message]);

        if (doc->messages[s->message].voice == VOICE_FACTS)
            continue;
        for (size_t t = s->first_token; !s->boilerplate && t < s->first_token + s->token_count; t++) {
            int32_t id = doc->tokens.items[t].stem;
            const struct impact *impact;
            size_t count = knowledge_impacts(k, id, &impact);

            if (id < 0 || (size_t)id >= k->word_count || lexicon_is_stop(lexicon, doc->tokens.items[t].id) ||
                result->seen[id] == result->document)
                continue;
            result->seen[id] = result->document;
            words += count > 0;
            for (size_t n = 0; n < count; n++)
                result->word_points[impact[n].category] += (int64_t)impact[n].points * voice / 100;
        }
    }
    for (size_t c = 0; c < k->set->count; c++) {
        result->word_points[c] = result->word_points[c] * classify_weights.words / (100 * (classify_weights.words_half + words)) * 10;
        result->scores[c] += result->word_points[c];
    }
}

bool classification_has_word(const struct classification *result, int32_t stem)
{
    return stem >= 0 && (size_t)stem < result->seen_count && result->seen[stem] == result->document;
}

static void choose(struct classification *result, const struct knowledge *k, const struct classify_choice *choice)
{
    result->category = result->runner_up = -1;
    for (size_t c = 0; c < k->set->count; c++) {
        if (choice->allowed != NULL && !choice->allowed[c])
            continue;
        if (result->category < 0 || result->scores[c] > result->scores[result->category]) {
            result->runner_up = result->category;
            result->category = (int)c;
        } else if (result->runner_up < 0 || result->scores[c] > result->scores[result->runner_up]) {
            result->runner_up = (int)c;
        }
    }
    if (choice->other && result->category >= 0 && result->scores[result->category] < classify_weights.other_below)
        result->category = -1;
}

void classify(struct classification *result, const struct knowledge *k, const struct lexicon *lexicon,
              const struct document *doc, const struct classify_choice *choice)
{
    struct reading r = {.result = result, .k = k, .doc = doc};

    memset(result->scores, 0, k->set->count * sizeof(*result->scores));
    memset(result->word_points, 0, k->set->count * sizeof(*result->word_points));
    result->evidence_count = 0;
    for (size_t i = 0; i < doc->sentence_count; i++) {
        if (!doc->sentences[i].boilerplate && doc->sentences[i].token_count > 0)
            read_sentence(&r, lexicon, doc, i);
    }
    sum_evidence(result, k);
    sum_words(result, k, lexicon, doc);
    choose(result, k, choice);
}
