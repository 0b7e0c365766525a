#include <string.h>
#include <strings.h>

#include "aws/cred.h"
#include "aws/cred_json.h"
#include "aws/url.h"
#include "base/uri.h"
#include "json/scan.h"

/*
 * The EC2 instance metadata service, version 2 only: version 1, without the token, is what SSRF
 * attacks live on.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
 */
enum { TIMEOUT_MS = 1000, URL_BYTES_MAX = 2048, ROLE_BYTES_MAX = 256 };

#define TOKEN_SECONDS "21600"
#define ROLES_PATH    "/latest/meta-data/iam/security-credentials/"

static const char who[] = "instance metadata";

static const char *setting(const struct aws_outside *o, const char *variable, const char *key)
{
    const char *value = cred_variable(o, variable);

    return value ? value : aws_config_profile_get(o->config, key);
}

/* Scheme, host and port of the service: it is the user's who names another. */
static enum cred_outcome find_base(const struct aws_outside *o, struct buf *base, struct error *why)
{
    const char *named =
        setting(o, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode =
        setting(o, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    struct aws_url url;
    const char *wrong;

    if (named == NULL && mode != NULL && strcasecmp(mode, "ipv4") != 0 &&
        strcasecmp(mode, "ipv6") != 0)
        return cred_failed(why, ERR_CONFIG, "BadConfig",
                           "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: expected IPv4 or IPv6");
    if (named == NULL)
        named = mode != NULL && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
                                                              : "http://169.254.169.254";
    wrong = aws_url_parse(named, &url);
    if (wrong != NULL)
        return cred_failed(why, ERR_CONFIG, "BadConfig", "AWS_EC2_METADATA_SERVICE_ENDPOINT: %s",
                           wrong);
    buf_addf(base, "%s://%s", url.https ? "https" : "http", url.host);
    if (url.port != (url.https ? 443 : 80))
        buf_addf(base, ":%d", url.port);
    return CRED_FOUND;
}

struct imds {
    const struct aws_outside *o;
    struct buf base;
    struct buf token; /* of the session */
    struct buf body;  /* of the latest answer */
    struct error *why;
};

/*
 * One request. It is not repeated: where there is no such service, which is most places, nobody is
 * to wait for it. For the same reason no answer means NOTHING.
 */
static enum cred_outcome ask(struct imds *m, const char *method, const char *path,
                             const struct http_header *header)
{
    struct buf url;
    struct aws_fetch fetch = {method, NULL, header, 1, "", 0, TIMEOUT_MS, 1, true};
    enum cred_outcome outcome;
    int status;

    buf_init(&url, URL_BYTES_MAX);
    buf_addf(&url, "%s%s", buf_str(&m->base), path);
    fetch.url = buf_str(&url);
    buf_reset(&m->body);
    outcome = cred_call(m->o, &fetch, buf_str(&m->base), &status, &m->body, m->why);
    if (outcome == CRED_NOTHING && status == 404)
        cred_nothing(m->why, "the instance has no role");
    else if (outcome == CRED_NOTHING)
        cred_nothing(m->why, "%s answers with status %d", buf_str(&m->base), status);
    buf_clear(&url);
    return outcome == CRED_FOUND ? CRED_FOUND : CRED_NOTHING;
}

static enum cred_outcome get_token(struct imds *m)
{
    static const struct http_header lifetime = {"x-aws-ec2-metadata-token-ttl-seconds",
                                                TOKEN_SECONDS};
    enum cred_outcome outcome = ask(m, "PUT", "/latest/api/token", &lifetime);

    if (outcome != CRED_FOUND)
        return outcome;
    if (strlen(buf_str(&m->body)) != m->body.len || !uri_is_visible(buf_str(&m->body)) ||
        m->body.len == 0)
        return cred_nothing(m->why, "%s gives no session token", buf_str(&m->base));
    buf_adds(&m->token, buf_str(&m->body));
    return CRED_FOUND;
}

static enum cred_outcome get(struct imds *m, const char *path)
{
    struct http_header token = {"x-aws-ec2-metadata-token", buf_str(&m->token)};

    return ask(m, "GET", path, &token);
}

/* The path of the role's credentials: the name is the first line of a list that has one. */
static enum cred_outcome get_role(struct imds *m, struct buf *path)
{
    static const char in_names[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-";
    enum cred_outcome outcome = get(m, ROLES_PATH);
    const char *name = buf_str(&m->body);
    size_t len = strspn(name, in_names);

    if (outcome != CRED_FOUND)
        return outcome;
    if (len == 0 || len > ROLE_BYTES_MAX || strchr("\r\n", name[len]) == NULL)
        return cred_nothing(m->why, "the instance has no role");
    buf_adds(path, ROLES_PATH);
    buf_add(path, name, len);
    return CRED_FOUND;
}

/*
 * Keys that have expired are used on: the service gives them when it cannot renew them, and AWS
 * then takes them longer.
 */
static void extend(const struct aws_outside *o, struct aws_credentials *c)
{
    enum { EXTENSION_MS = 10 * 60 * 1000 };
    int64_t now_ms = clock_now_ms(o->clock);

    if (c->expires_ms <= now_ms)
        c->expires_ms = now_ms + EXTENSION_MS;
}

/* {"Code":"Success",…}, or another code and no keys. */
static enum cred_outcome read_keys(struct imds *m, struct aws_credentials *c)
{
    static const struct cred_names names = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "Token",
                                            .expiration = "Expiration",
                                            .token_needed = true};
    struct scan_notes notes;
    struct buf code;
    enum cred_outcome outcome;

    buf_init(&code, ROLE_BYTES_MAX);
    if (scan_json(buf_str(&m->body), m->body.len, &notes, m->why) == 0)
        cred_json_text(&m->body, "Code", &code);
    if (code.len > 0 && strcmp(buf_str(&code), "Success") != 0)
        outcome = cred_failed(m->why, ERR_PERM, "InstanceFailed",
                              "%s: the role's credentials: %.100s", who, buf_str(&code));
    else
        outcome = cred_from_json(&m->body, &names, who, c, m->why);
    if (outcome == CRED_FOUND)
        extend(m->o, c);
    buf_clear(&code);
    return outcome;
}

static enum cred_outcome run(struct imds *m, struct aws_credentials *c)
{
    struct buf path;
    enum cred_outcome outcome = find_base(m->o, &m->base, m->why);

    buf_init(&path, URL_BYTES_MAX);
    if (outcome == CRED_FOUND)
        outcome = get_token(m);
    if (outcome == CRED_FOUND)
        outcome = get_role(m, &path);
    if (outcome == CRED_FOUND)
        outcome = get(m, buf_str(&path));
    if (outcome == CRED_FOUND)
        outcome = read_keys(m, c);
    buf_clear(&path);
    return outcome;
}

enum cred_outcome cred_imds(const struct aws_outside *o, struct aws_credentials *c,
                            struct error *why)
{
    const char *disabled = cred_variable(o, "AWS_EC2_METADATA_DISABLED");
    struct imds m = {.o = o, .why = why};
    enum cred_outcome outcome;

    if (disabled != NULL && strcasecmp(disabled, "false") != 0)
        return cred_nothing(why, "AWS_EC2_METADATA_DISABLED is set");
    buf_init(&m.base, URL_BYTES_MAX / 2);
    buf_init_secret(&m.token, CRED_TOKEN_BYTES_MAX);
    buf_init_secret(&m.body, CRED_BODY_BYTES_MAX);
    outcome = run(&m, c);
    buf_clear(&m.base);
    buf_clear(&m.token);
    buf_clear(&m.body);
    return outcome;
}
