#ifndef MAKI_OFFLINE_FINDINGS_H
#define MAKI_OFFLINE_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "offline/document.h"
#include "offline/knowledge.h"
#include "offline/lexicon.h"

/* Cue phrases that stand in a document, and what each counts where it stands. */

/*
 * What is said counts by who says it, where and how: in hundredths. A reply that names a cause
 * counts more than a guess, the end of a conversation more than its beginning. Tuned on
 * tests/eval/dev.jsonl; docs/offline-model.md tells how.
 */
struct finding_weights {
    int facts, subject;
    int customer_first, customer_later, customer_last;
    int aws_first, aws_later, aws_last;
    int log;      /* in program output */
    int cause;    /* in a sentence that names a cause */
    int question; /* in a question */
    int doubt;    /* behind words of doubt */
    int denied;   /* behind a negation, or beside a denial */
};
extern const struct finding_weights finding_weights;

/* What a message counts by these weights. */
int finding_voice_weight(const struct finding_weights *weights, const struct doc_message *message);

struct finding {
    uint32_t cue;         /* index in knowledge.cues */
    uint32_t sentence;    /* of the document */
    uint32_t start, end;  /* bytes of document.text */
    uint32_t first, last; /* words of the sentence */
    int32_t points;       /* in thousandths of a cue's unit; below 0 it speaks against */
};

struct finding_list {
    struct finding *items;
    size_t count, cap;
};

/*
 * Put all evidence in the document into the list, in place of what it held. Where phrases for one
 * category overlap, the strongest stays. The list starts zeroed and is freed by findings_clear.
 */
void findings_collect(struct finding_list *list, const struct knowledge *k,
                      const struct lexicon *lexicon, const struct document *doc,
                      const struct finding_weights *weights);
void findings_clear(struct finding_list *list);

#endif
