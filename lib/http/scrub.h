#ifndef MAKI_HTTP_SCRUB_H
#define MAKI_HTTP_SCRUB_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/transport.h"

/*
 * What of an exchange may stand in a fixture. Headers are let through by name, never kept out by
 * name: who signs in a new way tomorrow leaks nothing. Bodies pass as they are, but for error
 * bodies that quote the signed request.
 */

/* False for exchanges that are about credentials themselves: they are never written, whatever came
 * of them. */
bool scrub_may_record(const struct http_request *request);

/* Headers by their lower-case names. Of a response, a content-length says something only where
 * there is no body. */
bool scrub_keeps_request_header(const char *name);
bool scrub_keeps_response_header(const char *method, const char *name);

/* True for those that, with method, service, path, query and body, make a request what it is. */
bool scrub_is_meaning(const char *name);
extern const char *const scrub_meaning[]; /* ends with NULL */

/* Append a query without the parameters that sign or authorise it, or a URL without those and
 * without user and password. -1 if the buffer is full. */
int scrub_query(struct buf *out, const char *query);
int scrub_url(struct buf *out, const char *url);

/* Append the body of a response: the same, or for an error that repeats keys, tokens or signatures
 * one that names the error only. -1 if the buffer is full. */
int scrub_response_body(struct buf *out, const struct http_response *response);

#endif
