#include "offline/summarize.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Sentences shorter than this say little; longer ones leave no room for another. */
enum { SHORT_CHARACTERS = 25, LONG_CHARACTERS = 220, NONE = -1 };

static size_t count_characters(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static size_t characters_of(const struct document *doc, size_t index)
{
    const struct doc_sentence *s = &doc->sentences[index];

    return count_characters(buf_str(&doc->text) + s->start, s->end - s->start);
}

/* A document while it is summarized. */
struct summary {
    const struct document *doc;
    int64_t *evidence; /* by sentence: points for the category, in thousandths of a cue's unit */
};

static int64_t *sum_evidence(const struct classification *result, const struct knowledge *k,
                             const struct document *doc)
{
    int64_t *points = mem_calloc(doc->sentence_count + 1, sizeof(*points));

    for (size_t i = 0; i < result->findings.count; i++) {
        const struct finding *f = &result->findings.items[i];

        if (f->points > 0 && result->category >= 0 &&
            k->cues[f->cue].category == (uint32_t)result->category)
            points[f->sentence] += f->points;
    }
    return points;
}

/* How well a sentence tells what its message is about; the first sentences usually do. */
static int64_t merit(const struct summary *sum, size_t index)
{
    const struct doc_sentence *s = &sum->doc->sentences[index];
    const struct doc_message *m = &sum->doc->messages[s->message];
    size_t characters = characters_of(sum->doc, index);
    int64_t points = sum->evidence[index] / 3;

    points = points > 8000 ? 8000 : points;
    if (m->voice == VOICE_CUSTOMER)
        points += 6000 / (int64_t)(1 + index - m->first_sentence);
    points += s->has_cause ? 3000 : 0;
    points -= s->question ? 1500 : 0;
    points -= characters < SHORT_CHARACTERS ? 6000 : 0;
    points -= characters > LONG_CHARACTERS ? 4000 : 0;
    return points;
}

/* The best sentence of text of one message, or NONE. */
static int best_sentence(const struct summary *sum, size_t message, int64_t *best_merit)
{
    const struct doc_message *m = &sum->doc->messages[message];
    int best = NONE;

    *best_merit = INT64_MIN;
    for (size_t i = m->first_sentence; i < m->first_sentence + m->sentence_count; i++) {
        const struct doc_sentence *s = &sum->doc->sentences[i];
        int64_t own;

        if (s->kind != PROSE_TEXT || s->boilerplate || s->token_count == 0)
            continue;
        own = merit(sum, i);
        if (own > *best_merit) {
            *best_merit = own;
            best = (int)i;
        }
    }
    return best;
}

/* Of all messages of a voice from this turn on: the best sentence. */
static int best_of_voice(const struct summary *sum, enum voice voice, int first_turn)
{
    int64_t most = INT64_MIN;
    int best = NONE;

    for (size_t i = 0; i < sum->doc->message_count; i++) {
        const struct doc_message *m = &sum->doc->messages[i];
        int64_t own;
        int sentence;

        if (m->voice != voice || m->turn < first_turn)
            continue;
        sentence = best_sentence(sum, i, &own);
        if (sentence != NONE && own > most) {
            most = own;
            best = sentence;
        }
    }
    return best;
}

/* The message a customer began with, or NONE. */
static int first_of(const struct document *doc, enum voice voice)
{
    for (size_t i = 0; i < doc->message_count; i++) {
        if (doc->messages[i].voice == voice)
            return (int)i;
    }
    return NONE;
}

/* Append a sentence on one line, with a period if it ends in a letter or digit, clipped to `room`
 * characters. */
static void add_sentence(struct buf *out, const struct document *doc, size_t index, size_t room)
{
    const struct doc_sentence *s = &doc->sentences[index];
    const char *text = buf_str(&doc->text) + s->start;
    size_t len = s->end - s->start;
    size_t used = 0;

    if (out->len > 0)
        buf_addc(out, ' ');
    for (size_t i = 0; i < len && used < room; i++) {
        bool space = strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0';

        if (space && out->len > 0 && out->data[out->len - 1] == ' ')
            continue;
        buf_addc(out, space ? ' ' : text[i]);
        used += i + 1 == len || ((unsigned char)text[i + 1] & 0xc0) != 0x80;
        if (used == room && i + 1 < len) {
            buf_adds(out, "...");
            return;
        }
    }
    if (out->len > 0 && strchr(".!?:;,)\"'", out->data[out->len - 1]) == NULL &&
        (unsigned char)out->data[out->len - 1] < 0x80)
        buf_addc(out, '.');
}

/* What the customer reports: the best sentence of the first message, else the subject. */
static int choose_report(const struct summary *sum)
{
    int first = first_of(sum->doc, VOICE_CUSTOMER);
    int subject = first_of(sum->doc, VOICE_SUBJECT);
    int64_t unused;
    int best = first == NONE ? NONE : best_sentence(sum, (size_t)first, &unused);

    if (best == NONE && subject != NONE && sum->doc->messages[subject].sentence_count > 0)
        best = (int)sum->doc->messages[subject].first_sentence;
    return best;
}

void summarize(struct buf *out, const struct classification *result, const struct knowledge *k,
               const struct document *doc)
{
    struct summary sum = {doc, sum_evidence(result, k, doc)};
    int chosen[3];
    size_t room = SUMMARY_CHARACTERS_MAX;

    chosen[0] = choose_report(&sum);
    chosen[1] = best_of_voice(&sum, VOICE_AWS, 0);
    chosen[2] = best_of_voice(&sum, VOICE_CUSTOMER, 1);
    for (int i = 0; i < 3; i++) {
        size_t need;

        if (chosen[i] == NONE)
            continue;
        need =
            characters_of(doc, (size_t)chosen[i]) + 2; /* a space before, perhaps a period behind */
        if (need > room && room < SUMMARY_CHARACTERS_MAX)
            continue;
        add_sentence(out, doc, (size_t)chosen[i], room - 5);
        room -= need < room ? need : room;
    }
    if (out->len == 0)
        buf_adds(out, "The case has no text.");
    free(sum.evidence);
}
