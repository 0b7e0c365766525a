#ifndef MAKI_MAKI_CACHE_H
#define MAKI_MAKI_CACHE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * Answers by content: a folder of files named by the digest of the request, each holding a
 * response's body. Written atomically, so any number of processes may share the folder; a file that
 * cannot be read counts as missing.
 */

/* The name of a request: SHA-256 over method, service, path, query and body. */
void cache_key(const struct http_request *request, char key[DIGEST_HEX_SIZE]);

/* True if there is an answer; it is appended to `body`. */
bool cache_get(const char *dir, const char *key, struct buf *body);

int cache_put(const char *dir, const char *key, const char *body, size_t len, struct error *err);

/* Forget an answer that turned out to be of no use. */
void cache_drop(const char *dir, const char *key);

#endif
