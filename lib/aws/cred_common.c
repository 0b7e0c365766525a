#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cred.h"
#include "aws/cred_json.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/uri.h"
#include "json/scan.h"

/* What all credential providers need. */

const char *cred_variable(const struct aws_outside *o, const char *name)
{
    return aws_env_get(o->config->env, name);
}

enum cred_outcome cred_nothing(struct error *why, const char *format, ...)
{
    char message[sizeof(why->message)];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    error_set(why, ERR_PERM, "NoCredentials", "%s", message);
    return CRED_NOTHING;
}

enum cred_outcome cred_failed(struct error *why, enum error_kind kind, const char *code,
                              const char *format, ...)
{
    char message[sizeof(why->message)];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    error_set(why, kind, code, "%s", message);
    return CRED_FAILED;
}

enum cred_outcome cred_call(const struct aws_outside *o, const struct aws_fetch *fetch,
                            const char *who, int *status, struct buf *body, struct error *why)
{
    *status = 0;
    error_clear(why);
    if (o->fetch(o->fetch_context, fetch, status, body, why) < 0) {
        error_prefix(why, "%s", who);
        return CRED_FAILED;
    }
    return *status == 200 ? CRED_FOUND : CRED_NOTHING;
}

bool cred_is_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            return false;
    }
    return true;
}

enum cred_outcome cred_read_file(const char *path, const char *who, struct buf *text,
                                 struct error *why)
{
    if (file_read(path, text, why) < 0) {
        why->kind = ERR_PERM;
        error_prefix(why, "%s", who);
        return CRED_FAILED;
    }
    while (text->len > 0 && strchr(" \t\r\n", text->data[text->len - 1]) != NULL)
        buf_truncate(text, text->len - 1);
    if (text->len == 0 || strlen(buf_str(text)) != text->len || !cred_is_printable(buf_str(text)))
        return cred_failed(why, ERR_PERM, "InvalidToken", "%s: %.200s holds no token", who, path);
    return CRED_FOUND;
}

static bool is_sendable(const char *text, size_t bytes_max)
{
    return *text != '\0' && uri_is_visible(text) && strlen(text) <= bytes_max;
}

enum cred_outcome cred_from_texts(const struct cred_texts *texts, const char *who,
                                  struct aws_credentials *c, struct error *why)
{
    enum { ID_BYTES_MAX = 128, SECRET_BYTES_MAX = 256 };

    if (!is_sendable(texts->id, ID_BYTES_MAX) || strpbrk(texts->id, "/,") != NULL ||
        !is_sendable(texts->secret, SECRET_BYTES_MAX) ||
        (texts->token != NULL && !is_sendable(texts->token, CRED_TOKEN_BYTES_MAX)))
        return cred_failed(why, ERR_PERM, "InvalidCredentials",
                           "%s: the keys are too long, or have characters that keys never have",
                           who);
    aws_credentials_clear(c);
    c->access_key_id = mem_strdup(texts->id);
    c->secret_access_key = mem_strdup(texts->secret);
    c->session_token = mem_strdup(texts->token);
    c->expires_ms = texts->expires_ms;
    snprintf(c->source, sizeof(c->source), "%s", who);
    return CRED_FOUND;
}

int cred_parse_time(const char *text, int64_t *ms)
{
    size_t len = strlen(text);
    char iso[40];

    if (len >= sizeof(iso))
        return -1;
    memcpy(iso, text, len + 1);
    if (len > 3 && strcmp(iso + len - 3, "UTC") == 0)
        memcpy(iso + len - 3, "Z", 2);
    return time_parse_iso(iso, ms);
}

static int read_expiration(const struct buf *json, const struct cred_names *names, int64_t *ms)
{
    struct buf text;
    int status;

    *ms = INT64_MAX;
    if (cred_json_find(json, names->expiration).at == NULL)
        return names->token_needed ? -1 : 0;
    if (names->expiration_is_ms)
        return cred_json_int(json, names->expiration, ms);
    buf_init(&text, 64);
    status = cred_json_text(json, names->expiration, &text) < 0
                 ? -1
                 : cred_parse_time(buf_str(&text), ms);
    buf_clear(&text);
    return status;
}

enum cred_outcome cred_from_json(const struct buf *json, const struct cred_names *names,
                                 const char *who, struct aws_credentials *c, struct error *why)
{
    struct scan_notes notes;
    struct buf id;
    struct buf secret;
    struct buf token;
    struct cred_texts texts;
    enum cred_outcome outcome;

    if (scan_json(buf_str(json), json->len, &notes, why) < 0)
        return cred_failed(why, ERR_PERM, "InvalidCredentials", "%s: the answer is no JSON", who);
    buf_init_secret(&id, CRED_TOKEN_BYTES_MAX);
    buf_init_secret(&secret, CRED_TOKEN_BYTES_MAX);
    buf_init_secret(&token, CRED_TOKEN_BYTES_MAX);
    if (cred_json_text(json, names->id, &id) < 0 ||
        cred_json_text(json, names->secret, &secret) < 0 ||
        (cred_json_text(json, names->token, &token) < 0 && names->token_needed) ||
        read_expiration(json, names, &texts.expires_ms) < 0) {
        outcome = cred_failed(why, ERR_PERM, "InvalidCredentials",
                              "%s: the answer has not %s, %s%s%s and %s as they should be", who,
                              names->id, names->secret, names->token_needed ? ", " : "",
                              names->token_needed ? names->token : "", names->expiration);
    } else {
        texts.id = buf_str(&id);
        texts.secret = buf_str(&secret);
        texts.token = token.len ? buf_str(&token) : NULL;
        outcome = cred_from_texts(&texts, who, c, why);
    }
    buf_clear(&id);
    buf_clear(&secret);
    buf_clear(&token);
    return outcome;
}

void cred_hide(struct error *why, const char *secret)
{
    enum { CUT_BYTES_MIN = 6 };
    size_t len = secret ? strlen(secret) : 0;

    for (char *at = why->message; len > 0 && *at != '\0'; at++) {
        size_t left = strlen(at);
        bool whole = left >= len && memcmp(at, secret, len) == 0;
        bool cut = left < len && left >= CUT_BYTES_MIN && memcmp(at, secret, left) == 0;

        if (whole || cut)
            memset(at, '*', whole ? len : left);
    }
}
