#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cred.h"
#include "base/uri.h"

/*
 * AWS IAM Identity Center: the access token that `aws sso login` left behind is exchanged for a
 * role's keys.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 */
enum { TIMEOUT_MS = 20000, URL_BYTES_MAX = 4096 };

/* What a profile says about it. */
struct login {
    const struct aws_outside *o;
    const char *profile;
    const char *session; /* NULL: the profile itself has the rest, as old ones do */
    const char *start_url;
    const char *region;
    const char *account_id;
    const char *role_name;
    char who[128];
    struct error *why;
};

static enum cred_outcome missing(struct login *l, const char *where, const char *key)
{
    return cred_failed(l->why, ERR_CONFIG, "BadConfig", "%s: %.100s has no %s", l->who, where, key);
}

static enum cred_outcome read_login(struct login *l)
{
    const struct profiles *p = l->o->config->profiles;
    enum profile_section section = PROFILE;
    const char *name = l->profile;

    l->session = profiles_get(p, PROFILE, l->profile, "sso_session");
    l->account_id = profiles_get(p, PROFILE, l->profile, "sso_account_id");
    l->role_name = profiles_get(p, PROFILE, l->profile, "sso_role_name");
    if (l->session != NULL) {
        section = SSO_SESSION;
        name = l->session;
    }
    if (l->session != NULL && !profiles_has(p, SSO_SESSION, l->session))
        return cred_failed(l->why, ERR_CONFIG, "BadConfig",
                           "%s: there is no section [sso-session %.80s]", l->who, l->session);
    l->region = profiles_get(p, section, name, "sso_region");
    l->start_url = profiles_get(p, section, name, "sso_start_url");
    if (l->region == NULL)
        return missing(l, l->session ? "the sso-session" : "the profile", "sso_region");
    if (l->start_url == NULL)
        return missing(l, l->session ? "the sso-session" : "the profile", "sso_start_url");
    if (l->account_id == NULL)
        return missing(l, "the profile", "sso_account_id");
    return l->role_name == NULL ? missing(l, "the profile", "sso_role_name") : CRED_FOUND;
}

static enum cred_outcome make_url(struct login *l, struct buf *url)
{
    struct aws_endpoint_query query = {.service = AWS_SSO, .region = l->region};
    struct aws_endpoint endpoint;

    if (aws_endpoint_find(l->o->config, &query, &endpoint, l->why) < 0)
        return CRED_FAILED;
    aws_endpoint_url(&endpoint, "/federation/credentials?role_name=", url);
    uri_encode(url, l->role_name, strlen(l->role_name), "");
    buf_adds(url, "&account_id=");
    uri_encode(url, l->account_id, strlen(l->account_id), "");
    return buf_full(url) ? missing(l, "the profile", "sso_role_name that is short enough")
                         : CRED_FOUND;
}

static enum cred_outcome exchange(struct login *l, const char *url, const char *token,
                                  struct aws_credentials *c)
{
    static const struct cred_names names = {.id = "roleCredentials.accessKeyId",
                                            .secret = "roleCredentials.secretAccessKey",
                                            .token = "roleCredentials.sessionToken",
                                            .expiration = "roleCredentials.expiration",
                                            .token_needed = true,
                                            .expiration_is_ms = true};
    struct http_header header = {"x-amz-sso_bearer_token", token};
    struct aws_fetch fetch = {"GET", url, &header, 1, "", 0, TIMEOUT_MS, l->o->config->max_attempts,
                              false};
    struct buf body;
    enum cred_outcome outcome;
    int status;

    buf_init_secret(&body, CRED_BODY_BYTES_MAX);
    outcome = cred_call(l->o, &fetch, l->who, &status, &body, l->why);
    if (outcome == CRED_FOUND) {
        outcome = cred_from_json(&body, &names, l->who, c, l->why);
    } else if (outcome == CRED_NOTHING && status == 401) {
        outcome = cred_failed(l->why, ERR_PERM, "SsoExpired",
                              "%s: the session is over: run aws sso login --profile %.80s", l->who,
                              l->profile);
    } else if (outcome == CRED_NOTHING) {
        outcome = cred_failed(l->why, status >= 500 || status == 429 ? ERR_UNAVAILABLE : ERR_PERM,
                              "SsoFailed", "%s: status %d for role %.60s in account %.20s", l->who,
                              status, l->role_name, l->account_id);
        l->why->retryable = l->why->kind == ERR_UNAVAILABLE;
    }
    buf_clear(&body);
    return outcome;
}

enum cred_outcome cred_sso(const struct aws_outside *o, const char *name, struct aws_credentials *c,
                           struct error *why)
{
    struct login l = {.o = o, .profile = name, .why = why};
    struct cred_sso_session session = {.profile = name};
    struct buf url;
    struct buf token;
    enum cred_outcome outcome;

    snprintf(l.who, sizeof(l.who), "profile '%.80s': SSO", name);
    buf_init(&url, URL_BYTES_MAX);
    buf_init_secret(&token, CRED_TOKEN_BYTES_MAX);
    outcome = read_login(&l);
    if (outcome == CRED_FOUND)
        outcome = make_url(&l, &url);
    if (outcome == CRED_FOUND) {
        session.cache_name = l.session ? l.session : l.start_url;
        session.region = l.region;
        session.renewable = l.session != NULL;
        session.who = l.who;
        outcome = cred_sso_token(o, &session, &token, why);
    }
    if (outcome == CRED_FOUND)
        outcome = exchange(&l, buf_str(&url), buf_str(&token), c);
    cred_hide(why, buf_str(&token));
    buf_clear(&url);
    buf_clear(&token);
    return outcome;
}
