#ifndef MAKI_BASE_BASE64_H
#define MAKI_BASE_BASE64_H

#include <stddef.h>

#include "base/buf.h"

/* Base64 with padding (RFC 4648, section 4). */

/* Append the bytes encoded; -1 if the buffer is full. */
int base64_encode(struct buf *out, const void *data, size_t len);

/* Append what the text stands for; -1 if it is not base64, without line breaks and with its
 * padding, or the buffer is full. */
int base64_decode(struct buf *out, const char *text, size_t len);

#endif
