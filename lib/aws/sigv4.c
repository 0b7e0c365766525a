#include "aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/canonical.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/uri.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { DAY_LEN = 8 }; /* of "20260102T030405Z" */

void sigv4_init(struct sigv4 *s)
{
    memset(s, 0, sizeof(*s));
    buf_init(&s->canonical_request, SIGV4_BYTES_MAX);
    buf_init(&s->string_to_sign, SIGV4_BYTES_MAX);
    buf_init(&s->signed_headers, SIGV4_BYTES_MAX);
    buf_init(&s->authorization, SIGV4_BYTES_MAX);
}

/* Empty a text, leaving nothing of it in memory, and have room for `len` bytes at once: growing
 * leaves copies behind. */
static int start_text(struct buf *text, size_t len)
{
    mem_wipe(text->data, text->len);
    buf_reset(text);
    return buf_room(text, len) ? 0 : -1;
}

void sigv4_clear(struct sigv4 *s)
{
    struct buf *texts[] = {&s->canonical_request, &s->string_to_sign, &s->signed_headers,
                           &s->authorization};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        mem_wipe(texts[i]->data, texts[i]->cap);
        buf_clear(texts[i]);
    }
    mem_wipe(s->keys, sizeof(s->keys));
    sigv4_init(s);
}

/* RFC 2104 with SHA-256. `out` may be the key. */
static void hmac(const void *key, size_t key_len, const void *data, size_t len,
                 unsigned char out[DIGEST_SIZE])
{
    unsigned char result[DIGEST_SIZE];

    /* OpenSSL fails here only without memory, which is fatal everywhere in this program. */
    if (HMAC(EVP_sha256(), key, (int)key_len, data, len, result, NULL) == NULL)
        abort();
    memcpy(out, result, sizeof(result));
    mem_wipe(result, sizeof(result));
}

static void chain(unsigned char key[DIGEST_SIZE], const char *text)
{
    hmac(key, DIGEST_SIZE, text, strlen(text), key);
}

static void derive_key(const struct sigv4_message *m, const char *secret,
                       unsigned char key[DIGEST_SIZE])
{
    char first[sizeof("AWS4") + SIGV4_SECRET_MAX];

    snprintf(first, sizeof(first), "AWS4%s", secret);
    hmac(first, strlen(first), m->amz_date, DAY_LEN, key);
    mem_wipe(first, sizeof(first));
    chain(key, m->region);
    chain(key, m->service);
    chain(key, "aws4_request");
}

/* The NULs between the parts keep "ab", "c" and "a", "bc" apart. */
static void key_id(const struct sigv4_message *m, const char *secret, char id[DIGEST_HEX_SIZE])
{
    struct digest *d = digest_new();

    digest_add(d, m->amz_date, DAY_LEN);
    digest_add(d, m->region, strlen(m->region) + 1);
    digest_add(d, m->service, strlen(m->service) + 1);
    digest_add(d, secret, strlen(secret));
    digest_finish_hex(d, id);
}

/* The signing key, from the cache if it was used lately. */
static const unsigned char *signing_key(struct sigv4 *s, const struct sigv4_message *m,
                                        const char *secret)
{
    char id[DIGEST_HEX_SIZE];
    struct sigv4_key *key;

    key_id(m, secret, id);
    for (size_t i = 0; i < SIGV4_KEYS_MAX; i++) {
        if (memcmp(s->keys[i].id, id, sizeof(id)) == 0)
            return s->keys[i].bytes;
    }
    key = &s->keys[s->next_key];
    s->next_key = (s->next_key + 1) % SIGV4_KEYS_MAX;
    derive_key(m, secret, key->bytes);
    memcpy(key->id, id, sizeof(id));
    return key->bytes;
}

static void add_scope(struct buf *out, const struct sigv4_message *m)
{
    buf_addf(out, "%.*s/%s/%s/aws4_request", DAY_LEN, m->amz_date, m->region, m->service);
}

static int refuse(struct error *err, const char *what)
{
    return error_set(err, ERR_DATA, "InvalidRequest", "a request cannot be signed: %s", what);
}

/* At least as long as the canonical request will be. */
static size_t canonical_bytes(const struct sigv4_message *m)
{
    size_t bytes = strlen(m->method) + 3 * strlen(m->path) + 4 * strlen(m->query) +
                   strlen(m->payload_hash) + 16;

    for (size_t i = 0; i < m->header_count; i++)
        bytes += 2 * strlen(m->headers[i].name) + strlen(m->headers[i].value) + 4;
    return bytes;
}

