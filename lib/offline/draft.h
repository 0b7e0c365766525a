#ifndef MAKI_OFFLINE_DRAFT_H
#define MAKI_OFFLINE_DRAFT_H

#include <stddef.h>

#include "base/buf.h"
#include "offline/writer.h"

/* The material of a customer's first message: sentences and a log, up to the length that is wanted,
 * not laid out yet. */
enum piece_kind { OPENING, CONTEXT, SYMPTOM, DETAIL, LOG, IMPACT, MOOD, ASK, PIECE_KINDS };

enum { DRAFT_PIECES_MAX = 96, DRAFT_ONE_LINE_WORDS = 30 };

struct piece {
    enum piece_kind kind;
    size_t start, len;
};

struct draft {
    struct buf text; /* all pieces, one after another */
    struct piece pieces[DRAFT_PIECES_MAX];
    size_t count;
    int counts[PIECE_KINDS];
    int words;
};

/* Fill an uninitialised draft; free it with draft_clear. It has at least one piece. */
void draft_gather(struct draft *draft, struct writer *w);
void draft_clear(struct draft *draft);

/* The text of a piece, not NUL-terminated. */
const char *draft_text(const struct draft *draft, size_t piece);

#endif
