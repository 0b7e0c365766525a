#include "offline/writer.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

bool writer_chance(struct writer *w, unsigned percent)
{
    return rng_below(&w->rng, 100) < percent;
}

const char *writer_one_of(struct writer *w, const char *const *texts, size_t count)
{
    return texts[rng_below(&w->rng, count)];
}

/* Only the first 64 of a slot are told apart: the built-in file has no more. */
struct saying writer_words(struct writer *w, enum wordbank_slot slot)
{
    size_t count = wordbank_count(slot);
    size_t at = (size_t)rng_below(&w->rng, count);

    for (size_t tries = 0; tries < count; tries++, at = (at + 1) % count) {
        uint64_t bit = UINT64_C(1) << (at % 64);
        const char *text = wordbank_text(slot, at);

        if (w->used[slot] & bit)
            continue;
        w->used[slot] |= bit;
        return (struct saying){text, strlen(text)};
    }
    return (struct saying){NULL, 0};
}

/* The bank has them in order, from none to severe. */
struct saying writer_impact(struct writer *w)
{
    size_t third = wordbank_count(WORDS_IMPACT) / 3;
    size_t first = w->severity >= SEVERITY_URGENT ? 2 * third
                   : w->severity == 0             ? 0
                                                  : (size_t)(w->severity - 1) * third;
    const char *text = wordbank_text(WORDS_IMPACT, first + (size_t)rng_below(&w->rng, third));

    return (struct saying){text, strlen(text)};
}

void writer_add(struct writer *w, struct buf *out, const char *separator, struct saying saying)
{
    if (saying.text == NULL)
        return;
    if (out->len > 0)
        buf_adds(out, separator);
    facts_fill(out, &w->facts, saying);
}

void writer_add_first_name(struct buf *out, const char *name)
{
    buf_add(out, name, strcspn(name, " "));
}

void writer_add_address(struct buf *out, const char *name)
{
    for (; *name; name++) {
        char c = *name;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ')
            buf_addc(out, '.');
        else if ((c >= 'a' && c <= 'z') || c == '-')
            buf_addc(out, c);
    }
    buf_adds(out, "@example.com");
}

bool writer_error_is_technical(const struct writer *w)
{
    static const char *const marks[] = {
        "error",        "exception", "fail",     "denied",  "exceed",  "timed out", "timeout",
        "http",         "unable",    "cannot",   "could",   "reset",   "invalid",   "unsupported",
        "unauthorized", "limit",     "capacity", "refused", "no such", "not ",      NULL};
    const struct saying *error = &w->facts.error;
    char text[160];

    if (error->text == NULL)
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)(error->len < 159 ? error->len : 159), error->text);
    for (size_t i = 0; marks[i] != NULL; i++) {
        if (strcasestr(text, marks[i]) != NULL)
            return true;
    }
    return false;
}

/* A request id, as most services show them. */
static void add_uuid(struct writer *w, struct buf *out)
{
    uint64_t high = rng_next(&w->rng);
    uint64_t low = rng_next(&w->rng);

    buf_addf(out, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
             (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
             (unsigned)(low >> 50 | 0x8000), (unsigned long long)(low & 0xffffffffffff));
}

enum log_style { LOG_PLAIN, LOG_SYSLOG, LOG_BRACKETS, LOG_REQUESTS, LOG_STYLES };

/* What a line begins with. */
static void add_log_stamp(struct writer *w, struct buf *out, enum log_style style, int64_t ms)
{
    char iso[TIME_ISO_SIZE];
    char text[64];

    switch (style) {
    case LOG_PLAIN:
        time_format_iso(ms, iso);
        buf_addf(out, "%s ", iso);
        break;
    case LOG_SYSLOG:
        time_format(ms, "%b %e %H:%M:%S", text, sizeof(text));
        buf_addf(out, "%s ip-10-%u-%u-%u app[%u]: ", text, (unsigned)(w->facts.number_seed % 64),
                 (unsigned)(w->facts.number_seed >> 8) % 256,
                 (unsigned)(w->facts.number_seed >> 16) % 254 + 1,
                 (unsigned)(w->facts.number_seed >> 24) % 30000 + 300);
        break;
    case LOG_BRACKETS:
        time_format(ms, "[%H:%M:%S] ", text, sizeof(text));
        buf_adds(out, text);
        break;
    case LOG_REQUESTS:
        time_format(ms, "%Y/%m/%d %H:%M:%S ", text, sizeof(text));
        buf_adds(out, text);
        add_uuid(w, out);
        buf_addc(out, ' ');
        break;
    case LOG_STYLES:
        break;
    }
}

static void add_log_text(struct writer *w, struct buf *out, bool error)
{
    static const char *const calm[] = {"INFO  start of run",          "INFO  connected",
                                       "DEBUG reading configuration", "INFO  retry in 5 s",
                                       "INFO  job accepted",          "WARN  slow response",
                                       "INFO  worker ready",          "DEBUG sending request"};

    if (!error) {
        buf_adds(out, WRITER_ONE_OF(w, calm));
        return;
    }
    buf_addf(out, "ERROR %s: ", w->facts.resource);
    facts_add_error(out, &w->facts, true);
}

void writer_add_log(struct writer *w, struct buf *out, int lines)
{
    enum log_style style = (enum log_style)rng_below(&w->rng, LOG_STYLES);
    int64_t ms = w->facts.event_ms + (int64_t)rng_below(&w->rng, 50000);

    for (int i = 0; i < lines; i++) {
        if (i > 0)
            buf_addc(out, '\n');
        add_log_stamp(w, out, style, ms);
        add_log_text(w, out, i == lines - 1 || writer_chance(w, 40));
        ms += (int64_t)rng_below(&w->rng, 20000) + 40;
    }
}
