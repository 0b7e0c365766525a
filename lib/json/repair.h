#ifndef MAKI_JSON_REPAIR_H
#define MAKI_JSON_REPAIR_H

#include <stddef.h>

/*
 * A copy of a JSON text that scan_json accepted and found bad_utf8 or lone_surrogate in: each byte
 * that is not part of a UTF-8 sequence, and each \ud8xx or \udcxx without its other half, replaced
 * by U+FFFD; all else as it was. The caller frees it.
 *
 * Not left to libjq: it refuses the lone halves, makes one U+FFFD of several bytes, and takes good
 * bytes behind a bad one at the end of a string with it, so two names that were different here
 * could become one there.
 */
char *repair_text(const char *text, size_t len, size_t *repaired_len);

#endif
