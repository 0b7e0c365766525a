/* The customer's first message: its material laid out in one of several ways. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "offline/draft.h"

enum { SHORT_WORDS = 80 };

#define BIT(kind)   (1U << (kind))
#define ALL_BUT_LOG (~BIT(LOG))

/* Pieces that end with an error message have no full stop, which the next sentence needs. */
static void end_sentence(struct buf *out)
{
    if (!strchr(".!?:)", out->data[out->len - 1]))
        buf_addc(out, '.');
}

/* The pieces of some kinds, in the order in which they were gathered; the separator before each but
 * the first. */
static void add_pieces(struct buf *out, const struct draft *d, unsigned kinds,
                       const char *separator)
{
    bool first = true;

    for (size_t i = 0; i < d->count; i++) {
        if (!(kinds & BIT(d->pieces[i].kind)))
            continue;
        if (!first && separator[0] == ' ')
            end_sentence(out);
        if (!first)
            buf_adds(out, separator);
        buf_add(out, draft_text(d, i), d->pieces[i].len);
        first = false;
    }
}

/* The same as a paragraph of its own, under a heading if one is given. */
static void add_paragraph(struct buf *out, const struct draft *d, unsigned kinds,
                          const char *heading, const char *separator)
{
    size_t before = out->len;
    size_t start;

    if (out->len > 0)
        buf_adds(out, "\n\n");
    if (heading)
        buf_addf(out, "%s\n%s", heading, separator[0] == '\n' ? separator + 1 : "");
    start = out->len;
    add_pieces(out, d, kinds, separator);
    if (out->len == start)
        buf_truncate(out, before);
}

static bool greets_already(const struct draft *d)
{
    static const char *const words[] = {"Hello",     "Hi",  "Dear",   "Good",
                                        "Greetings", "Hey", "To whom"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i]);

        if (d->count > 0 && d->pieces[0].len > len && strncmp(draft_text(d, 0), words[i], len) == 0)
            return true;
    }
    return false;
}

static void add_greeting(struct writer *w, struct buf *out, const struct draft *d)
{
    if (!greets_already(d) && !writer_chance(w, w->tone == TONE_TERSE ? 75 : 8))
        facts_fill(out, &w->facts, writer_words(w, WORDS_GREETING));
}

static void add_signature(struct writer *w, struct buf *out, const char *name)
{
    if (writer_chance(w, w->tone == TONE_TERSE ? 70 : 10))
        return;
    writer_add(w, out, "\n\n", writer_words(w, WORDS_SIGNOFF));
    buf_addc(out, '\n');
    if (writer_chance(w, 60))
        buf_adds(out, name);
    else
        writer_add_first_name(out, name);
    if (writer_chance(w, 15))
        buf_addf(out, "\n(%s)", w->facts.team);
}

static void add_mail(struct writer *w, struct buf *out, const struct draft *d, const char *name)
{
    if (writer_chance(w, 25)) {
        add_paragraph(out, d, ALL_BUT_LOG, NULL, " ");
        add_paragraph(out, d, BIT(LOG), NULL, "\n");
    } else {
        add_paragraph(out, d, BIT(OPENING) | BIT(SYMPTOM), NULL, " ");
        add_paragraph(out, d, BIT(DETAIL) | BIT(CONTEXT), NULL, " ");
        add_paragraph(out, d, BIT(LOG), NULL, "\n");
        add_paragraph(out, d, BIT(IMPACT) | BIT(MOOD) | BIT(ASK), NULL, " ");
    }
    add_signature(w, out, name);
}

static void lay_out_mail(struct writer *w, struct buf *out, const struct draft *d)
{
    add_greeting(w, out, d);
    add_mail(w, out, d, w->customer);
}

static void lay_out_bullets(struct writer *w, struct buf *out, const struct draft *d)
{
    static const char *const see[] = {
        "What we see:", "Observations:", "Symptoms:", "What happens:"};
    static const char *const know[] = {
        "What we know so far:", "Further facts:", "Details:", "Environment:"};
    static const char *const questions[] = {
        "Our questions:", "Questions:", "What we need from you:", "Please help with:"};
    static const char *const marks[] = {"\n- ", "\n* ", "\n  - "};
    const char *mark = WRITER_ONE_OF(w, marks);

    add_greeting(w, out, d);
    add_paragraph(out, d, BIT(OPENING) | BIT(CONTEXT), NULL, " ");
    add_paragraph(out, d, BIT(SYMPTOM), WRITER_ONE_OF(w, see), mark);
    add_paragraph(out, d, BIT(DETAIL), WRITER_ONE_OF(w, know), mark);
    add_paragraph(out, d, BIT(LOG), NULL, "\n");
    add_paragraph(out, d, BIT(IMPACT) | BIT(MOOD), NULL, " ");
    add_paragraph(out, d, BIT(ASK), WRITER_ONE_OF(w, questions), mark);
    add_signature(w, out, w->customer);
}

