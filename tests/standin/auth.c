#include "auth.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

enum { SKEW_MS_MAX = 5 * 60 * 1000, KEYS_BYTES_MAX = 1 << 20, PART_SIZE = 256 };

#define ALGORITHM "AWS4-HMAC-SHA256"

static int add_line(struct auth *auth, char *line)
{
    static const char blank[] = " \t\r";
    char *rest = NULL;
    char *kind = strtok_r(line, blank, &rest);
    char *id = kind ? strtok_r(NULL, blank, &rest) : NULL;
    char *secret = id ? strtok_r(NULL, blank, &rest) : NULL;
    char *token = secret ? strtok_r(NULL, blank, &rest) : NULL;

    if (kind == NULL || *kind == '#')
        return 0;
    if (strcmp(kind, "bearer") == 0 && id != NULL) {
        auth->bearers = mem_grow(auth->bearers, &auth->bearer_cap, auth->bearer_count + 1,
                                 sizeof(*auth->bearers));
        auth->bearers[auth->bearer_count++] = mem_strdup(id);
        return 0;
    }
    if (secret == NULL || (strcmp(kind, "key") == 0) != (token == NULL) ||
        (token != NULL && strcmp(kind, "session") != 0 && strcmp(kind, "expired") != 0))
        return -1;
    auth->keys = mem_grow(auth->keys, &auth->key_cap, auth->key_count + 1, sizeof(*auth->keys));
    auth->keys[auth->key_count++] = (struct auth_key){
        mem_strdup(id), mem_strdup(secret), mem_strdup(token), strcmp(kind, "expired") == 0};
    return 0;
}

int auth_init(struct auth *auth, const char *path, const char *region, struct error *err)
{
    struct buf text;
    char *rest = NULL;
    int status;

    memset(auth, 0, sizeof(*auth));
    auth->region = region;
    sigv4_init(&auth->sigv4);
    buf_init(&text, KEYS_BYTES_MAX);
    buf_adds(&text, "\n");
    status = file_read(path, &text, err);
    for (char *line = status == 0 ? strtok_r(text.data, "\n", &rest) : NULL;
         line != NULL && status == 0; line = strtok_r(NULL, "\n", &rest)) {
        if (add_line(auth, line) < 0)
            status = error_set(err, ERR_CONFIG, "BadKeys",
                               "%s: a line that is none of \"key ID "
                               "SECRET\", \"session ID SECRET TOKEN\", \"expired …\", \"bearer "
                               "TOKEN\"",
                               path);
    }
    buf_clear(&text);
    return status;
}

void auth_clear(struct auth *auth)
{
    for (size_t i = 0; i < auth->key_count; i++) {
        free(auth->keys[i].id);
        free(auth->keys[i].secret);
        free(auth->keys[i].token);
    }
    for (size_t i = 0; i < auth->bearer_count; i++)
        free(auth->bearers[i]);
    free(auth->keys);
    free(auth->bearers);
    sigv4_clear(&auth->sigv4);
}

/* The parts of an Authorization header: ID/DATE/REGION/SERVICE/aws4_request. */
struct scope {
    char id[PART_SIZE], date[PART_SIZE], region[PART_SIZE], service[PART_SIZE], end[PART_SIZE];
    char signed_headers[4096];
    char signature[PART_SIZE];
};

/* Copy up to one of `stops`; what stands there, or NULL if it does not fit. */
static const char *take(const char *text, const char *stops, char *out, size_t size)
{
    size_t len = strcspn(text, stops);

    if (len == 0 || len >= size)
        return NULL;
    memcpy(out, text, len);
    out[len] = '\0';
    return text + len;
}

static bool parse_credential(const char *text, struct scope *scope)
{
    char *parts[] = {scope->id, scope->date, scope->region, scope->service, scope->end};

    for (size_t i = 0; i < 5; i++) {
        text = take(text, "/, ", parts[i], PART_SIZE);
        if (text == NULL || (i < 4 && *text++ != '/'))
            return false;
    }
    return strcmp(scope->end, "aws4_request") == 0;
}

/* The named part, "SignedHeaders=…". */
static bool parse_part(const char *value, const char *name, char *out, size_t size)
{
    const char *at = strstr(value, name);

    return at != NULL && take(at + strlen(name), ", ", out, size) != NULL;
}

