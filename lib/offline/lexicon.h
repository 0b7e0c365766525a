#ifndef MAKI_OFFLINE_LEXICON_H
#define MAKI_OFFLINE_LEXICON_H

#include <stdbool.h>

#include "offline/matcher.h"
#include "offline/tokens.h"
#include "offline/vocabulary.h"

/*
 * What the offline model knows of language in general, from the files of share/: words that carry
 * no meaning, feelings, negations, and how sentences reason. Words get their ids from a vocabulary
 * that all parts of the model share.
 */
struct lexicon {
    struct vocabulary *vocabulary; /* borrowed */
    bool *stop;                    /* by word id; ids from stop_count on are no stop words */
    size_t stop_count, stop_cap;
    struct matcher *feelings;    /* value: weight in tenths */
    struct matcher *negations;   /* value: 0 */
    struct matcher *intensities; /* value: factor in tenths */
    struct matcher *causes, *doubts, *denials, *boilerplate;
    struct token_list scratch;
};

/* Reads the files, which are part of the program. The vocabulary must outlive it. */
void lexicon_init(struct lexicon *lexicon, struct vocabulary *vocabulary);
void lexicon_clear(struct lexicon *lexicon);

bool lexicon_is_stop(const struct lexicon *lexicon, int32_t word);

/* Add a phrase, as text, to a matcher; its words join the vocabulary. */
void lexicon_learn(struct lexicon *lexicon, struct matcher *matcher, const char *text, size_t len,
                   int32_t value);

#endif
