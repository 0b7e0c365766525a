#ifndef MAKI_JSON_SCAN_H
#define MAKI_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * A strict look at one JSON text (RFC 8259) before libjq builds values from it: libjq lets NaN, 01,
 * +1, duplicate names and cut UTF-16 pass without a word, and a support case that means two things
 * must not become an insight.
 */
enum { SCAN_DEPTH_MAX = 512, SCAN_MEMBERS_MAX = 10000 };

struct scan_notes {
    bool bad_utf8;       /* a string has bytes that are not UTF-8: see repair.h */
    bool lone_surrogate; /* \ud800 without its other half: likewise */
    bool long_number; /* a number with more digits than a double holds, or of a size that it may not
                         hold */
    size_t error_at;  /* on failure: the offset of the byte that cannot stand where it does */
};

/*
 * 0 if `text` is one JSON value with nothing but white space around it; *notes tells what libjq
 * will not keep as it is. -1 with ERR_DATA and the byte offset: syntax, a name given twice in one
 * object (also if it is so only once repaired), nesting over SCAN_DEPTH_MAX, an object of over
 * SCAN_MEMBERS_MAX members, a number beyond 10^±1,000,000.
 */
int scan_json(const char *text, size_t len, struct scan_notes *notes, struct error *err);

#endif
