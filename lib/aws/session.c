#include "aws/session.h"

#include <stdlib.h>
#include <string.h>

#include "aws/address.h"
#include "aws/credentials.h"
#include "aws/fetch.h"
#include "aws/sigv4.h"
#include "base/mem.h"
#include "base/rng.h"
#include "http/error_name.h"
#include "http/live.h"

enum { PATH_BYTES_MAX = 32 << 10, HEADERS_MAX = 32 };

struct aws_session {
    struct aws_session_options o;
    struct aws_config config;
    char *ca_bundle;
    struct aws_outside outside;
    struct aws_fetch_live fetch;
    struct aws_chain *chain;
    struct aws_regions *regions; /* of buckets, as the service told them */
    struct sigv4 signer;
    struct buf path; /* of the latest attempt, as signed */
    struct buf bearer;
    struct http_header headers[HEADERS_MAX];
};

static bool is_bedrock(enum aws_service service)
{
    return service == AWS_BEDROCK || service == AWS_BEDROCK_RUNTIME;
}

/* In place of a signature: whoever holds a Bedrock API key wants it used. */
static int add_bearer(struct aws_session *s, const struct aws_endpoint *endpoint, size_t *count,
                      struct error *err)
{
    if (!endpoint->https && !aws_host_is_loopback(endpoint->host))
        return error_set(err, ERR_CONFIG, "InsecureEndpoint",
                         "AWS_BEARER_TOKEN_BEDROCK is not sent to http://%s: use https",
                         endpoint->authority);
    buf_reset(&s->bearer);
    buf_addf(&s->bearer, "Bearer %s", s->config.bearer_token);
    s->headers[(*count)++] = (struct http_header){"authorization", buf_str(&s->bearer)};
    return 0;
}

static int add_signature(struct aws_session *s, const struct http_request *request,
                         const struct sigv4_target *target, size_t *count, struct error *err)
{
    const struct aws_credentials *found;
    struct sigv4_credentials credentials;

    if (aws_chain_get(s->chain, &found, err) < 0)
        return -1;
    credentials = (struct sigv4_credentials){found->access_key_id, found->secret_access_key,
                                             found->session_token};
    if (sigv4_sign(&s->signer, request, target, &credentials, err) < 0)
        return -1;
    for (size_t i = 0; i < s->signer.header_count; i++)
        s->headers[(*count)++] = s->signer.headers[i];
    return 0;
}

/* The request's own headers, but for the one that the signature brings. */
static int copy_headers(struct aws_session *s, const struct http_request *request, size_t *count,
                        struct error *err)
{
    *count = 0;
    if (request->header_count + SIGV4_HEADERS_MAX > HEADERS_MAX)
        return error_set(err, ERR_INTERNAL, "TooManyHeaders", "a request with over %d headers",
                         HEADERS_MAX - SIGV4_HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcmp(request->headers[i].name, "x-amz-content-sha256") != 0)
            s->headers[(*count)++] = request->headers[i];
    }
    return 0;
}

static int prepare(void *context, const struct http_request *request, int64_t now_ms,
                   struct http_attempt *attempt, struct error *err)
{
    struct aws_session *s = context;
    struct aws_endpoint endpoint;
    struct http_request sent = *request;
    struct sigv4_target target;
    enum aws_service service = aws_service_find(request->service);
    size_t count;
    int status;

    if (aws_address_find(&s->config, s->regions, request, &endpoint, &s->path, err) < 0 ||
        copy_headers(s, request, &count, err) < 0)
        return -1;
    sent.path = buf_str(&s->path);
    target =
        (struct sigv4_target){endpoint.authority, endpoint.region, endpoint.signing_name, now_ms};
    status = is_bedrock(service) && s->config.bearer_token != NULL
                 ? add_bearer(s, &endpoint, &count, err)
                 : add_signature(s, &sent, &target, &count, err);
    if (status < 0)
        return -1;
    attempt->headers = s->headers;
    attempt->header_count = count;
    buf_addf(&attempt->url, "%s://%s%s%s%s", endpoint.https ? "https" : "http", endpoint.authority,
             sent.path, *request->query ? "?" : "", request->query);
    return buf_full(&attempt->url)
               ? error_set(err, ERR_DATA, "UrlTooLong", "the request's URL is too long")
               : 0;
}

static bool credentials_expired(struct aws_session *s, const struct http_response *response)
{
    const struct aws_credentials *used;
    char name[HTTP_ERROR_NAME_SIZE];
    struct error ignored;

    http_error_name(response, name);
    if (strcmp(name, "ExpiredToken") != 0 && strcmp(name, "ExpiredTokenException") != 0)
        return false;
    if (aws_chain_get(s->chain, &used, &ignored) < 0)
        return false;
    aws_chain_expire(s->chain, used->access_key_id);
    return true;
}

/* Before the retry policy: can another attempt, prepared anew, do better? */
static bool review(void *context, const struct http_request *request,
                   const struct http_response *response)
{
    struct aws_session *s = context;

    if (response->status < 300)
        return false;
    if (aws_service_find(request->service) == AWS_S3 &&
        aws_regions_learn(s->regions, request, response))
        return true;
    return credentials_expired(s, response);
}

struct aws_session *aws_session_new(const struct aws_session_options *options, struct error *err)
{
    struct aws_session *s = mem_calloc(1, sizeof(*s));

    s->o = *options;
    sigv4_init(&s->signer);
    buf_init(&s->path, PATH_BYTES_MAX);
    buf_init_secret(&s->bearer, PATH_BYTES_MAX);
    s->regions = aws_regions_new();
    if (aws_config_load(&s->config, options->env ? options->env : aws_env_process(),
                        &options->choice, err) < 0 ||
        (s->ca_bundle = aws_config_ca_bundle(&s->config, NULL, err)) == NULL) {
        aws_session_free(s);
        return NULL;
    }
    s->fetch = (struct aws_fetch_live){options->clock, s->ca_bundle};
    s->outside = (struct aws_outside){
        .config = &s->config,
        .clock = options->clock,
        .fetch = aws_fetch_live,
        .fetch_context = &s->fetch,
        .run = aws_process_run,
    };
    s->chain = aws_chain_new(&s->outside);
    return s;
}

void aws_session_free(struct aws_session *s)
{
    if (s == NULL)
        return;
    aws_chain_free(s->chain);
    aws_config_clear(&s->config);
    aws_regions_free(s->regions);
    sigv4_clear(&s->signer);
    buf_clear(&s->path);
    buf_clear(&s->bearer);
    free(s->ca_bundle);
    free(s);
}

struct http_transport *aws_session_transport(struct aws_session *s)
{
    struct http_live_options live = {
        .prepare = prepare,
        .review = review,
        .context = s,
        .clock = s->o.clock,
        .retry = retry_policy_default(),
        .seed = s->o.seed,
        .in_flight_max = s->o.in_flight_max,
        .requests_per_minute = s->o.requests_per_minute,
        .tokens_per_minute = s->o.tokens_per_minute,
        .ca_bundle = s->ca_bundle,
    };

    live.retry.attempts_max = s->config.max_attempts;
    return http_live_new(&live);
}

const struct aws_config *aws_session_config(const struct aws_session *s)
{
    return &s->config;
}