static void lay_out_timeline(struct writer *w, struct buf *out, const struct draft *d)
{
    static const char *const headings[] = {
        "Timeline (UTC):", "What happened when (times in UTC):", "Sequence, UTC:"};
    int64_t ms = w->facts.event_ms;

    add_greeting(w, out, d);
    add_paragraph(out, d, BIT(OPENING) | BIT(CONTEXT), NULL, " ");
    if (out->len > 0)
        buf_adds(out, "\n\n");
    buf_adds(out, WRITER_ONE_OF(w, headings));
    for (size_t i = 0; i < d->count; i++) {
        char text[16];

        if (d->pieces[i].kind != SYMPTOM)
            continue;
        time_format(ms, "%H:%M", text, sizeof(text));
        buf_addf(out, "\n%s  %.*s", text, (int)d->pieces[i].len, draft_text(d, i));
        ms += (int64_t)(1 + rng_below(&w->rng, 25)) * 60000;
    }
    add_paragraph(out, d, BIT(DETAIL), NULL, " ");
    add_paragraph(out, d, BIT(LOG), NULL, "\n");
    add_paragraph(out, d, BIT(IMPACT) | BIT(MOOD) | BIT(ASK), NULL, " ");
    add_signature(w, out, w->customer);
}

static void lay_out_log(struct writer *w, struct buf *out, const struct draft *d)
{
    add_greeting(w, out, d);
    add_paragraph(out, d, BIT(OPENING) | BIT(SYMPTOM), NULL, " ");
    if (d->counts[LOG] == 0) {
        buf_adds(out, "\n\n");
        writer_add_log(w, out, 2 + (int)rng_below(&w->rng, w->words_max <= SHORT_WORDS ? 3 : 7));
    }
    add_paragraph(out, d, BIT(LOG), NULL, "\n");
    add_paragraph(out, d, BIT(DETAIL) | BIT(CONTEXT) | BIT(IMPACT) | BIT(MOOD) | BIT(ASK), NULL,
                  " ");
    add_signature(w, out, w->customer);
}

static void lay_out_forward(struct writer *w, struct buf *out, const struct draft *d)
{
    static const char *const notes[] = {
        "FYI, please see the message of our colleague below and advise.",
        "Forwarding this to you, as we cannot solve it ourselves.",
        "Please take over, all that we know is in the mail below.",
        "See below. Can you have a look?"};
    const char *author = wordbank_text(WORDS_PERSON, (size_t)rng_next(&w->rng));
    char date[48];

    time_format(w->facts.event_ms, "%a, %e %b %Y %H:%M:%S +0000", date, sizeof(date));
    buf_adds(out, WRITER_ONE_OF(w, notes));
    add_signature(w, out, w->customer);
    buf_addf(out, "\n\n---------- Forwarded message ---------\nFrom: %s <", author);
    writer_add_address(out, author);
    buf_addf(out, ">\nDate: %s\nSubject: ", date);
    writer_subject(w, out);
    if (!greets_already(d)) {
        buf_adds(out, "\n\nHi ");
        writer_add_first_name(out, w->customer);
        buf_addc(out, ',');
    }
    add_mail(w, out, d, author);
}

static void lay_out_form(struct writer *w, struct buf *out, const struct draft *d)
{
    const struct facts *f = &w->facts;
    const char *is = writer_chance(w, 70) ? ": " : " = ";

    buf_addf(out, "Service%s%s\nRegion%s%s\nResource%s%s %s", is, f->service, is, f->region, is,
             f->kind, f->resource);
    if (writer_chance(w, 50))
        buf_addf(out, "\nFirst seen%s%s UTC", is, f->clock_time);
    if (writer_error_is_technical(w)) {
        buf_addf(out, "\nError%s", is);
        facts_add_error(out, f, true);
    }
    add_paragraph(out, d, BIT(OPENING) | BIT(SYMPTOM) | BIT(DETAIL) | BIT(CONTEXT),
                  "Description:", " ");
    add_paragraph(out, d, BIT(LOG), NULL, "\n");
    add_paragraph(out, d, BIT(IMPACT), "Impact:", " ");
    add_paragraph(out, d, BIT(MOOD) | BIT(ASK),
                  writer_chance(w, 50) ? "Question:" : "Wanted:", " ");
}

