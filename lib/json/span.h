#ifndef MAKI_JSON_SPAN_H
#define MAKI_JSON_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The parts of a JSON text where they stand in it, for those who must give back the same bytes:
 * numbers, escapes and the order of members stay as they are written. All texts here must have
 * passed scan_json. A span borrows from its text; `at` is NULL where there is none.
 */
struct json_span {
    const char *at;
    size_t len;
};

/* The whole value without the white space around it. */
struct json_span json_span_whole(const char *text, size_t len);

/* The first byte, which tells the kind: '{' '[' '"' 't' 'f' 'n', '0' for any number; 0 for none. */
char json_span_kind(struct json_span span);

/* The members of an object or the elements of an array, one after the other. */
struct json_walk {
    const char *p, *end;
    struct json_span name; /* a member's, with its quotes; none in an array */
    struct json_span value;
};
void json_walk_init(struct json_walk *walk, struct json_span container);
bool json_walk_next(struct json_walk *walk);

/* How many members or elements; 0 for what has none. */
size_t json_span_count(struct json_span container);

/* An object's member by a name that is written without escapes; none if it is no object. */
struct json_span json_span_member(struct json_span object, const char *name);

/* Append what a string stands for; bad text becomes U+FFFD. -1 if it is no string or the buffer is
 * full. */
int json_span_text(struct json_span string, struct buf *out);

/* A whole number within [min, max]; -1 if it is none. */
int json_span_int(struct json_span number, long min, long max, long *value);

/* Append the text without the white space between its parts. -1 if the buffer is full. */
int json_compact(struct buf *out, const char *text, size_t len);

/* Append a form that is the same for texts that differ only in white space, the order of members
 * and how characters are escaped. Numbers stay as written. -1 if the buffer is full. */
int json_span_canonical(struct json_span span, struct buf *out);

#endif
