/* The messages after the first: AWS's replies, of which a late one names the cause, and what the
 * customer says to them. */
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "offline/writer.h"

enum { QUOTE_BYTES_MAX = 400, QUOTE_LINES_MAX = 4 };

/* Closing words do not say who speaks them; these are AWS's. */
static bool is_aws_closing(const struct saying *saying)
{
    static const char *const customers[] = {
        "lease close", "anks",       "You can",  "You may", "you may", "may be closed", "our side",
        "Closing it",  "apologised", "We adapt", "of ours", "for us",  "no longer ours"};
    static const char *const aws[] = {"resolve",
                                      "Resolv",
                                      "e close",
                                      "I close",
                                      "lose here",
                                      " wish you",
                                      "Thank you for your",
                                      "e consider",
                                      "lad that",
                                      "Happy to hear",
                                      "We hope",
                                      "lease remember",
                                      "come back",
                                      "Sorry",
                                      "reopen",
                                      "reply here",
                                      "the links",
                                      "will close",
                                      "lease do set",
                                      "We are glad",
                                      "lease stay",
                                      "I will keep",
                                      "happy building",
                                      "corrected release",
                                      "Congratulations",
                                      "case resolved",
                                      "Should launches"};

    for (size_t i = 0; i < sizeof(customers) / sizeof(customers[0]); i++) {
        if (memmem(saying->text, saying->len, customers[i], strlen(customers[i])) != NULL)
            return false;
    }
    for (size_t i = 0; i < sizeof(aws) / sizeof(aws[0]); i++) {
        if (memmem(saying->text, saying->len, aws[i], strlen(aws[i])) != NULL)
            return true;
    }
    return false;
}

static struct saying pick_closing(struct writer *w, bool aws)
{
    for (int tries = 0; tries < BANK_SLOT_MAX; tries++) {
        struct saying saying = bank_pick(w->own, BANK_CLOSING, &w->rng);

        if (saying.text == NULL || is_aws_closing(&saying) == aws)
            return saying;
    }
    return (struct saying){NULL, 0};
}

static void add_own(struct writer *w, struct buf *out, enum bank_slot slot)
{
    writer_add(w, out, " ", bank_pick(w->own, slot, &w->rng));
}

static void add_words(struct writer *w, struct buf *out, enum wordbank_slot slot)
{
    writer_add(w, out, " ", writer_words(w, slot));
}

static void fillers(struct writer *w, struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        add_words(w, out, WORDS_FILLER);
}

/* What the engineer has to say. */
static void aws_text(struct writer *w, const struct writer_turn *turn, struct buf *out)
{
    if (turn->names_cause) {
        if (writer_chance(w, 40))
            fillers(w, out, 1);
        add_own(w, out, BANK_REPLY);
        if (w->words_max > 150 && writer_chance(w, 25))
            fillers(w, out, 1);
    } else if (turn->after_cause && turn->last && w->resolved) {
        writer_add(w, out, " ", pick_closing(w, true));
    } else {
        fillers(w, out, 1 + (int)rng_below(&w->rng, 3));
    }
    if (out->len == 0)
        fillers(w, out, 1);
}

static void aws_message(struct writer *w, const struct writer_turn *turn, struct buf *text,
                        struct buf *out)
{
    static const char *const greetings[] = {"Hello ", "Hi ", "Dear ", "Good day, ", ""};
    static const char *const ends[] = {"Best regards,", "Kind regards,", "Regards,",
                                       "Have a good day,", "Sincerely,"};

    aws_text(w, turn, text);
    buf_adds(out, WRITER_ONE_OF(w, greetings));
    writer_add_first_name(out, w->customer);
    buf_addf(out, ",\n\n%s", buf_str(text));
    if (writer_chance(w, 80)) {
        buf_addf(out, "\n\n%s\n", WRITER_ONE_OF(w, ends));
        writer_add_first_name(out, w->engineer);
        buf_adds(out, writer_chance(w, 50) ? "\nAmazon Web Services" : "");
    }
}