/* Written in a hurry: no greeting, small letters, lines instead of sentences. */
static void lay_out_chat(struct writer *w, struct buf *out, const struct draft *d)
{
    bool small = writer_chance(w, 60);

    for (size_t i = 0; i < d->count; i++) {
        const char *text = draft_text(d, i);
        size_t len = d->pieces[i].len;

        if (i > 0)
            buf_addc(out, '\n');
        if (small && d->pieces[i].kind != LOG && len > 2 && text[0] >= 'A' && text[0] <= 'Z' &&
            text[1] >= 'a' && text[1] <= 'z') {
            buf_addc(out, (char)(text[0] - 'A' + 'a'));
            text++;
            len--;
        }
        buf_add(out, text, small && text[len - 1] == '.' ? len - 1 : len);
    }
}

/* One line, which would often be said in the same words by others: so it names its resource. */
static void lay_out_line(struct writer *w, struct buf *out, const struct draft *d)
{
    const struct facts *f = &w->facts;

    add_pieces(out, d, ALL_BUT_LOG, " ");
    switch (rng_below(&w->rng, 4)) {
    case 0:
        buf_addf(out, " (%s, %s)", f->resource, f->region);
        break;
    case 1:
        buf_addf(out, " It concerns %s in %s, since %s.", f->resource, f->region, f->time);
        break;
    case 2:
        buf_addf(out, " %s %s, request id %08x.", f->region, f->resource,
                 (unsigned)rng_next(&w->rng));
        break;
    default:
        buf_addf(out, " [%s / %s / %s]", f->service_short, f->resource, f->zone);
        break;
    }
}

typedef void layout_fn(struct writer *w, struct buf *out, const struct draft *d);

/* How often each layout is used, by length of the message. */
static const struct layout {
    layout_fn *lay_out;
    unsigned in_short, in_long;
    bool needs_error;
} layouts[] = {
    {lay_out_mail, 48, 36, false},    {lay_out_bullets, 6, 18, false},
    {lay_out_timeline, 0, 12, false}, {lay_out_log, 10, 14, true},
    {lay_out_forward, 4, 11, false},  {lay_out_form, 9, 7, false},
    {lay_out_chat, 23, 2, false},
};

static layout_fn *draw_layout(struct writer *w)
{
    bool is_short = w->words_max <= SHORT_WORDS;
    uint64_t at = rng_below(&w->rng, 100);

    if (w->words_max <= DRAFT_ONE_LINE_WORDS)
        return lay_out_line;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        unsigned weight = is_short ? layouts[i].in_short : layouts[i].in_long;

        if (at < weight)
            return layouts[i].needs_error && !writer_error_is_technical(w) ? lay_out_mail
                                                                           : layouts[i].lay_out;
        at -= weight;
    }
    return lay_out_mail;
}

void writer_first(struct writer *w, struct buf *out)
{
    layout_fn *lay_out = draw_layout(w);
    struct draft d;

    draft_gather(&d, w);
    lay_out(w, out, &d);
    draft_clear(&d);
}

static void add_prefix(struct writer *w, struct buf *out)
{
    static const char *const urgent[] = {"URGENT: ", "[P1] ", "Critical: ", "Production down - ",
                                         "!! "};
    static const char *const angry[] = {"AGAIN: ", "Third request: ", "Still not solved: "};

    if (w->severity >= SEVERITY_URGENT && writer_chance(w, 30))
        buf_adds(out, WRITER_ONE_OF(w, urgent));
    else if (w->tone == TONE_ANGRY && writer_chance(w, 25))
        buf_adds(out, WRITER_ONE_OF(w, angry));
}

void writer_subject(struct writer *w, struct buf *out)
{
    struct saying subject = bank_pick(w->own, BANK_SUBJECT, &w->rng);

    add_prefix(w, out);
    if (subject.text == NULL)
        buf_addf(out, "%s: %s", w->facts.service, w->facts.resource);
    else
        facts_fill(out, &w->facts, subject);
    if (writer_chance(w, 18) && strstr(buf_str(out), w->facts.region) == NULL)
        buf_addf(out, " (%s)", w->facts.region);
    else if (writer_chance(w, 15) && strstr(buf_str(out), w->facts.resource) == NULL)
        buf_addf(out, " - %s", w->facts.resource);
}
