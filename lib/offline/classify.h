#ifndef MAKI_OFFLINE_CLASSIFY_H
#define MAKI_OFFLINE_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offline/document.h"
#include "offline/knowledge.h"

/* Which category a document belongs to, and what speaks for it. */

/* How much what is said counts, in hundredths, by who says it, where and how. Tuned on tests/eval/dev.jsonl. */
struct classify_weights {
    int facts;
    int subject;
    int customer_first, customer_later, customer_last;
    int aws_first, aws_later, aws_last;
    int log;      /* program output */
    int cause;    /* in a sentence that names a cause */
    int doubt;    /* behind words of doubt */
    int question; /* in a question */
    int denied;   /* behind a negation or beside a denial; below 0 it speaks against */
    int repeated; /* each further time a phrase stands in the case */
    int further;  /* what each further piece of evidence for a category counts of the one before */
    int words;    /* BM25 against cue phrases */
    int words_half; /* so many words bring half of what very many would */
    int other_below;       /* a score below is no evidence: "other" */
};
extern struct classify_weights classify_weights;

/* A cue phrase where it was found. */
struct evidence {
    uint32_t cue;
    uint32_t sentence;
    uint32_t start, end; /* bytes of document.text */
    int32_t points;
    uint32_t first, last; /* tokens */
};

struct classification {
    int category; /* index in the set, or -1 for "other" */
    int runner_up; /* -1 if there is none */
    int64_t *scores; /* by category */
    int64_t *word_points;
    struct evidence *evidence;
    size_t evidence_count, evidence_cap;
    int64_t *shares; /* scratch, by category */
    int32_t *best;   /* scratch, by cue: how often it was counted */
    uint32_t *seen;  /* by stem: the number of the document that had it last */
    size_t seen_count;
    uint32_t document;
};

void classification_init(struct classification *result, const struct knowledge *k);
void classification_clear(struct classification *result);

/* True if the classified document has a word of this stem that is no stop word. */
bool classification_has_word(const struct classification *result, int32_t stem);

/* `allowed` by category index, or NULL for all; `other` tells whether the answer may be "other". */
struct classify_choice {
    const bool *allowed;
    bool other;
};
void classify(struct classification *result, const struct knowledge *k, const struct lexicon *lexicon,
              const struct document *doc, const struct classify_choice *choice);

#endif