static int make_canonical_request(struct sigv4 *s, const struct sigv4_message *m, struct error *err)
{
    struct buf *out = &s->canonical_request;
    size_t bytes = canonical_bytes(m);

    if (start_text(out, bytes) < 0 || start_text(&s->signed_headers, bytes) < 0)
        return refuse(err, "it is too large");
    buf_adds(out, m->method);
    buf_addc(out, '\n');
    if (canonical_path(out, m->path, strcmp(m->service, "s3") == 0, err) < 0)
        return -1;
    buf_addc(out, '\n');
    if (canonical_query(out, m->query, err) < 0)
        return -1;
    buf_addc(out, '\n');
    if (canonical_headers(out, &s->signed_headers, m->headers, m->header_count, err) < 0)
        return -1;
    buf_addc(out, '\n');
    buf_add(out, buf_str(&s->signed_headers), s->signed_headers.len);
    buf_addc(out, '\n');
    buf_adds(out, m->payload_hash);
    return 0;
}

static void make_string_to_sign(struct sigv4 *s, const struct sigv4_message *m)
{
    char hash[DIGEST_HEX_SIZE];
    struct buf *out = &s->string_to_sign;

    digest_sha256_hex(buf_str(&s->canonical_request), s->canonical_request.len, hash);
    buf_reset(out);
    buf_addf(out, ALGORITHM "\n%s\n", m->amz_date);
    add_scope(out, m);
    buf_addc(out, '\n');
    buf_adds(out, hash);
}

/* "20260102T030405Z" */
static bool is_amz_date(const char *text)
{
    static const char shape[] = "00000000T000000Z";

    for (size_t i = 0; i < sizeof(shape); i++) {
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    }
    return true;
}

/* Part of a credential scope, whose parts are divided by slashes. */
static bool is_scope_part(const char *text)
{
    return *text != '\0' && uri_is_visible(text) && strpbrk(text, "/,") == NULL;
}

/* A hash, or one of the words that stand for one. */
static bool is_payload_hash(const char *text)
{
    if (strspn(text, "0123456789abcdef") == 2 * DIGEST_SIZE)
        return text[2 * DIGEST_SIZE] == '\0';
    return strcmp(text, "UNSIGNED-PAYLOAD") == 0 ||
           strcmp(text, "STREAMING-UNSIGNED-PAYLOAD-TRAILER") == 0;
}

static int check_message(const struct sigv4_message *m, struct error *err)
{
    if (*m->method == '\0' || !uri_is_visible(m->method))
        return refuse(err, "it has no method");
    if (!is_payload_hash(m->payload_hash))
        return refuse(err, "x-amz-content-sha256 is neither a hash nor a word for none");
    if (!is_amz_date(m->amz_date))
        return refuse(err, "its time is out of range");
    if (!is_scope_part(m->region))
        return error_set(err, ERR_CONFIG, "InvalidRegion", "not the name of a region: \"%.40s\"",
                         m->region);
    if (!is_scope_part(m->service))
        return error_set(err, ERR_CONFIG, "InvalidService", "not the name of a service: \"%.40s\"",
                         m->service);
    return 0;
}

int sigv4_compute(struct sigv4 *s, const struct sigv4_message *message,
                  const char *secret_access_key, struct error *err)
{
    unsigned char signature[DIGEST_SIZE];

    s->signature[0] = '\0';
    if (*secret_access_key == '\0' || strlen(secret_access_key) > SIGV4_SECRET_MAX)
        return error_set(err, ERR_PERM, "InvalidCredentials",
                         "the secret access key is empty or too long");
    if (check_message(message, err) < 0 || make_canonical_request(s, message, err) < 0)
        return -1;
    make_string_to_sign(s, message);
    hmac(signing_key(s, message, secret_access_key), DIGEST_SIZE, buf_str(&s->string_to_sign),
         s->string_to_sign.len, signature);
    digest_hex(signature, s->signature);
    return 0;
}

