#ifndef MAKI_AWS_SIGV4_H
#define MAKI_AWS_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * AWS Signature Version 4 in headers, as a pure function: request, credentials and time go in,
 * headers come out. No clock, no I/O, nothing global. See
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
enum {
    SIGV4_DATE_SIZE = sizeof("20260102T030405Z"),
    SIGV4_KEYS_MAX = 8,
    SIGV4_HEADERS_MAX = 4,
    SIGV4_SECRET_MAX = 256,
    SIGV4_BYTES_MAX =
        256 * 1024, /* of a canonical request, reckoned as if all of it needed encoding */
};

/* A signing key, good for one day, region and service; made from the secret by four HMACs, so it is
 * worth keeping. */
struct sigv4_key {
    char id[DIGEST_HEX_SIZE]; /* a digest of what it was made from; "" for none */
    unsigned char bytes[DIGEST_SIZE];
};

/*
 * A signer: the latest signing keys, room to work in, and the latest results. The caller owns it,
 * between sigv4_init and sigv4_clear; it serves any credentials, regions and services in turn, but
 * one thread at a time.
 */
struct sigv4 {
    struct sigv4_key keys[SIGV4_KEYS_MAX];
    size_t next_key; /* the one to be replaced next */
    /* What the latest signature was made of and from; for tests, and to find out why a server
     * refuses one. */
    struct buf canonical_request; /* holds the session token: not for a log */
    struct buf string_to_sign;
    struct buf signed_headers; /* "host;x-amz-date" */
    char signature[DIGEST_HEX_SIZE];
    /* What sigv4_sign gives. */
    struct http_header headers[SIGV4_HEADERS_MAX];
    size_t header_count;
    struct buf authorization;
    char amz_date[SIGV4_DATE_SIZE];
    char payload_hash[DIGEST_HEX_SIZE];
};

void sigv4_init(struct sigv4 *s);

/* Wipes keys and texts. */
void sigv4_clear(struct sigv4 *s);

struct sigv4_credentials {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token; /* NULL or "" for a long-term key */
};

/* Where and when a request goes. */
struct sigv4_target {
    const char *host;    /* as in the Host header: with the port, unless it is the scheme's own */
    const char *region;  /* "us-east-1" */
    const char *service; /* the signing name: "bedrock" for bedrock-runtime, too */
    int64_t now_ms;      /* as the server sees it, to within five minutes */
};

/*
 * Sign a request with all its headers, but for those that proxies and clients change on the way
 * (Connection, User-Agent, …). Then s->headers[0 .. header_count) are to be sent along, in place of
 * any of that name which the request has: x-amz-content-sha256, x-amz-date, x-amz-security-token if
 * there is a token, authorization. They live until s is used again, or the request or the
 * credentials go. A request that is sent once more, later, is signed once more.
 *
 * The request may say in a header x-amz-content-sha256 what is signed of its body: a hash known
 * already, "UNSIGNED-PAYLOAD", or "STREAMING-UNSIGNED-PAYLOAD-TRAILER"; without one the body is
 * hashed here.
 *
 * -1 with ERR_DATA for a request that cannot be signed, ERR_PERM for credentials and ERR_CONFIG for
 * a region, service or host that cannot be ones. No message shows a secret.
 */
int sigv4_sign(struct sigv4 *s, const struct http_request *request,
               const struct sigv4_target *target, const struct sigv4_credentials *credentials,
               struct error *err);

/* What a signature covers, down to the letter: for sigv4_sign, and for a server that checks one. */
struct sigv4_message {
    const char *method;
    const char *path;                  /* as on the wire */
    const char *query;                 /* as on the wire */
    const struct http_header *headers; /* all of them are signed */
    size_t header_count;
    const char *payload_hash;
    const char *amz_date; /* "20260102T030405Z" */
    const char *region;
    const char *service;
};

/* Compute s->canonical_request, string_to_sign, signed_headers and signature. Errors as in
 * sigv4_sign. */
int sigv4_compute(struct sigv4 *s, const struct sigv4_message *message,
                  const char *secret_access_key, struct error *err);

#endif
