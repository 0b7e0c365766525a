#include "offline/bank.h"

#include <stdbool.h>
#include <string.h>

static const char *const slot_names[BANK_SLOTS] = {
    "subject", "opening", "symptom", "detail", "ask", "reply", "followup", "closing", "error"};

/* Most of what is collected is never picked: whole texts are measured when they are. */
enum { NOT_MEASURED = 0 };

static void add(struct bank *b, enum bank_slot slot, const char *text, size_t len)
{
    b->items[slot][b->counts[slot]++ % BANK_SLOT_MAX] = (struct saying){text, len};
}

/* Sayings of one slot stand together in the file as a rule, so the slot before is tried first. */
static int find_slot(const char *name, int before)
{
    if (before < BANK_SLOTS && strcmp(slot_names[before], name) == 0)
        return before;
    for (int slot = 0; slot < BANK_SLOTS; slot++) {
        if (strcmp(slot_names[slot], name) == 0)
            return slot;
    }
    return BANK_SLOTS;
}

static void add_own(struct bank *b, const struct category *category)
{
    int slot = 0;

    for (size_t i = 0; i < category->phrase_list.count; i++) {
        const struct category_phrase *phrase = &category->phrases[i];

        slot = find_slot(phrase->slot, slot);
        if (slot < BANK_SLOTS)
            add(b, (enum bank_slot)slot, phrase->text, NOT_MEASURED);
    }
}

/* The length of the first sentence: up to ".", "!" or "?" before white space, or to the end of the
 * line. */
static size_t sentence_len(const char *text)
{
    const char *p = text;

    while (*p && *p != '\n') {
        p++;
        if (strchr(".!?", p[-1]) && (*p == ' ' || *p == '\n' || *p == '\0'))
            break;
    }
    return (size_t)(p - text);
}

/* Questions are asked, the rest alternates between what is wrong and what else is known. */
static void add_sentences(struct bank *b, const char *text)
{
    bool symptom = true;

    for (;;) {
        size_t len;

        text += strspn(text, " \t\r\n");
        if (*text == '\0')
            return;
        len = sentence_len(text);
        if (text[len - 1] == '?')
            add(b, BANK_ASK, text, len);
        else
            add(b, symptom ? BANK_SYMPTOM : BANK_DETAIL, text, len);
        symptom = !symptom;
        text += len;
    }
}

static void add_borrowed(struct bank *b, const struct category *category)
{
    for (size_t i = 0; i < category->example_list.count; i++) {
        const struct category_example *example = &category->examples[i];

        if (example->subject[0] != '\0')
            add(b, BANK_SUBJECT, example->subject, NOT_MEASURED);
        add_sentences(b, example->text);
    }
    if (b->counts[BANK_SYMPTOM] == 0)
        add_sentences(b, category->description);
}

void bank_collect(struct bank *b, const struct category *category)
{
    memset(b->counts, 0, sizeof(b->counts));
    memset(b->used, 0, sizeof(b->used));
    add_own(b, category);
    if (b->counts[BANK_SYMPTOM] == 0)
        add_borrowed(b, category);
    if (b->counts[BANK_SUBJECT] == 0)
        add(b, BANK_SUBJECT, category->name, NOT_MEASURED);
    for (int slot = 0; slot < BANK_SLOTS; slot++) {
        if (b->counts[slot] > BANK_SLOT_MAX)
            b->counts[slot] = BANK_SLOT_MAX;
    }
}

static struct saying measured(struct saying saying)
{
    if (saying.len == NOT_MEASURED)
        saying.len = strlen(saying.text);
    return saying;
}

struct saying bank_pick(struct bank *b, enum bank_slot slot, struct rng *rng)
{
    size_t count = b->counts[slot];
    size_t at = count ? (size_t)rng_below(rng, count) : 0;

    for (size_t tries = 0; tries < count; tries++, at = (at + 1) % count) {
        uint64_t bit = UINT64_C(1) << (at % 64);

        if (b->used[slot][at / 64] & bit)
            continue;
        b->used[slot][at / 64] |= bit;
        return measured(b->items[slot][at]);
    }
    return (struct saying){NULL, 0};
}
