#ifndef MAKI_OFFLINE_PROSE_LINE_H
#define MAKI_OFFLINE_PROSE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "offline/prose.h"

/* What a single line of a message looks like, without its end. */
struct prose_line {
    const char *text;
    size_t len;
    size_t indent; /* bytes of white space in front */
};

/* Of the whole line. */
bool prose_line_is_quote(const struct prose_line *line); /* "> …" */
bool prose_line_opens_quote(
    const struct prose_line *line); /* "On Monday Jo wrote:", "-----Original Message-----" */
bool prose_line_is_sign_off(const struct prose_line *line); /* "Best regards," and nothing else */
bool prose_line_is_log(const struct prose_line *line);

/* Bytes of a greeting at the line's start: all of "Hi team,", the first ten of "Hello Jo, our
 * database is slow". */
size_t prose_line_greeting(const struct prose_line *line);

/* Bytes of a list's bullet or number at the line's start, with the space behind it: "- ", "1. ",
 * "(2) ". */
size_t prose_line_bullet(const struct prose_line *line);

#endif
