#include <string.h>

#include "aws/cred.h"
#include "aws/url.h"
#include "base/uri.h"

/*
 * The credential endpoint of a container, on ECS, EKS and Greengrass:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
enum { TIMEOUT_MS = 2000, URL_BYTES_MAX = 2048 };

static const char who[] = "container";

/* Over plain http only to this machine and the addresses that ECS and EKS use. */
static bool is_trusted(const struct aws_url *url)
{
    static const char *const addresses[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};

    if (url->https || aws_host_is_loopback(url->host))
        return true;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        if (aws_host_equals(url->host, addresses[i]))
            return true;
    }
    return false;
}

static enum cred_outcome make_url(const struct aws_outside *o, struct buf *text, bool *direct,
                                  struct error *why)
{
    const char *relative = cred_variable(o, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = cred_variable(o, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const char *variable =
        relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    struct aws_url url;
    const char *wrong;

    if (relative == NULL && full == NULL)
        return cred_nothing(why,
                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
    if (relative != NULL && *relative != '/')
        return cred_failed(why, ERR_CONFIG, "BadConfig", "%s: it does not begin with '/'",
                           variable);
    if (relative != NULL)
        buf_adds(text, "http://169.254.170.2");
    buf_adds(text, relative ? relative : full);
    wrong = buf_full(text) ? "the URL is too long" : aws_url_parse(buf_str(text), &url);
    if (wrong != NULL)
        return cred_failed(why, ERR_CONFIG, "BadConfig", "%s: %s", variable, wrong);
    if (!is_trusted(&url))
        return cred_failed(
            why, ERR_CONFIG, "BadConfig",
            "%s: only https, or http to a loopback address or to that of ECS or EKS, "
            "is accepted",
            variable);
    *direct = !url.https;
    return CRED_FOUND;
}

/*
 * The Authorization header. FOUND also if there is none; the file, which may change, goes before
 * the variable.
 */
static enum cred_outcome read_token(const struct aws_outside *o, struct buf *token,
                                    struct error *why)
{
    const char *path = cred_variable(o, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *text = cred_variable(o, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

    if (path != NULL)
        return cred_read_file(path, who, token, why);
    if (text == NULL)
        return CRED_FOUND;
    if (buf_adds(token, text) < 0 || !cred_is_printable(text))
        return cred_failed(why, ERR_CONFIG, "BadConfig",
                           "AWS_CONTAINER_AUTHORIZATION_TOKEN cannot be sent in a header");
    return CRED_FOUND;
}

static enum cred_outcome ask(const struct aws_outside *o, const struct aws_fetch *fetch,
                             struct aws_credentials *c, struct error *why)
{
    static const struct cred_names names = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "Token",
                                            .expiration = "Expiration",
                                            .token_needed = true};
    struct buf body;
    enum cred_outcome outcome;
    int status;

    buf_init_secret(&body, CRED_BODY_BYTES_MAX);
    outcome = cred_call(o, fetch, who, &status, &body, why);
    if (outcome == CRED_FOUND) {
        outcome = cred_from_json(&body, &names, who, c, why);
    } else if (outcome == CRED_NOTHING) {
        outcome = cred_failed(why, ERR_PERM, "ContainerFailed",
                              "%s: its endpoint answers with status %d", who, status);
        why->retryable = status >= 500;
    }
    buf_clear(&body);
    return outcome;
}

enum cred_outcome cred_container(const struct aws_outside *o, struct aws_credentials *c,
                                 struct error *why)
{
    struct http_header headers[] = {{"accept", "application/json"}, {"authorization", NULL}};
    struct aws_fetch fetch = {.method = "GET",
                              .headers = headers,
                              .header_count = 1,
                              .body = "",
                              .timeout_ms = TIMEOUT_MS,
                              .attempts_max = o->config->max_attempts};
    struct buf url;
    struct buf token;
    enum cred_outcome outcome;

    buf_init(&url, URL_BYTES_MAX);
    buf_init_secret(&token, CRED_TOKEN_BYTES_MAX);
    outcome = make_url(o, &url, &fetch.direct, why);
    if (outcome == CRED_FOUND)
        outcome = read_token(o, &token, why);
    if (outcome == CRED_FOUND) {
        fetch.url = buf_str(&url);
        headers[1].value = buf_str(&token);
        fetch.header_count += token.len > 0;
        outcome = ask(o, &fetch, c, why);
    }
    buf_clear(&url);
    buf_clear(&token);
    return outcome;
}
