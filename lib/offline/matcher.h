#ifndef MAKI_OFFLINE_MATCHER_H
#define MAKI_OFFLINE_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offline/tokens.h"

/*
 * Finds phrases (runs of words) in a text: a trie over the ids of words, so the cost of looking
 * does not depend on how many phrases there are. A name in camel case is met both as a whole and by
 * its parts.
 */
struct matcher;

/* Words are the same when their ids are, or already when their stems are. */
enum matcher_kind { MATCHER_WORDS, MATCHER_STEMS };

struct matcher *matcher_new(enum matcher_kind kind);
void matcher_free(struct matcher *m);

/* Add the phrase that the tokens (with ids) make, parts left out. Several values may share a
 * phrase. */
void matcher_add(struct matcher *m, const struct token *tokens, size_t count, int32_t value);

/* A place where a phrase stands: tokens[first] to tokens[last]. */
struct match {
    int32_t value;
    size_t first, last;
};

/* Called for each, by first token, then shorter before longer. */
typedef void matcher_fn(void *context, const struct match *match);
void matcher_find(const struct matcher *m, const struct token *tokens, size_t count,
                  matcher_fn *each, void *context);

/* The longest phrase that starts at tokens[first]; false if there is none. */
bool matcher_longest(const struct matcher *m, const struct token *tokens, size_t count,
                     size_t first, struct match *longest);

#endif
