#ifndef MAKI_OFFLINE_VOCABULARY_H
#define MAKI_OFFLINE_VOCABULARY_H

#include <stddef.h>

#include "base/map.h"
#include "offline/tokens.h"

/*
 * The words that the offline model knows, by number, each with its stem: throttled, throttling and
 * throttle share one. A stem is a number of the same kind.
 */
struct vocabulary {
    struct map *words;
    int32_t *stems; /* by word */
    size_t stem_count, stem_cap;
};

void vocabulary_init(struct vocabulary *v);
void vocabulary_clear(struct vocabulary *v);

/* Set the ids and stems of the tokens from `first` on. `learn` adds words that are new; `look_up`
 * leaves them at TOKEN_NONE. */
void vocabulary_learn(struct vocabulary *v, struct token_list *list, size_t first);
void vocabulary_look_up(const struct vocabulary *v, struct token_list *list, size_t first);

/* Numbers are below this. */
size_t vocabulary_count(const struct vocabulary *v);

#endif