/* Headers that may change between us and the service, as the AWS SDKs have them; and those that are
 * ours to write. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {
        "cache-control",
        "connection",
        "expect",
        "from",
        "keep-alive",
        "max-forwards",
        "pragma",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
        "authorization",
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return strncasecmp(name, "proxy-", 6) == 0 || strncasecmp(name, "sec-", 4) == 0;
}

/* What the request says is signed of its body, else the body's hash. */
static const char *choose_payload_hash(struct sigv4 *s, const struct http_request *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, "x-amz-content-sha256") == 0)
            return request->headers[i].value;
    }
    digest_sha256_hex(request->body, request->body_len, s->payload_hash);
    return s->payload_hash;
}

static void add_header(struct sigv4 *s, const char *name, const char *value)
{
    s->headers[s->header_count++] = (struct http_header){name, value};
}

/* A token with a line end in it would be a header of its own. */
static int check_credentials(const struct sigv4_credentials *c, struct error *err)
{
    if (*c->access_key_id == '\0' || !uri_is_visible(c->access_key_id) ||
        strpbrk(c->access_key_id, "/,") != NULL)
        return error_set(err, ERR_PERM, "InvalidCredentials",
                         "the access key id is empty or has characters that cannot be sent");
    if (c->session_token != NULL && !uri_is_visible(c->session_token))
        return error_set(err, ERR_PERM, "InvalidCredentials",
                         "the session token has characters that cannot be sent");
    return 0;
}

static int check_target(const struct sigv4_target *target, struct error *err)
{
    if (*target->host == '\0' || !uri_is_visible(target->host) ||
        strpbrk(target->host, "/?#@,") != NULL)
        return error_set(err, ERR_CONFIG, "InvalidHost", "not the name of a host: \"%.100s\"",
                         target->host);
    return 0;
}

/* All that is signed: the request's own headers, the host, and what goes along. -1 if there are too
 * many. */
static int list_signed(const struct sigv4 *s, const struct http_request *request,
                       struct http_header *list, size_t *count)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_left_out(request->headers[i].name))
            continue;
        if (*count == CANONICAL_HEADERS_MAX - SIGV4_HEADERS_MAX)
            return -1;
        list[(*count)++] = request->headers[i];
    }
    for (size_t i = 0; i < s->header_count; i++)
        list[(*count)++] = s->headers[i];
    return 0;
}

static void make_authorization(struct sigv4 *s, const struct sigv4_message *m,
                               const char *access_key_id)
{
    struct buf *out = &s->authorization;

    buf_reset(out);
    buf_addf(out, ALGORITHM " Credential=%s/", access_key_id);
    add_scope(out, m);
    buf_addf(out, ", SignedHeaders=%s, Signature=%s", buf_str(&s->signed_headers), s->signature);
}

static int sign(struct sigv4 *s, const struct http_request *request,
                const struct sigv4_target *target, const struct sigv4_credentials *c,
                struct error *err)
{
    struct http_header headers[CANONICAL_HEADERS_MAX] = {{"host", target->host}};
    struct sigv4_message message = {
        .method = request->method,
        .path = request->path,
        .query = request->query,
        .headers = headers,
        .header_count = 1,
        .payload_hash = choose_payload_hash(s, request),
        .amz_date = s->amz_date,
        .region = target->region,
        .service = target->service,
    };

    time_format(target->now_ms, "%Y%m%dT%H%M%SZ", s->amz_date, sizeof(s->amz_date));
    add_header(s, "x-amz-content-sha256", message.payload_hash);
    add_header(s, "x-amz-date", s->amz_date);
    if (c->session_token != NULL && *c->session_token != '\0')
        add_header(s, "x-amz-security-token", c->session_token);
    if (list_signed(s, request, headers, &message.header_count) < 0)
        return refuse(err, "it has too many headers");
    if (sigv4_compute(s, &message, c->secret_access_key, err) < 0)
        return -1;
    make_authorization(s, &message, c->access_key_id);
    if (buf_full(&s->authorization))
        return refuse(err, "it is too large");
    add_header(s, "authorization", buf_str(&s->authorization));
    return 0;
}

int sigv4_sign(struct sigv4 *s, const struct http_request *request,
               const struct sigv4_target *target, const struct sigv4_credentials *credentials,
               struct error *err)
{
    s->header_count = 0;
    if (check_credentials(credentials, err) < 0 || check_target(target, err) < 0)
        return -1;
    if (sign(s, request, target, credentials, err) == 0)
        return 0;
    s->header_count = 0; /* half of them would be worse than none */
    return -1;
}