static bool parse_authorization(const char *value, struct scope *scope)
{
    const char *credential = value ? strstr(value, " Credential=") : NULL;

    memset(scope, 0, sizeof(*scope));
    return value != NULL && strncmp(value, ALGORITHM " ", sizeof(ALGORITHM)) == 0 &&
           credential != NULL && parse_credential(credential + 12, scope) &&
           parse_part(value, " SignedHeaders=", scope->signed_headers,
                      sizeof(scope->signed_headers)) &&
           parse_part(value, " Signature=", scope->signature, sizeof(scope->signature));
}

const char *auth_service(const struct message *m, char *service, size_t size)
{
    struct scope scope;

    if (!parse_authorization(message_header(m, "authorization"), &scope))
        scope.service[0] = '\0';
    snprintf(service, size, "%s", scope.service);
    return service;
}

__attribute__((format(printf, 3, 4))) static bool refuse(struct auth_refusal *refusal,
                                                         const char *type, const char *format, ...)
{
    va_list args;

    refusal->status = 403;
    refusal->type = type;
    va_start(args, format);
    vsnprintf(refusal->message, sizeof(refusal->message), format, args);
    va_end(args);
    return false;
}

static const struct auth_key *find_key(const struct auth *auth, const char *id)
{
    for (size_t i = 0; i < auth->key_count; i++) {
        if (strcmp(auth->keys[i].id, id) == 0)
            return &auth->keys[i];
    }
    return NULL;
}

static bool check_key(const struct auth_key *key, const struct message *m,
                      struct auth_refusal *refusal)
{
    const char *token = message_header(m, "x-amz-security-token");
    const char *known = key && key->token ? key->token : "";

    if (key == NULL || strcmp(token ? token : "", known) != 0)
        return refuse(refusal, "UnrecognizedClientException",
                      "The security token included in the request is invalid.");
    if (key->expired)
        return refuse(refusal, "ExpiredTokenException",
                      "The security token included in the request is expired");
    return true;
}

/* "20260102T030405Z" as wall time; -1 if it is none. */
static int parse_date(const char *text, int64_t *ms)
{
    char iso[TIME_ISO_SIZE];

    if (strlen(text) != 16)
        return -1;
    snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 9,
             text + 11, text + 13);
    return time_parse_iso(iso, ms);
}

static bool check_time(const char *date, const struct scope *scope, int64_t now_ms,
                       struct auth_refusal *refusal)
{
    static const char format[] = "%Y%m%dT%H%M%SZ";
    char now[32], limit[32];
    int64_t ms;

    if (date == NULL || parse_date(date, &ms) < 0)
        return refuse(
            refusal, "IncompleteSignatureException",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
            "header.");
    if (strncmp(date, scope->date, 8) != 0 || strlen(scope->date) != 8)
        return refuse(refusal, "InvalidSignatureException",
                      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                      "date from HTTP: '%s' != '%.8s'.",
                      scope->date, date);
    time_format(now_ms, format, now, sizeof(now));
    if (ms < now_ms - SKEW_MS_MAX) {
        time_format(now_ms - SKEW_MS_MAX, format, limit, sizeof(limit));
        return refuse(refusal, "InvalidSignatureException",
                      "Signature expired: %s is now earlier than %s (%s - 5 min.)", date, limit,
                      now);
    }
    if (ms > now_ms + SKEW_MS_MAX) {
        time_format(now_ms + SKEW_MS_MAX, format, limit, sizeof(limit));
        return refuse(refusal, "InvalidSignatureException",
                      "Signature not yet current: %s is still later than %s (%s + 5 min.)", date,
                      limit, now);
    }
    return true;
}

static bool check_scope(const struct auth *auth, const struct scope *scope, const char *service,
                        struct auth_refusal *refusal)
{
    if (strcmp(scope->service, service) != 0)
        return refuse(refusal, "InvalidSignatureException",
                      "Credential should be scoped to correct service: '%s'.", service);
    if (strcmp(scope->region, auth->region) != 0)
        return refuse(refusal, "InvalidSignatureException",
                      "Credential should be scoped to a valid region.");
    return true;
}

