#include <stdio.h>
#include <string.h>

#include "aws/cred.h"

/* A profile's credentials, and those of the profiles that it takes its own from. */
enum { VISITED_MAX = 16 };

/* A way from profile to profile. */
struct walk {
    const struct aws_outside *o;
    const char *visited[VISITED_MAX];
    size_t count;
    struct error *why;
};

static const char *get(const struct walk *w, const char *name, const char *key)
{
    return profiles_get(w->o->config->profiles, PROFILE, name, key);
}

static bool has_keys(const struct walk *w, const char *name)
{
    return get(w, name, "aws_access_key_id") != NULL &&
           get(w, name, "aws_secret_access_key") != NULL;
}

static enum cred_outcome from_keys(struct walk *w, const char *name, struct aws_credentials *c)
{
    struct cred_texts texts = {
        .id = get(w, name, "aws_access_key_id"),
        .secret = get(w, name, "aws_secret_access_key"),
        .token = get(w, name, "aws_session_token"),
        .expires_ms = INT64_MAX,
    };
    char who[128];

    if (texts.id == NULL || texts.secret == NULL)
        return cred_failed(w->why, ERR_CONFIG, "BadConfig", "profile '%.80s' has %s, but no %s",
                           name, texts.id ? "aws_access_key_id" : "aws_secret_access_key",
                           texts.id ? "aws_secret_access_key" : "aws_access_key_id");
    snprintf(who, sizeof(who), "profile '%.80s'", name);
    return cred_from_texts(&texts, who, c, w->why);
}

/* What credential_source means. It must give credentials: the user relies on it. */
static enum cred_outcome from_source(struct walk *w, const char *name, struct aws_credentials *c)
{
    static const struct {
        const char *name;
        cred_provider_fn *provider;
    } sources[] = {{"Environment", cred_env},
                   {"EcsContainer", cred_container},
                   {"Ec2InstanceMetadata", cred_imds}};
    const char *source = get(w, name, "credential_source");

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(source, sources[i].name) != 0)
            continue;
        if (sources[i].provider(w->o, c, w->why) == CRED_FOUND)
            return CRED_FOUND;
        error_prefix(w->why, "profile '%.80s': credential_source %s", name, source);
        return CRED_FAILED;
    }
    return cred_failed(
        w->why, ERR_CONFIG, "BadConfig",
        "profile '%.80s': credential_source is Environment, EcsContainer or Ec2InstanceMetadata",
        name);
}

static bool was_visited(const struct walk *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->visited[i], name) == 0)
            return true;
    }
    return false;
}

static enum cred_outcome resolve(struct walk *w, const char *name, struct aws_credentials *c);

/*
 * The credentials of a source_profile. A profile with keys may name itself: the role is assumed
 * with them.
 */
static enum cred_outcome from_source_profile(struct walk *w, const char *name,
                                             struct aws_credentials *c)
{
    const char *source = get(w, name, "source_profile");
    enum cred_outcome outcome;

    if (strcmp(source, name) == 0 && has_keys(w, name))
        return from_keys(w, name, c);
    if (was_visited(w, source))
        return cred_failed(w->why, ERR_CONFIG, "BadConfig",
                           "profile '%.80s': source_profile %.80s leads in a circle", name, source);
    if (w->count == VISITED_MAX)
        return cred_failed(w->why, ERR_CONFIG, "BadConfig",
                           "profile '%.80s': more than %d profiles lead to one another", name,
                           VISITED_MAX);
    w->visited[w->count++] = source;
    outcome = has_keys(w, source) ? from_keys(w, source, c) : resolve(w, source, c);
    if (outcome == CRED_FOUND)
        return CRED_FOUND;
    error_prefix(w->why, "profile '%.80s': source_profile", name);
    return CRED_FAILED;
}

static enum cred_outcome from_role(struct walk *w, const char *name, struct aws_credentials *c)
{
    struct aws_credentials source = {0};
    struct cred_role role = {
        .arn = get(w, name, "role_arn"),
        .session_name = get(w, name, "role_session_name"),
        .external_id = get(w, name, "external_id"),
        .duration = get(w, name, "duration_seconds"),
        .region = get(w, name, "region"),
        .source = &source,
    };
    bool profile = get(w, name, "source_profile") != NULL;
    enum cred_outcome outcome;