/* The customer answers questions, or asks for news. */
static void before_cause(struct writer *w, struct buf *out)
{
    static const char *const nudges[] = {"Any news?", "Is there an update on this?",
                                         "We are still waiting.", "Just checking in on this one.",
                                         "Hello, anybody there?"};

    if (w->tone == TONE_ANGRY && writer_chance(w, 60))
        add_words(w, out, WORDS_ANGER);
    if (writer_chance(w, 20)) {
        buf_addf(out, "%s%s", out->len ? " " : "", WRITER_ONE_OF(w, nudges));
        return;
    }
    for (int i = (int)rng_below(&w->rng, 3); i >= 0; i--)
        add_own(w, out, BANK_DETAIL);
    if (writer_chance(w, 25))
        add_own(w, out, BANK_SYMPTOM);
    if (writer_chance(w, 20) && writer_error_is_technical(w)) {
        buf_adds(out, out->len ? "\n\n" : "");
        writer_add_log(w, out, 2 + (int)rng_below(&w->rng, 5));
    }
    if (out->len == 0)
        add_words(w, out, WORDS_CONTEXT);
}

/* All is well: in the customer's tone. */
static void farewell(struct writer *w, struct buf *out)
{
    if (w->tone == TONE_THANKFUL || (w->tone == TONE_CHATTY && writer_chance(w, 60))) {
        add_words(w, out, WORDS_THANKS);
    } else if (w->tone == TONE_ANGRY) {
        add_own(w, out, BANK_FOLLOWUP);
        if (writer_chance(w, 70))
            add_words(w, out, WORDS_ANGER);
        return;
    } else if (writer_chance(w, 50)) {
        add_own(w, out, BANK_FOLLOWUP);
    }
    if (w->tone == TONE_NEUTRAL && writer_chance(w, 40))
        add_words(w, out, WORDS_NEUTRAL);
    else if (out->len == 0 || writer_chance(w, 50))
        writer_add(w, out, " ", pick_closing(w, false));
}

static void after_cause(struct writer *w, const struct writer_turn *turn, struct buf *out)
{
    if (turn->last && turn->reopened) {
        buf_adds(out, "I have to reopen this case.");
        add_own(w, out, BANK_SYMPTOM);
    } else if (turn->last && w->resolved) {
        farewell(w, out);
        if (out->len > 0)
            return;
    }
    add_own(w, out, BANK_FOLLOWUP);
    if (!turn->last && writer_chance(w, 40))
        add_own(w, out, BANK_ASK);
    if (w->tone == TONE_ANGRY && writer_chance(w, 60))
        add_words(w, out, WORDS_ANGER);
    if (out->len == 0)
        add_words(w, out, WORDS_NEUTRAL);
}

static void customer_message(struct writer *w, const struct writer_turn *turn, struct buf *text,
                             struct buf *out)
{
    if (turn->after_cause)
        after_cause(w, turn, text);
    else
        before_cause(w, text);
    if (w->tone != TONE_TERSE && writer_chance(w, 45)) {
        buf_addf(out, "%s ", writer_chance(w, 50) ? "Hi" : "Hello");
        writer_add_first_name(out, w->engineer);
        buf_adds(out, ",\n\n");
    }
    buf_add(out, buf_str(text), text->len);
    if (w->tone != TONE_TERSE && writer_chance(w, 45)) {
        buf_adds(out, "\n\n");
        if (writer_chance(w, 60)) {
            facts_fill(out, &w->facts, writer_words(w, WORDS_SIGNOFF));
            buf_addc(out, '\n');
        }
        writer_add_first_name(out, w->customer);
    }
}

/* The first lines of the message before, as mail programs quote it. */
static void add_quote(struct writer *w, const struct writer_turn *turn, struct buf *out)
{
    const char *text = turn->before;
    size_t left = utf8_clip(text, strlen(text), QUOTE_BYTES_MAX);
    bool blank = false; /* an empty line is quoted only if another one follows */

    buf_addf(out,
             writer_chance(w, 50) ? "\n\n%s wrote:" : "\n\n-----Original Message-----\nFrom: %s\n",
             turn->before_author);
    for (int line = 0; line < QUOTE_LINES_MAX && left > 0; line++) {
        const char *newline = memchr(text, '\n', left);
        size_t len = newline ? (size_t)(newline - text) : left;

        if (len > 0)
            buf_addf(out, "%s\n> %.*s", blank ? "\n>" : "", (int)len, text);
        blank = len == 0;
        len += newline != NULL;
        text += len;
        left -= len;
    }
}

void writer_later(struct writer *w, const struct writer_turn *turn, struct buf *out)
{
    struct buf text;

    buf_init(&text, WRITER_BODY_MAX);
    if (turn->aws)
        aws_message(w, turn, &text, out);
    else
        customer_message(w, turn, &text, out);
    if (turn->before != NULL && writer_chance(w, turn->aws ? 4 : 14))
        add_quote(w, turn, out);
    buf_clear(&text);
}
