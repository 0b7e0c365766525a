#ifndef MAKI_OFFLINE_PROSE_H
#define MAKI_OFFLINE_PROSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The sentences of a message, and what kind of line they stand in: what a case says is in its text;
 * greetings, signatures and quoted earlier messages say nothing new.
 */
enum prose_kind {
    PROSE_TEXT,
    PROSE_LOG,       /* program output, code, tables */
    PROSE_GREETING,  /* "Hi team," */
    PROSE_SIGNATURE, /* "Best regards," and what follows */
    PROSE_QUOTE,     /* "> …", "On … wrote:" and what follows */
};

enum { SENTENCE_BYTES_MAX = 1000 };

struct sentence {
    uint32_t start,
        end; /* bytes of the message, without white space around them and without a list's bullet */
    enum prose_kind kind;
};

struct sentence_list {
    struct sentence *items;
    size_t count, cap;
};

/* Append the sentences of a message in their order; `base` is added to their positions. The list
 * starts zeroed. */
void prose_split(struct sentence_list *list, const char *text, size_t len, size_t base);
void sentence_list_clear(struct sentence_list *list);

#endif
