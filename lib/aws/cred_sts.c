#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cred.h"
#include "aws/sigv4.h"
#include "aws/xml.h"
#include "base/mem.h"
#include "base/uri.h"

/*
 * AssumeRole and AssumeRoleWithWebIdentity of AWS STS:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
enum { TIMEOUT_MS = 20000, HEADERS_MAX = 1 + SIGV4_HEADERS_MAX, URL_BYTES_MAX = 4096 };

/* A call under way. */
struct call {
    const struct aws_outside *o;
    const struct cred_role *role;
    const char *who; /* "AssumeRole arn:…" */
    struct buf form;
    struct buf reply;
    struct error *why;
};

static void add_parameter(struct buf *form, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(form, "&%s=", name);
    uri_encode(form, value, strlen(value), "");
}

/* In the order in which the AWS SDKs write it. */
static void make_form(struct call *call)
{
    const struct cred_role *role = call->role;
    char *made = mem_printf("maki-%lld", (long long)clock_now_ms(call->o->clock));
    struct buf *form = &call->form;

    buf_addf(form, "Action=%s&Version=2011-06-15",
             role->web_identity_token ? "AssumeRoleWithWebIdentity" : "AssumeRole");
    add_parameter(form, "RoleArn", role->arn);
    add_parameter(form, "RoleSessionName", role->session_name ? role->session_name : made);
    add_parameter(form, "WebIdentityToken", role->web_identity_token);
    add_parameter(form, "DurationSeconds", role->duration);
    add_parameter(form, "ExternalId", role->external_id);
    free(made);
}

static enum cred_outcome check_role(struct call *call)
{
    const char *duration = call->role->duration;
    char *end;
    long seconds;

    if (duration == NULL)
        return CRED_FOUND;
    seconds = strtol(duration, &end, 10);
    if (*end != '\0' || seconds < 900 || seconds > 43200)
        return cred_failed(call->why, ERR_CONFIG, "BadConfig",
                           "%s: duration_seconds is to be a number from 900 to 43200", call->who);
    return CRED_FOUND;
}

static int find_endpoint(struct call *call, struct aws_endpoint *endpoint)
{
    const struct aws_config *config = call->o->config;
    struct aws_endpoint_query query = {
        .service = AWS_STS,
        .region = config->region ? NULL : call->role->region,
    };

    return aws_endpoint_find(config, &query, endpoint, call->why);
}

/*
 * Sign the request; its headers are then in `headers`. With a web identity token there is nothing
 * to sign with.
 */
static int sign(struct call *call, struct sigv4 *signer, const struct aws_endpoint *endpoint,
                struct http_request *request)
{
    const struct aws_credentials *source = call->role->source;
    struct sigv4_credentials credentials;
    struct sigv4_target target = {
        .host = endpoint->authority,
        .region = endpoint->region,
        .service = endpoint->signing_name,
        .now_ms = clock_now_ms(call->o->clock),
    };

    if (source == NULL)
        return 0;
    credentials = (struct sigv4_credentials){source->access_key_id, source->secret_access_key,
                                             source->session_token};
    return sigv4_sign(signer, request, &target, &credentials, call->why);
}

static enum cred_outcome send_form(struct call *call, const struct aws_endpoint *endpoint,
                                   int *status)
{
    struct http_header headers[HEADERS_MAX] = {
        {"content-type", "application/x-www-form-urlencoded"}};
    struct buf path;
    struct buf url;
    struct sigv4 signer;
    struct http_request request = {
        "sts", "POST", NULL, "", headers, 1, buf_str(&call->form), call->form.len};
    enum cred_outcome outcome = CRED_FAILED;

    buf_init(&path, URL_BYTES_MAX);
    buf_init(&url, URL_BYTES_MAX);
    buf_addf(&path, "%s/", endpoint->base_path);
    aws_endpoint_url(endpoint, "/", &url);
    request.path = buf_str(&path);
    sigv4_init(&signer);
    if (sign(call, &signer, endpoint, &request) == 0) {
        struct aws_fetch fetch = {
            "POST",       buf_str(&url),    headers,    1 + signer.header_count,
            request.body, request.body_len, TIMEOUT_MS, call->o->config->max_attempts,
            false};

        memcpy(headers + 1, signer.headers, signer.header_count * sizeof(*headers));
        outcome = cred_call(call->o, &fetch, call->who, status, &call->reply, call->why);
    }
    sigv4_clear(&signer);
    buf_clear(&path);
    buf_clear(&url);
    return outcome;
}