static bool is_signed(const struct scope *scope, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = scope->signed_headers; *p != '\0'; p += *p == ';') {
        size_t there = strcspn(p, ";");

        if (there == len && memcmp(p, name, len) == 0)
            return true;
        p += there;
    }
    return false;
}

/* All that has a meaning to AWS must be signed. */
static bool must_be_signed(const char *name)
{
    return strcmp(name, "host") == 0 || strcmp(name, "content-type") == 0 ||
           strncmp(name, "x-amz-", 6) == 0;
}

/* Those of the headers that are signed; false if one that must be is not. */
static bool list_signed(const struct message *m, const struct scope *scope,
                        struct http_header *list, size_t *count, struct auth_refusal *refusal)
{
    *count = 0;
    for (size_t i = 0; i < m->header_count; i++) {
        if (is_signed(scope, m->headers[i].name))
            list[(*count)++] = m->headers[i];
        else if (must_be_signed(m->headers[i].name))
            return refuse(refusal, "InvalidSignatureException",
                          "'%s' must be a 'SignedHeader' in the AWS Authorization.",
                          m->headers[i].name);
    }
    return true;
}

/* What is signed of the body: its hash, or the word for none where that is allowed. */
static bool payload_hash(const struct message *m, const char *service, char hash[DIGEST_HEX_SIZE],
                         struct auth_refusal *refusal)
{
    const char *said = message_header(m, "x-amz-content-sha256");

    digest_sha256_hex(m->body, m->body_len, hash);
    if (said == NULL || strcmp(said, hash) == 0)
        return true;
    if (strcmp(service, "s3") == 0 && strcmp(said, "UNSIGNED-PAYLOAD") == 0) {
        snprintf(hash, DIGEST_HEX_SIZE, "%s", said);
        return true;
    }
    return refuse(refusal, "InvalidSignatureException",
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
}

static bool check_signature(struct auth *auth, const struct message *m, const struct scope *scope,
                            const struct auth_key *key, struct auth_refusal *refusal)
{
    struct http_header headers[MESSAGE_HEADERS_MAX];
    char hash[DIGEST_HEX_SIZE];
    struct sigv4_message message = {
        .method = m->method,
        .path = m->path,
        .query = m->query,
        .headers = headers,
        .payload_hash = hash,
        .amz_date = message_header(m, "x-amz-date"),
        .region = scope->region,
        .service = scope->service,
    };
    struct error err;

    if (!list_signed(m, scope, headers, &message.header_count, refusal) ||
        !payload_hash(m, scope->service, hash, refusal))
        return false;
    if (sigv4_compute(&auth->sigv4, &message, key->secret, &err) == 0 &&
        strcmp(auth->sigv4.signature, scope->signature) == 0)
        return true;
    return refuse(refusal, "InvalidSignatureException",
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
}

static bool check_bearer(const struct auth *auth, const char *token, const char *service,
                         struct auth_refusal *refusal)
{
    for (size_t i = 0; i < auth->bearer_count && strcmp(service, "bedrock") == 0; i++) {
        if (strcmp(auth->bearers[i], token) == 0)
            return true;
    }
    return refuse(refusal, "AccessDeniedException",
                  "Authentication failed: Please make sure your API Key is valid.");
}

bool auth_check(struct auth *auth, const struct message *m, const char *service, int64_t now_ms,
                struct auth_refusal *refusal)
{
    const char *value = message_header(m, "authorization");
    const struct auth_key *key;
    struct scope scope;

    if (value == NULL)
        return refuse(refusal, "MissingAuthenticationTokenException",
                      "Missing Authentication Token");
    if (strncmp(value, "Bearer ", 7) == 0)
        return check_bearer(auth, value + 7, service, refusal);
    if (!parse_authorization(value, &scope))
        return refuse(refusal, "IncompleteSignatureException",
                      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' "
                      "parameters of " ALGORITHM ".");
    key = find_key(auth, scope.id);
    return check_key(key, m, refusal) && check_scope(auth, &scope, service, refusal) &&
           check_time(message_header(m, "x-amz-date"), &scope, now_ms, refusal) &&
           check_signature(auth, m, &scope, key, refusal);
}
