#ifndef MAKI_OFFLINE_CLASSIFY_H
#define MAKI_OFFLINE_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offline/document.h"
#include "offline/findings.h"
#include "offline/knowledge.h"

/* Which category a document belongs to: evidence by cue phrases, and BM25 over all its words. */

/* How the sums are made, in hundredths. Tuned as the weights of findings.h. */
struct classify_weights {
    int repeated; /* what a phrase counts that stood in the case before */
    int further;  /* what each further piece of evidence for a category counts of the one before */
    int words;    /* BM25 against cue phrases */
    int words_half;  /* not in hundredths: so many words bring half of what very many would */
    int other_below; /* in thousandths of a cue's unit: a score below is no evidence */
};
extern const struct classify_weights classify_weights;

/* The outcome, and memory that is used again from document to document. */
struct classification {
    int category;                 /* index in the set, or -1 for "other" */
    int runner_up;                /* the next in score, or -1 if there is none */
    int64_t *scores;              /* by category, in thousandths of a cue's unit */
    struct finding_list findings; /* strongest first */
    const struct finding_weights *finding_weights;
    const struct classify_weights *weights;
    int64_t *word_points; /* by category: of the scores, what comes from BM25 */
    int64_t *shares;      /* by category: what the next evidence counts */
    uint32_t *counted;    /* by cue: how often it was met */
    uint32_t *seen;       /* by stem: the number of the document that had it last */
    size_t seen_count;
    uint32_t document;
};

/* With the weights above; they may be exchanged afterwards. Free with classification_clear. */
void classification_init(struct classification *result, const struct knowledge *k);
void classification_clear(struct classification *result);

/* What may be answered: `allowed` by category index, NULL for all; `other` tells whether "other"
 * may be. */
struct classify_choice {
    const bool *allowed;
    bool other;
};
void classify(struct classification *result, const struct knowledge *k,
              const struct lexicon *lexicon, const struct document *doc,
              const struct classify_choice *choice);

/* True if the classified document has a word of this stem that is no stop word. */
bool classification_has_word(const struct classification *result, int32_t stem);

#endif