/* The text at a path of the reply, "" if it has none. */
static void find_text(const struct buf *reply, const char *path, struct buf *text)
{
    struct error ignored;

    buf_init_secret(text, CRED_TOKEN_BYTES_MAX);
    xml_find(buf_str(reply), reply->len, path, text, &ignored);
}

static enum cred_outcome read_reply(struct call *call, struct aws_credentials *c)
{
    static const char *const paths[] = {
        "*/*/Credentials/AccessKeyId", "*/*/Credentials/SecretAccessKey",
        "*/*/Credentials/SessionToken", "*/*/Credentials/Expiration"};
    enum { ID, SECRET, TOKEN, EXPIRATION, COUNT };
    struct buf texts[COUNT];
    struct cred_texts found;
    enum cred_outcome outcome;

    for (int i = 0; i < COUNT; i++)
        find_text(&call->reply, paths[i], &texts[i]);
    found = (struct cred_texts){buf_str(&texts[ID]), buf_str(&texts[SECRET]),
                                buf_str(&texts[TOKEN]), 0};
    if (cred_parse_time(buf_str(&texts[EXPIRATION]), &found.expires_ms) < 0)
        outcome = cred_failed(call->why, ERR_PERM, "InvalidCredentials",
                              "%s: the answer has no credentials", call->who);
    else
        outcome = cred_from_texts(&found, call->who, c, call->why);
    for (int i = 0; i < COUNT; i++)
        buf_clear(&texts[i]);
    return outcome;
}

/*
 * <ErrorResponse><Error><Code>AccessDenied</Code><Message>…</Message></Error></ErrorResponse>;
 * proxies answer otherwise.
 */
static enum cred_outcome read_refusal(struct call *call, int status)
{
    bool busy = status >= 500 || status == 429;
    struct buf code;
    struct buf message;

    find_text(&call->reply, "*/Error/Code", &code);
    find_text(&call->reply, "*/Error/Message", &message);
    cred_failed(call->why, busy ? ERR_UNAVAILABLE : ERR_PERM,
                code.len ? buf_str(&code) : "StsFailed", "%s: %d%s%.60s: %.300s", call->who, status,
                code.len ? " " : "", buf_str(&code),
                message.len ? buf_str(&message) : "(no message)");
    call->why->retryable = busy;
    buf_clear(&code);
    buf_clear(&message);
    return CRED_FAILED;
}

static enum cred_outcome run_call(struct call *call, struct aws_credentials *c)
{
    struct aws_endpoint endpoint;
    enum cred_outcome outcome;
    int status;

    if (check_role(call) != CRED_FOUND)
        return CRED_FAILED;
    make_form(call);
    if (find_endpoint(call, &endpoint) < 0)
        return CRED_FAILED;
    outcome = send_form(call, &endpoint, &status);
    if (outcome == CRED_FOUND)
        outcome = read_reply(call, c);
    else if (outcome == CRED_NOTHING)
        outcome = read_refusal(call, status);
    return outcome;
}

enum cred_outcome cred_assume_role(const struct aws_outside *o, const struct cred_role *role,
                                   struct aws_credentials *c, struct error *why)
{
    char *who = mem_printf("%s %.100s",
                           role->web_identity_token ? "AssumeRoleWithWebIdentity" : "AssumeRole",
                           role->arn);
    struct call call = {.o = o, .role = role, .who = who, .why = why};
    enum cred_outcome outcome;

    buf_init_secret(&call.form, 4 * CRED_TOKEN_BYTES_MAX);
    buf_init_secret(&call.reply, CRED_BODY_BYTES_MAX);
    outcome = run_call(&call, c);
    if (outcome == CRED_FAILED) {
        cred_hide(why, role->web_identity_token);
        cred_hide(why, role->source ? role->source->secret_access_key : NULL);
        cred_hide(why, role->source ? role->source->session_token : NULL);
    }
    buf_clear(&call.form);
    buf_clear(&call.reply);
    free(who);
    return outcome;
}
