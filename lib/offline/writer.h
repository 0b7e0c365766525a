#ifndef MAKI_OFFLINE_WRITER_H
#define MAKI_OFFLINE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rng.h"
#include "maki/wordbank.h"
#include "offline/bank.h"
#include "offline/facts.h"

/* One synthetic case while it is written: its chance, its facts, and what has been said already. */
enum writer_tone { TONE_NEUTRAL, TONE_TERSE, TONE_CHATTY, TONE_THANKFUL, TONE_ANGRY };

/* The body's limit is below what synthetic_check refuses. Sentences that do not fit are left out.
 */
enum {
    WRITER_BODY_MAX = 50000,
    WRITER_SUBJECT_MAX = 250,
    SEVERITY_URGENT = 3,
    SEVERITY_CRITICAL = 4
};

struct writer {
    struct rng rng;
    enum writer_tone tone;
    const char *customer;     /* full name */
    const char *engineer;     /* of AWS, likewise */
    int words_min, words_max; /* of the first message */
    int severity;             /* 0 (low) to 4 (critical) */
    bool resolved;
    struct facts facts;
    struct bank *own;
    struct saying mislead; /* of another category; no text in most cases */
    uint64_t used[WORDS_COUNT];
};

/* True in `percent` of a hundred cases. */
bool writer_chance(struct writer *w, unsigned percent);

/* One of the texts of an array. */
const char *writer_one_of(struct writer *w, const char *const *texts, size_t count);
#define WRITER_ONE_OF(w, array) writer_one_of((w), (array), sizeof(array) / sizeof((array)[0]))

/* A general saying not used in this case so far; one without text once all have been. */
struct saying writer_words(struct writer *w, enum wordbank_slot slot);

/* An impact on the business that goes with the severity. */
struct saying writer_impact(struct writer *w);

/* Append a saying, its placeholders filled; the separator stands before it unless it begins the
 * text or has no text. */
void writer_add(struct writer *w, struct buf *out, const char *separator, struct saying saying);

/* "Amara" of "Amara Okonjo-Bell", and "amara.okonjo-bell@example.com". */
void writer_add_first_name(struct buf *out, const char *name);
void writer_add_address(struct buf *out, const char *name);

/* Some lines of a log as people paste it, the error message among them. */
void writer_add_log(struct writer *w, struct buf *out, int lines);

/* True if the error message reads like one that a log would hold. */
bool writer_error_is_technical(const struct writer *w);

/* The subject, and the first message, of the customer. */
void writer_subject(struct writer *w, struct buf *out);
void writer_first(struct writer *w, struct buf *out);

/* A later message's place in the case. */
struct writer_turn {
    bool aws;           /* who writes */
    bool names_cause;   /* this is the reply that says why */
    bool after_cause;   /* the cause is known by now */
    bool last;          /* of the case */
    bool reopened;      /* and all was not well */
    const char *before; /* the body before it, for quoting, and who wrote it */
    const char *before_author;
};
void writer_later(struct writer *w, const struct writer_turn *turn, struct buf *out);

#endif
