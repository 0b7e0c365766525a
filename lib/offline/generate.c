#include "offline/generate.h"

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "maki/synthetic.h"
#include "offline/writer.h"
#include "json/json.h"

enum { MESSAGES_MAX = 20, DATA_BYTES_MAX = 1 << 20, MISLEAD_PERCENT = 10 };

/* Who writes which message, and where the cause comes out. */
struct course {
    bool aws[MESSAGES_MAX];
    int count;
    int cause; /* the message that names it; `count` if none does */
};

/* Chance that depends on the data alone. */
static struct rng seed_by(jv data)
{
    unsigned char digest[DIGEST_SIZE];
    struct buf text;
    uint64_t seed = 0;

    buf_init(&text, DATA_BYTES_MAX);
    json_write_canonical(&text, data);
    digest_sha256(buf_str(&text), text.len, digest);
    buf_clear(&text);
    for (int i = 0; i < 8; i++)
        seed = seed << 8 | digest[i];
    return rng_seed(seed);
}

static bool says(jv data, const char *name, const char *text)
{
    const char *value = json_str(data, name, NULL);

    return value != NULL && strcmp(value, text) == 0;
}

/* In the order of enum writer_tone, and from the lightest on. */
static const char *const tones[] = {"neutral", "terse", "chatty", "thankful", "angry"};
static const char *const severities[] = {"low", "normal", "high", "urgent", "critical"};

/* Which of the names a member has; 0 for none of them. */
static size_t find(jv data, const char *member, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (says(data, member, names[i]))
            return i;
    }
    return 0;
}

static void set_length(struct writer *w, jv data)
{
    const struct synthetic_length *length = synthetic_length_find(json_str(data, "length", NULL));

    w->words_min = length->words_min;
    w->words_max = length->words_max;
}

static struct saying draw_mislead(struct writer *w, const struct category_set *set,
                                  const struct category *own)
{
    struct bank other;
    size_t at;

    if (set->count < 2 || !writer_chance(w, MISLEAD_PERCENT))
        return (struct saying){NULL, 0};
    at = (size_t)rng_below(&w->rng, set->count - 1);
    if (at >= (size_t)(own - set->items))
        at++;
    bank_collect(&other, &set->items[at]);
    return bank_pick(&other, writer_chance(w, 50) ? BANK_OPENING : BANK_SYMPTOM, &w->rng);
}

static void start(struct writer *w, jv data, struct bank *own)
{
    const char *customer = json_str(data, "customer", NULL);
    size_t at;

    *w = (struct writer){.rng = seed_by(data), .own = own};
    w->tone = (enum writer_tone)find(data, "tone", tones, sizeof(tones) / sizeof(tones[0]));
    at = (size_t)rng_below(&w->rng, wordbank_count(WORDS_PERSON));
    w->customer =
        customer && *customer ? customer : wordbank_text(WORDS_PERSON, (size_t)rng_next(&w->rng));
    w->engineer = wordbank_text(WORDS_PERSON, at);
    if (strcmp(w->engineer, w->customer) == 0)
        w->engineer = wordbank_text(WORDS_PERSON, at + 1);
    w->severity =
        (int)find(data, "severity", severities, sizeof(severities) / sizeof(severities[0]));
    w->resolved = says(data, "status", "resolved");
    set_length(w, data);
    facts_draw(&w->facts, data, &w->rng);
    w->facts.error = bank_pick(own, BANK_ERROR, &w->rng);
}

/* Mostly in turns; the status says who had the last word. */
static struct course draw_course(struct writer *w, jv data)
{
    struct course c = {.count = (int)json_int(data, "communications", 1)};
    bool waits = says(data, "status", "pending-customer-action");
    bool silent = says(data, "status", "unassigned");

    c.count = c.count < 1 ? 1 : c.count > MESSAGES_MAX ? MESSAGES_MAX : c.count;
    for (int i = 1; i < c.count; i++)
        c.aws[i] = !silent && c.aws[i - 1] != writer_chance(w, 80);
    if (c.count > 1 && !silent) {
        c.aws[c.count - 1] = waits || (w->resolved && writer_chance(w, c.count == 2 ? 85 : 40)) ||
                             (says(data, "status", "work-in-progress") && writer_chance(w, 50));
        if (c.count > 2 && !c.aws[c.count - 1])
            c.aws[c.count - 2] = true;
    }
    c.cause = c.count;
    if (w->resolved || waits || says(data, "status", "reopened") || c.count > 4) {
        for (int i = 1; i < c.count; i++)
            c.cause = c.aws[i] ? i : c.cause;
        /* an earlier reply may have said it, and the last one takes leave */
        if (c.cause == c.count - 1 && c.count > 3 && c.aws[c.count - 3] && writer_chance(w, 60))
            c.cause = c.count - 3;
    }
    return c;
}

static void append(jv *communications, bool aws, const struct buf *body)
{
    jv communication = jv_object();

    json_set_str(&communication, "from", aws ? "aws" : "customer");
    json_set(&communication, "body", json_string(buf_str(body), body->len));
    json_append(communications, communication);
}

static jv write_communications(struct writer *w, jv data)
{
    struct course c = draw_course(w, data);
    jv communications = jv_array();
    struct buf body;

    buf_init(&body, WRITER_BODY_MAX);
    writer_first(w, &body);
    append(&communications, false, &body);
    for (int i = 1; i < c.count; i++) {
        struct writer_turn turn = {
            .aws = c.aws[i],
            .names_cause = i == c.cause,
            .after_cause = i > c.cause,
            .last = i == c.count - 1,
            .reopened = says(data, "status", "reopened"),
            .before = json_str(json_at(communications, i - 1), "body", NULL),
            .before_author = c.aws[i - 1] ? "Amazon Web Services" : w->customer,
        };

        buf_reset(&body);
        writer_later(w, &turn, &body);
        append(&communications, c.aws[i], &body);
    }
    buf_clear(&body);
    return communications;
}

int offline_generate(const struct category_set *set, jv data, jv *input, struct error *err)
{
    const char *name = json_str(data, "category", NULL);
    const struct category *category = name ? category_find(set, name) : NULL;
    struct writer w;
    struct bank own;
    struct buf subject;

    if (category == NULL)
        return error_set(err, ERR_DATA, "UnknownCategory",
                         "the request names no category that is known");
    bank_collect(&own, category);
    start(&w, data, &own);
    w.mislead = draw_mislead(&w, set, category);
    buf_init(&subject, WRITER_BODY_MAX);
    writer_subject(&w, &subject);
    *input = jv_object();
    json_set(input, "subject",
             json_string(buf_str(&subject),
                         utf8_clip(buf_str(&subject), subject.len, WRITER_SUBJECT_MAX)));
    json_set(input, "communications", write_communications(&w, data));
    json_set_str(input, "language", "en");
    buf_clear(&subject);
    return 0;
}
