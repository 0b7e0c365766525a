#ifndef MAKI_OFFLINE_KNOWLEDGE_H
#define MAKI_OFFLINE_KNOWLEDGE_H

#include <stddef.h>
#include <stdint.h>

#include "maki/category.h"
#include "offline/lexicon.h"
#include "offline/matcher.h"

/*
 * What the offline model knows of the categories: their cue phrases, and for each word how much it
 * speaks for which category (Okapi BM25; a category's description, example cases, cue phrases and
 * playbook are its one document). All in whole numbers, so that every machine gives the same
 * answers.
 */
enum { KNOWLEDGE_UNIT = 1000 }; /* weights and impacts are in thousandths */

struct cue {
    uint32_t category; /* index in the set */
    int32_t weight;
    int32_t word; /* of a phrase of one word, which must be met as it is; longer ones are met in all
                     forms of their words */
};

struct impact {
    uint32_t category;
    int32_t points;
};

struct knowledge {
    const struct category_set *set;
    struct matcher *cue_phrases; /* value: index of a cue */
    struct cue *cues;
    size_t cue_count, cue_cap;
    struct impact *impacts; /* of word w: impacts[starts[w]] to impacts[starts[w + 1]] */
    uint32_t *starts;
    size_t word_count; /* words from this id on speak for none */
};

/* Learns from the set; words join the lexicon's vocabulary. The set must outlive it. */
void knowledge_init(struct knowledge *k, struct lexicon *lexicon, const struct category_set *set);
void knowledge_clear(struct knowledge *k);

/* The impacts of a word: how many there are, *first is the first. */
size_t knowledge_impacts(const struct knowledge *k, int32_t word, const struct impact **first);

#endif
