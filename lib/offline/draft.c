#include "offline/draft.h"

enum { LONG_WORDS = 240, MISSES_MAX = 25 };

static int count_words(const char *text, size_t len)
{
    int words = 0;

    for (size_t i = 0; i < len; i++)
        words += text[i] != ' ' && text[i] != '\n' &&
                 (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n');
    return words;
}

static struct saying mood(struct writer *w)
{
    if (w->tone == TONE_ANGRY)
        return writer_words(w, WORDS_ANGER);
    return w->tone == TONE_THANKFUL ? writer_words(w, WORDS_POLITE) : (struct saying){NULL, 0};
}

static struct saying take_saying(struct writer *w, enum piece_kind kind)
{
    switch (kind) {
    case OPENING:
        return bank_pick(w->own, BANK_OPENING, &w->rng);
    case CONTEXT:
        return writer_words(w, WORDS_CONTEXT);
    case SYMPTOM:
        return bank_pick(w->own, BANK_SYMPTOM, &w->rng);
    case DETAIL:
        return bank_pick(w->own, BANK_DETAIL, &w->rng);
    case IMPACT:
        return writer_impact(w);
    case MOOD:
        return mood(w);
    case ASK:
        return bank_pick(w->own, BANK_ASK, &w->rng);
    case LOG:
    case PIECE_KINDS:
        break;
    }
    return (struct saying){NULL, 0};
}

static void end_piece(struct draft *d, enum piece_kind kind, size_t start)
{
    size_t len = d->text.len - start;

    d->pieces[d->count++] = (struct piece){kind, start, len};
    d->counts[kind]++;
    d->words += count_words(d->text.data + start, len);
}

/* More of one kind would contradict each other, or read like a list of everything that can go
 * wrong. */
static const int limits[PIECE_KINDS] = {
    [OPENING] = 1, [CONTEXT] = 14, [SYMPTOM] = 7, [DETAIL] = 12,
    [LOG] = 1,     [IMPACT] = 1,   [MOOD] = 3,    [ASK] = 4,
};

/* One more of a kind; false if there is none left, or there are enough. */
static bool add_piece(struct writer *w, struct draft *d, enum piece_kind kind)
{
    struct saying saying;
    size_t start = d->text.len;

    if (d->count == DRAFT_PIECES_MAX || d->counts[kind] >= limits[kind])
        return false;
    if (kind == LOG && writer_error_is_technical(w)) {
        writer_add_log(w, &d->text, 2 + (int)rng_below(&w->rng, w->words_max > 300 ? 9 : 4));
        end_piece(d, kind, start);
        return true;
    }
    saying = take_saying(w, kind);
    if (saying.text == NULL)
        return false;
    facts_fill(&d->text, &w->facts, saying);
    end_piece(d, kind, start);
    return true;
}

/* A sentence that belongs to another category, put in words that say so. */
static void add_mislead(struct writer *w, struct draft *d)
{
    static const char *const frames[] = {
        "At first we thought of something else, as last month we had this: ",
        "A colleague believes that it has to do with an older case of ours, which read: ",
        "Not to be confused with another topic that we have an open case for: ",
        "I mention it only for completeness, it concerns a different system: ",
        "From a neighbouring department we heard, perhaps unrelated: ",
    };
    size_t start = d->text.len;

    if (w->mislead.text == NULL || d->count == DRAFT_PIECES_MAX)
        return;
    buf_adds(&d->text, WRITER_ONE_OF(w, frames));
    facts_fill(&d->text, &w->facts, w->mislead);
    end_piece(d, CONTEXT, start);
}

/* What the case is about. Every bank has one of these kinds. */
static void add_core(struct writer *w, struct draft *d)
{
    if (!add_piece(w, d, SYMPTOM) && !add_piece(w, d, DETAIL))
        add_piece(w, d, ASK);
}

static enum piece_kind next_kind(struct writer *w)
{
    static const enum piece_kind usual[] = {SYMPTOM, SYMPTOM, SYMPTOM, DETAIL, DETAIL, DETAIL,
                                            DETAIL,  CONTEXT, CONTEXT, ASK,    IMPACT, LOG};

    if (w->tone == TONE_CHATTY && writer_chance(w, 25))
        return CONTEXT;
    return usual[rng_below(&w->rng, sizeof(usual) / sizeof(usual[0]))];
}

void draft_gather(struct draft *d, struct writer *w)
{
    uint64_t span = (uint64_t)w->words_max - (uint64_t)w->words_min + 1;
    int target = w->words_min + (int)rng_below(&w->rng, span);
    int misses = 0;

    *d = (struct draft){.count = 0};
    buf_init(&d->text, WRITER_BODY_MAX);
    if (target > DRAFT_ONE_LINE_WORDS && writer_chance(w, 75))
        add_piece(w, d, OPENING);
    add_core(w, d);
    if (target > DRAFT_ONE_LINE_WORDS) {
        add_mislead(w, d);
        if (writer_chance(w, 80))
            add_piece(w, d, ASK);
        add_piece(w, d, MOOD);
    }
    while (d->words < target && misses < MISSES_MAX) {
        enum piece_kind kind =
            target <= DRAFT_ONE_LINE_WORDS ? (writer_chance(w, 50) ? ASK : DETAIL) : next_kind(w);

        if (!add_piece(w, d, kind))
            misses++;
    }
    if (target > LONG_WORDS && w->tone == TONE_ANGRY)
        add_piece(w, d, MOOD);
}

void draft_clear(struct draft *d)
{
    buf_clear(&d->text);
}

const char *draft_text(const struct draft *d, size_t piece)
{
    return d->text.data + d->pieces[piece].start;
}
