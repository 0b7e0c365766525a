#include "offline/findings.h"

#include <stdlib.h>

#include "base/mem.h"

const struct finding_weights finding_weights = {
    .facts = 100,
    .subject = 100,
    .customer_first = 100,
    .customer_later = 170,
    .customer_last = 220,
    .aws_first = 200,
    .aws_later = 240,
    .aws_last = 270,
    .log = 110,
    .cause = 155,
    .question = 75,
    .doubt = 40,
    .denied = 0,
};

/* How far, in words, a negation, a doubt and a denial reach; and how many of each a sentence is
 * looked at for. */
enum {
    NEGATION_REACH = 4,
    DOUBT_REACH = 8,
    DENIAL_REACH = 6,
    SPANS_MAX = 64,
    FOUND_IN_SENTENCE_MAX = 256
};

struct span {
    size_t first, last;
};

struct spans {
    struct span items[SPANS_MAX];
    size_t count;
};

/* One sentence while its cue phrases are looked at. */
struct reading {
    struct finding_list *list;
    const struct knowledge *k;
    const struct document *doc;
    const struct finding_weights *weights;
    const struct doc_sentence *sentence;
    const struct token *tokens; /* the sentence's */
    struct spans negations, doubts, denials;
    size_t first_found; /* in the list, of this sentence */
};

void findings_clear(struct finding_list *list)
{
    free(list->items);
    *list = (struct finding_list){0};
}

int finding_voice_weight(const struct finding_weights *weights, const struct doc_message *message)
{
    bool last = message->turn + 1 == message->turns;

    switch (message->voice) {
    case VOICE_FACTS:
        return weights->facts;
    case VOICE_SUBJECT:
        return weights->subject;
    case VOICE_CUSTOMER:
        if (message->turn == 0)
            return weights->customer_first;
        return last ? weights->customer_last : weights->customer_later;
    case VOICE_AWS:
        break;
    }
    if (last)
        return weights->aws_last;
    return message->turn == 0 ? weights->aws_first : weights->aws_later;
}

static void note_span(void *context, const struct match *match)
{
    struct spans *spans = context;

    if (spans->count < SPANS_MAX)
        spans->items[spans->count++] = (struct span){match->first, match->last};
}

static void find_spans(struct spans *spans, const struct matcher *matcher,
                       const struct token *tokens, size_t count)
{
    spans->count = 0;
    matcher_find(matcher, tokens, count, note_span, spans);
}

/* What one says of something ends with its clause, not at a comma: "no quota, no limit and no
 * throttling". */
static bool same_clause(const struct reading *r, size_t first, size_t second)
{
    return !document_has_mark_between(r->doc, &r->tokens[first], &r->tokens[second], ".;:!?");
}

/* One of the spans ends at most `reach` words before `first`. */
static bool stands_before(const struct reading *r, const struct spans *spans, size_t first,
                          size_t reach)
{
    for (size_t i = 0; i < spans->count; i++) {
        size_t last = spans->items[i].last;

        if (last < first && first - last <= reach && same_clause(r, last, first))
            return true;
    }
    return false;
}

/* One of the spans begins at most `reach` words behind `last`. */
static bool stands_behind(const struct reading *r, const struct spans *spans, size_t last,
                          size_t reach)
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
    struct finding_list *list = r->list;
    const struct cue *cue = &r->k->cues[match->value];

    if (cue->word != TOKEN_NONE && cue->word != r->tokens[match->first].id)
        return;
    if (list->count - r->first_found >= FOUND_IN_SENTENCE_MAX)
        return;
    list->items = mem_grow(list->items, &list->cap, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = (struct finding){
        .cue = (uint32_t)match->value,
        .start = r->tokens[match->first].start,
        .end = r->tokens[match->last].end,
        .first = (uint32_t)match->first,
        .last = (uint32_t)match->last,
        .points = cue->weight,
    };
}

static int32_t magnitude(int32_t points)
{
    return points < 0 ? -points : points;
}

/* Within a category the strongest of overlapping phrases counts: "quota increase", not also
 * "quota". */
static bool is_covered(const struct reading *r, size_t index)
{
    const struct finding *own = &r->list->items[index];
    uint32_t category = r->k->cues[own->cue].category;

    for (size_t i = r->first_found; i < r->list->count; i++) {
        const struct finding *e = &r->list->items[i];

        if (i == index || e->first > own->last || e->last < own->first ||
            r->k->cues[e->cue].category != category)
            continue;
        if (magnitude(e->points) > magnitude(own->points) ||
            (e->points == own->points && i < index))
            return true;
    }
    return false;
}

static void drop_covered(struct reading *r)
{
    struct finding *items;
    size_t count = r->list->count - r->first_found;
    bool covered[FOUND_IN_SENTENCE_MAX];
    size_t kept = 0;

    if (count == 0) /* there may be no list yet */
        return;
    items = r->list->items + r->first_found;
    for (size_t i = 0; i < count; i++)
        covered[i] = is_covered(r, r->first_found + i);
    for (size_t i = 0; i < count; i++) {
        if (!covered[i])
            items[kept++] = items[i];
    }
    r->list->count = r->first_found + kept;
}

/* A phrase that somebody denies says nothing for its category; that it speaks against another is
 * denied with it. */
static bool is_denied(const struct reading *r, const struct finding *e)
{
    return stands_before(r, &r->negations, e->first, NEGATION_REACH) ||
           stands_before(r, &r->denials, e->first, DENIAL_REACH) ||
           stands_behind(r, &r->denials, e->last, DENIAL_REACH);
}

static int32_t weigh(const struct reading *r, const struct finding *e)
{
    const struct finding_weights *w = r->weights;
    int64_t points =
        (int64_t)e->points * finding_voice_weight(w, &r->doc->messages[r->sentence->message]) / 100;

    if (r->sentence->kind == PROSE_LOG)
        points = points * w->log / 100;
    if (r->sentence->has_cause)
        points = points * w->cause / 100;
    if (r->sentence->question)
        points = points * w->question / 100;
    if (stands_before(r, &r->doubts, e->first, DOUBT_REACH))
        points = points * w->doubt / 100;
    if (is_denied(r, e))
        points = points < 0 ? 0 : points * w->denied / 100;
    return (int32_t)points;
}

static void read_sentence(struct reading *r, const struct lexicon *lexicon, size_t index)
{
    const struct doc_sentence *s = &r->doc->sentences[index];

    r->sentence = s;
    r->tokens = r->doc->tokens.items + s->first_token;
    r->first_found = r->list->count;
    matcher_find(r->k->cue_phrases, r->tokens, s->token_count, note_cue, r);
    if (r->list->count == r->first_found)
        return;
    drop_covered(r);
    find_spans(&r->negations, lexicon->negations, r->tokens, s->token_count);
    find_spans(&r->doubts, lexicon->doubts, r->tokens, s->token_count);
    find_spans(&r->denials, lexicon->denials, r->tokens, s->token_count);
    for (size_t i = r->first_found; i < r->list->count; i++) {
        r->list->items[i].sentence = (uint32_t)index;
        r->list->items[i].points = weigh(r, &r->list->items[i]);
    }
}

void findings_collect(struct finding_list *list, const struct knowledge *k,
                      const struct lexicon *lexicon, const struct document *doc,
                      const struct finding_weights *weights)
{
    struct reading r = {.list = list, .k = k, .doc = doc, .weights = weights};

    list->count = 0;
    for (size_t i = 0; i < doc->sentence_count; i++) {
        if (!doc->sentences[i].boilerplate && doc->sentences[i].token_count > 0)
            read_sentence(&r, lexicon, i);
    }
}