    if (profile && get(w, name, "credential_source") != NULL)
        return cred_failed(w->why, ERR_CONFIG, "BadConfig",
                           "profile '%.80s' has both source_profile and credential_source", name);
    if (get(w, name, "mfa_serial") != NULL)
        return cred_failed(
            w->why, ERR_CONFIG, "MfaNeeded",
            "profile '%.80s' asks for a code (mfa_serial), which nobody can type here: use "
            "credential_process with a tool that asks for it",
            name);
    outcome = profile ? from_source_profile(w, name, &source) : from_source(w, name, &source);
    if (outcome == CRED_FOUND) {
        outcome = cred_assume_role(w->o, &role, c, w->why);
        if (outcome != CRED_FOUND)
            error_prefix(w->why, "profile '%.80s'", name);
    }
    aws_credentials_clear(&source);
    return outcome;
}

static enum cred_outcome from_web_identity(struct walk *w, const char *name,
                                           struct aws_credentials *c)
{
    struct cred_role role = {
        .arn = get(w, name, "role_arn"),
        .session_name = get(w, name, "role_session_name"),
        .region = get(w, name, "region"),
    };
    enum cred_outcome outcome;

    if (role.arn == NULL)
        return cred_failed(w->why, ERR_CONFIG, "BadConfig",
                           "profile '%.80s' has web_identity_token_file, but no role_arn", name);
    outcome =
        cred_assume_with_file(w->o, &role, get(w, name, "web_identity_token_file"), c, w->why);
    if (outcome != CRED_FOUND)
        error_prefix(w->why, "profile '%.80s'", name);
    return outcome;
}

static bool has_sso(const struct walk *w, const char *name)
{
    return get(w, name, "sso_session") != NULL || get(w, name, "sso_start_url") != NULL ||
           get(w, name, "sso_account_id") != NULL || get(w, name, "sso_role_name") != NULL;
}

/* What could not be read of the files may be what is missing now. */
static enum cred_outcome without(struct walk *w, enum cred_outcome outcome, const char *what,
                                 const char *name)
{
    const char *problem = profiles_problem(w->o->config->profiles);

    error_set(w->why, ERR_PERM, "NoCredentials", "%s '%.80s'%s%s", what, name, problem ? ": " : "",
              problem ? problem : "");
    return outcome;
}

/* The profile says nothing that is understood here. */
static enum cred_outcome nothing_there(struct walk *w, const char *name)
{
    if (get(w, name, "role_arn") != NULL)
        return cred_failed(
            w->why, ERR_CONFIG, "BadConfig",
            "profile '%.80s' has role_arn, but none of source_profile, credential_source and "
            "web_identity_token_file",
            name);
    if (get(w, name, "login_session") != NULL)
        return cred_failed(
            w->why, ERR_CONFIG, "BadConfig",
            "profile '%.80s' has a login_session, which only the AWS CLI can use: add "
            "credential_process = aws "
            "configure export-credentials --profile %.80s --format process to another profile",
            name, name);
    return without(w, CRED_NOTHING, "there are no credentials in profile", name);
}

/* In the order of the AWS SDKs. */
static enum cred_outcome resolve(struct walk *w, const char *name, struct aws_credentials *c)
{
    bool source = get(w, name, "credential_source") != NULL;

    if (!profiles_has(w->o->config->profiles, PROFILE, name))
        return without(w, CRED_NOTHING, "there is no profile", name);
    if (get(w, name, "role_arn") != NULL && (source || get(w, name, "source_profile") != NULL))
        return from_role(w, name, c);
    if (get(w, name, "aws_access_key_id") != NULL || get(w, name, "aws_secret_access_key") != NULL)
        return from_keys(w, name, c);
    if (get(w, name, "web_identity_token_file") != NULL)
        return from_web_identity(w, name, c);
    if (get(w, name, "credential_process") != NULL)
        return cred_process(w->o, name, c, w->why);
    if (has_sso(w, name))
        return cred_sso(w->o, name, c, w->why);
    return source ? from_source(w, name, c) : nothing_there(w, name);
}

/* Who names a profile that is not there does not mean to be anybody else. */
enum cred_outcome cred_profile(const struct aws_outside *o, struct aws_credentials *c,
                               struct error *why)
{
    const struct aws_config *config = o->config;
    struct walk w = {.o = o, .visited = {config->profile}, .count = 1, .why = why};

    if (!profiles_has(config->profiles, PROFILE, config->profile))
        return without(&w, config->profile_named ? CRED_FAILED : CRED_NOTHING,
                       "there is no profile", config->profile);
    return resolve(&w, config->profile, c);
}
