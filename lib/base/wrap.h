#ifndef MAKI_BASE_WRAP_H
#define MAKI_BASE_WRAP_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append words in lines of at most `width` bytes and a newline at the end. The first line goes on
 * at `column`, the others are indented to it; a newline in the text starts a new line at `column`.
 * A word that is too long has a line of its own.
 */
void wrap_text(struct buf *out, const char *text, size_t column, size_t width);

#endif
