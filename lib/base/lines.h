#ifndef MAKI_BASE_LINES_H
#define MAKI_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The lines of a text in memory that holds data for us, as the files below share/ do: LF or CRLF, a
 * byte order mark at the start is dropped, blank lines and lines that start with '#' are passed
 * over.
 */
struct lines {
    const char *next, *end;
    const char *text; /* the current line without its end and without white space around it */
    size_t len;
    long number; /* of the current line, from 1 */
};

/* `text` must outlive the reading of it. */
void lines_init(struct lines *lines, const char *text, size_t len);

/* Step to the next line; false at the end. */
bool lines_next(struct lines *lines);

#endif
