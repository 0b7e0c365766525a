#ifndef MAKI_BASE_UTF8_H
#define MAKI_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, at most U+10FFFF. */

/* Length in bytes (1 to 4) of the sequence that starts at p; its code point in *code unless NULL. 0
 * if it is invalid. */
size_t utf8_decode(const char *p, size_t len, uint32_t *code);

/* How many bytes from the start are valid: `len` if all are. */
size_t utf8_valid_prefix(const char *text, size_t len);

/* Cut to at most `max` bytes without splitting a character: the length to keep. */
size_t utf8_clip(const char *text, size_t len, size_t max);

#endif
