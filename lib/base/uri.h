#ifndef MAKI_BASE_URI_H
#define MAKI_BASE_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Percent-encoding (RFC 3986, section 2.1) the way AWS wants it: all bytes but the unreserved A-Z
 * a-z 0-9 - _ . ~ become %XX with upper-case digits; so do ! ' ( ) * and the bytes of UTF-8.
 */

/* Append the text encoded; bytes of `keep` ("/" for a whole path, "" for one segment) stay. -1 if
 * the buffer is full. */
int uri_encode(struct buf *out, const char *text, size_t len, const char *keep);

/*
 * Append the text decoded; a '%' without two hexadecimal digits stays as it is. A '+' is a space
 * where the text is a query or was encoded as a form. The result may hold any byte, NUL too. -1 if
 * the buffer is full.
 */
int uri_decode(struct buf *out, const char *text, size_t len, bool plus_is_space);

/* True if the text is visible ASCII only (0x21 to 0x7e), as all that is percent-encoded is. */
bool uri_is_visible(const char *text);

#endif
