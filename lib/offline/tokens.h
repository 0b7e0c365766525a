#ifndef MAKI_OFFLINE_TOKENS_H
#define MAKI_OFFLINE_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Words as the offline model sees them: runs of letters and digits in lower case, accents taken off
 * (é e, ß ss), a plural s taken off (quotas quota). A name in camel case stays one word, and its
 * parts follow it as words of their own: InsufficientInstanceCapacity, insufficient, instance,
 * capacity. In scripts without spaces (Chinese, Japanese, Korean) every character is a word, so
 * that a sequence of words is a piece of the text.
 */
enum { TOKEN_NONE = -1, TOKEN_WORD_BYTES_MAX = 64 };

struct token {
    uint32_t start, end; /* bytes of the text it came from */
    uint32_t word;       /* where its normal form starts in token_list.words */
    uint16_t word_len;
    uint8_t parts; /* so many of the tokens behind it are parts of it */
    bool is_part;
    int32_t
        id; /* in a vocabulary (vocabulary.h); TOKEN_NONE until looked up, and for unknown words */
    int32_t stem; /* the same for what it has in common with its other forms */
};

struct token_list {
    struct token *items;
    size_t count, cap;
    struct buf words;
};

void tokens_init(struct token_list *list);
void tokens_clear(struct token_list *list);
void tokens_reset(struct token_list *list);

/* Append the words of a text; `base` is added to their positions. */
void tokens_split(struct token_list *list, const char *text, size_t len, size_t base);

/* A token's normal form, token->word_len bytes long (not NUL-terminated), valid until the list
 * changes. */
const char *token_word(const struct token_list *list, const struct token *token);

#endif
