#ifndef MAKI_AWS_CANONICAL_H
#define MAKI_AWS_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * The canonical forms that AWS Signature Version 4 is computed over: text in, text out, nothing
 * secret. See
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * Each appends to `out`, whose state a caller checks once with buf_full. 0, or -1 with ERR_DATA
 * where a request has no canonical form, or more headers or parameters than these.
 */
enum { CANONICAL_HEADERS_MAX = 64, CANONICAL_PARAMS_MAX = 128 };

/*
 * The path, given as on the wire; "" is "/". Usually empty and dot segments go and what is
 * percent-encoded is encoded once more; `verbatim` is for S3, where a/../b and a//b name objects.
 */
int canonical_path(struct buf *out, const char *path, bool verbatim, struct error *err);

/*
 * The query, given as on the wire: each key and value decoded and encoded anew, sorted by key, then
 * value; "a" becomes "a=". A bare '+' is a space, as servers read it.
 */
int canonical_query(struct buf *out, const char *query, struct error *err);

/*
 * "name:value\n" for each header, sorted by name; and "name;name" to `names`. Names are lowered; of
 * white space nothing stays around a value and one space inside; the values of one name are joined
 * by commas in the order given.
 */
int canonical_headers(struct buf *out, struct buf *names, const struct http_header *headers,
                      size_t count, struct error *err);

#endif
