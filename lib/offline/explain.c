#include "offline/explain.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum { QUOTES_MAX = 3, QUOTE_BYTES_MAX = 80 };

static const char *place_of(const struct document *doc, const struct finding *e)
{
    const struct doc_message *m = &doc->messages[doc->sentences[e->sentence].message];

    switch (m->voice) {
    case VOICE_FACTS:
        return "case data";
    case VOICE_SUBJECT:
        return "subject";
    case VOICE_CUSTOMER:
        return m->turn == 0 ? "customer" : "customer, later";
    case VOICE_AWS:
        break;
    }
    return "AWS reply";
}

/* A piece of the case in double quotes, on one line. */
static void add_quote(struct buf *out, const struct document *doc, const struct finding *e)
{
    const char *text = buf_str(&doc->text) + e->start;
    size_t len = e->end - e->start;
    size_t kept = utf8_clip(text, len, QUOTE_BYTES_MAX);

    buf_addc(out, '"');
    for (size_t i = 0; i < kept; i++) {
        bool space = strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0';

        if (space && out->data[out->len - 1] == ' ')
            continue;
        buf_addc(out, space ? ' ' : text[i]);
    }
    buf_adds(out, kept < len ? "...\"" : "\"");
}

/* The same words need no second quote. */
static bool is_quoted(const struct document *doc, const struct finding *const *quoted, size_t count,
                      const struct finding *e)
{
    const char *text = buf_str(&doc->text);

    for (size_t i = 0; i < count; i++) {
        const struct finding *q = quoted[i];
        size_t len = q->end - q->start;

        if (q->cue == e->cue ||
            (len == e->end - e->start && strncasecmp(text + q->start, text + e->start, len) == 0))
            return true;
        if (q->start < e->end && e->start < q->end)
            return true;
    }
    return false;
}

/* Quote the strongest evidence for the category; result->findings is sorted that way. How many were
 * quoted. */
static size_t add_quotes(struct buf *out, const struct classification *result,
                         const struct knowledge *k, const struct document *doc)
{
    const struct finding *quoted[QUOTES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < result->findings.count && count < QUOTES_MAX; i++) {
        const struct finding *e = &result->findings.items[i];

        if (e->points <= 0 || k->cues[e->cue].category != (uint32_t)result->category ||
            is_quoted(doc, quoted, count, e))
            continue;
        quoted[count++] = e;
        buf_adds(out, count > 1 ? ", " : ": ");
        add_quote(out, doc, e);
        buf_addf(out, " (%s)", place_of(doc, e));
    }
    return count;
}

void explain(struct buf *out, const struct classification *result, const struct knowledge *k,
             const struct document *doc)
{
    const struct category *items = k->set->items;

    if (result->category < 0) {
        buf_adds(out, "Nothing in the case stands out for any of the categories.");
        return;
    }
    buf_addf(out, "What speaks for %s", items[result->category].name);
    if (add_quotes(out, result, k, doc) == 0)
        buf_adds(out,
                 ": its words are closest to those of this category's description and examples");
    buf_addc(out, '.');
    if (result->runner_up >= 0 && result->scores[result->runner_up] > 0)
        buf_addf(out, " Next closest: %s.", items[result->runner_up].name);
}
