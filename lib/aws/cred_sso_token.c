#include <stdlib.h>
#include <string.h>

#include "aws/cred.h"
#include "aws/cred_json.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/scan.h"

/*
 * The access token of an SSO session, in ~/.aws/sso/cache/<SHA-1 of the session's name>.json,
 * shared with the AWS CLI and SDKs; renewed by the refresh token in the same file.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 */
enum { TIMEOUT_MS = 20000, URL_BYTES_MAX = 1024, RENEW_MS = 5 * 60 * 1000 };

struct cache {
    const struct aws_outside *o;
    const struct cred_sso_session *session;
    char *path;
    struct buf text; /* of the file */
    int64_t expires_ms;
    struct error *why;
};

static enum cred_outcome log_in(const struct cache *k, const char *what)
{
    return cred_failed(k->why, ERR_PERM, "SsoExpired", "%s: %s: run aws sso login --profile %.80s",
                       k->session->who, what, k->session->profile);
}

static enum cred_outcome read_cache(struct cache *k)
{
    const char *home = k->o->config->home;
    char name[DIGEST_SHA1_HEX_SIZE];
    struct scan_notes notes;
    struct buf time;
    int status;

    if (home == NULL)
        return cred_failed(k->why, ERR_CONFIG, "BadConfig", "%s: HOME is not set", k->session->who);
    digest_sha1_hex(k->session->cache_name, strlen(k->session->cache_name), name);
    k->path = mem_printf("%s/.aws/sso/cache/%s.json", home, name);
    if (!file_exists(k->path))
        return log_in(k, "nobody has logged in");
    if (file_read(k->path, &k->text, k->why) < 0)
        return CRED_FAILED;
    buf_init(&time, 64);
    status = scan_json(buf_str(&k->text), k->text.len, &notes, k->why);
    if (status == 0)
        status = cred_json_text(&k->text, "expiresAt", &time);
    if (status == 0)
        status = cred_parse_time(buf_str(&time), &k->expires_ms);
    buf_clear(&time);
    return status == 0 ? CRED_FOUND : log_in(k, "the session's file is damaged");
}

/* Append "name":"value" with a member of the file as the value. -1 if it has none. */
static int add_member(const struct cache *k, struct buf *body, const char *name)
{
    struct cred_span value = cred_json_find(&k->text, name);

    if (value.at == NULL || *value.at != '"')
        return -1;
    buf_addf(body, ",\"%s\":", name);
    return buf_add(body, value.at, value.len);
}

/* Put a value, as JSON, in the place of a member's. */
static void replace(struct buf *json, const char *name, const char *value, size_t len)
{
    struct cred_span old = cred_json_find(json, name);
    struct buf text;

    if (old.at == NULL)
        return;
    buf_init_secret(&text, json->max);
    buf_add(&text, json->data, (size_t)(old.at - json->data));
    buf_add(&text, value, len);
    buf_adds(&text, old.at + old.len);
    if (!buf_full(&text)) {
        buf_reset(json);
        buf_add(json, text.data, text.len);
    }
    buf_clear(&text);
}

static void replace_from(struct buf *json, const struct buf *reply, const char *name)
{
    struct cred_span value = cred_json_find(reply, name);

    if (value.at != NULL && *value.at == '"')
        replace(json, name, value.at, value.len);
}

/*
 * {"accessToken":…,"expiresIn":…,"refreshToken":…} goes into the text; others who use the session
 * find it in the file.
 */
static int take_reply(struct cache *k, const struct buf *reply)
{
    struct scan_notes notes;
    struct error ignored;
    char time[TIME_ISO_SIZE + 2];
    int64_t seconds = 0;
    struct buf token;
    int status;

    buf_init_secret(&token, CRED_TOKEN_BYTES_MAX);
    status = scan_json(buf_str(reply), reply->len, &notes, &ignored);
    if (status == 0)
        status = cred_json_text(reply, "accessToken", &token);
    if (status == 0)
        status = cred_json_int(reply, "expiresIn", &seconds);
    buf_clear(&token);
    if (status < 0 || seconds <= 0 || seconds > 366 * 86400)
        return -1;
    k->expires_ms = clock_now_ms(k->o->clock) + seconds * 1000;
    time_format(k->expires_ms, "\"%Y-%m-%dT%H:%M:%SZ\"", time, sizeof(time));
    replace_from(&k->text, reply, "accessToken");
    replace_from(&k->text, reply, "refreshToken");
    replace(&k->text, "expiresAt", time, strlen(time));
    return 0;
}

static void write_cache(const struct cache *k)
{
    struct file_write write = {
        .path = k->path, .data = k->text.data, .len = k->text.len, .mode = 0600};
    struct error ignored;

    file_write_atomic(&write, NULL, &ignored); /* else the next one renews it as well */
}

static int send_renewal(struct cache *k, const struct buf *body, struct buf *reply)
{
    static const struct http_header header = {"content-type", "application/json"};
    struct aws_endpoint_query query = {.service = AWS_SSO_OIDC, .region = k->session->region};
    struct aws_endpoint endpoint;
    struct aws_fetch fetch = {"POST",    NULL,       &header, 1,    body->data,
                              body->len, TIMEOUT_MS, 1,       false};
    struct buf url;
    enum cred_outcome outcome;
    int status;

    if (aws_endpoint_find(k->o->config, &query, &endpoint, k->why) < 0)
        return -1;
    buf_init(&url, URL_BYTES_MAX + URL_PATH_SIZE);
    aws_endpoint_url(&endpoint, "/token", &url);
    fetch.url = buf_str(&url);
    outcome = cred_call(k->o, &fetch, k->session->who, &status, reply, k->why);
    buf_clear(&url);
    return outcome == CRED_FOUND ? 0 : -1;
}

/* -1 if it cannot be renewed; it may still be good for a while. */
static int renew(struct cache *k)
{
    struct buf body;
    struct buf reply;
    int status = -1;

    buf_init_secret(&body, CRED_BODY_BYTES_MAX);
    buf_init_secret(&reply, CRED_BODY_BYTES_MAX);
    buf_adds(&body, "{\"grantType\":\"refresh_token\"");
    if (add_member(k, &body, "clientId") == 0 && add_member(k, &body, "clientSecret") == 0 &&
        add_member(k, &body, "refreshToken") == 0 && buf_adds(&body, "}") == 0)
        status = send_renewal(k, &body, &reply);
    if (status == 0)
        status = take_reply(k, &reply);
    if (status == 0)
        write_cache(k);
    buf_clear(&body);
    buf_clear(&reply);
    return status;
}

static enum cred_outcome use_cache(struct cache *k, struct buf *token)
{
    int64_t now_ms = clock_now_ms(k->o->clock);

    if (k->session->renewable && k->expires_ms - now_ms <= RENEW_MS)
        renew(k);
    if (k->expires_ms <= now_ms)
        return log_in(k, "the session is over");
    return cred_json_text(&k->text, "accessToken", token) == 0
               ? CRED_FOUND
               : log_in(k, "the session's file has no token");
}

enum cred_outcome cred_sso_token(const struct aws_outside *o,
                                 const struct cred_sso_session *session, struct buf *token,
                                 struct error *why)
{
    struct cache k = {.o = o, .session = session, .why = why};
    enum cred_outcome outcome;

    buf_init_secret(&k.text, CRED_BODY_BYTES_MAX);
    outcome = read_cache(&k);
    if (outcome == CRED_FOUND)
        outcome = use_cache(&k, token);
    buf_clear(&k.text);
    free(k.path);
    return outcome;
}
