#ifndef MAKI_HTTP_FIXTURE_H
#define MAKI_HTTP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "http/transport.h"
#include "json/span.h"

/*
 * A fixture: one request and the answers to it, in the order in which they came, as a JSON file for
 * people to read and edit (docs/fixtures.md has the format). The same exchanges make the same
 * bytes: nothing of time, request ids or hosts is in it, and no secret (scrub.h).
 */
enum {
    FIXTURE_VERSION = 1,
    FIXTURE_BYTES_MAX = 512 << 20,
    FIXTURE_RESPONSES_MAX = 100000,
    FIXTURE_DIGEST_SIZE = 17, /* 16 hexadecimal digits and a NUL */
};

/*
 * What a request is known by: the digest of method, service, path, query, those headers that change
 * its meaning (scrub_is_meaning), and body. Signatures do not count, nor does the order of the
 * query's parameters, nor the white space, order and escapes of a body that is JSON.
 */
void fixture_digest(const struct http_request *request, char digest[FIXTURE_DIGEST_SIZE]);

/* The same request, byte for byte in what counts: a quick answer where it is true; where it is
 * false, digests tell. */
bool fixture_same(const struct http_request *a, const struct http_request *b);

/* The file's name below the folder of fixtures: "SERVICE/METHOD-WORDS-DIGEST.json". The caller
 * frees. */
char *fixture_name(const struct http_request *request, const char *digest);

/* The digest in such a name: false if it has none. */
bool fixture_name_digest(const char *name, char digest[FIXTURE_DIGEST_SIZE]);

/* Append a request or a response as compact JSON. A response's method is that of its request. -1 if
 * the buffer is full. */
int fixture_add_request(struct buf *out, const struct http_request *request);
int fixture_add_response(struct buf *out, const char *method, const struct http_response *response);

/* Append the file's text, for people, from such parts: `responses` has them with commas between.
 * -1 if the buffer is full. */
int fixture_join(struct buf *out, struct json_span request, struct json_span responses);

struct fixture;

/*
 * Read a fixture from a text, which is copied; `name` is for messages. NULL with ERR_DATA, file
 * name and line. Free with fixture_free.
 */
struct fixture *fixture_parse(const char *text, size_t len, const char *name, struct error *err);
struct fixture *fixture_read(const char *path, struct error *err);
void fixture_free(struct fixture *f);

/* The request; lives as long as the fixture. */
const struct http_request *fixture_request(const struct fixture *f);

/* How many answers there are (at least one), and one of them: it lives until the next call. -1
 * with ERR_DATA. */
size_t fixture_count(const struct fixture *f);
int fixture_response(struct fixture *f, size_t index, struct http_response *response,
                     struct error *err);

/* The parts of the text. */
struct json_span fixture_request_span(const struct fixture *f);
struct json_span fixture_response_span(const struct fixture *f, size_t index);

#endif
