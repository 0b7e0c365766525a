#include "http/scrub.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/uri.h"
#include "http/error_name.h"
#include "json/json.h"

enum { PARAMETER_NAME_MAX = 64 };

/* True if `name` is in the list, where "x-*" stands for all that starts with "x-". */
static bool is_listed(const char *const *list, const char *name)
{
    for (; *list != NULL; list++) {
        size_t len = strlen(*list);
        bool prefix = (*list)[len - 1] == '*';

        if (prefix ? strncmp(name, *list, len - 1) == 0 : strcmp(name, *list) == 0)
            return true;
    }
    return false;
}

bool scrub_may_record(const struct http_request *request)
{
    static const char *const never[] = {"sso*", "portal.sso*", "oidc*", "signin*", "imds*", NULL};
    static const char harmless[] = "Action=GetCallerIdentity";

    if (is_listed(never, request->service))
        return false;
    if (strncmp(request->service, "sts", 3) != 0)
        return true;
    return request->body_len >= sizeof(harmless) - 1 &&
           memcmp(request->body, harmless, sizeof(harmless) - 1) == 0;
}

bool scrub_keeps_request_header(const char *name)
{
    static const char *const kept[] = {"content-type", "content-encoding", "x-amz-checksum-*",
                                       "x-amz-sdk-checksum-algorithm", NULL};

    return is_listed(kept, name) || scrub_is_meaning(name);
}

bool scrub_keeps_response_header(const char *method, const char *name)
{
    static const char *const kept[] = {"content-type",         "content-encoding",
                                       "content-range",        "etag",
                                       "last-modified",        "location",
                                       "retry-after",          "x-amz-retry-after",
                                       "x-amzn-errortype",     "x-amz-bucket-region",
                                       "x-amz-checksum-*",     "x-amz-delete-marker",
                                       "x-amz-mp-parts-count", "x-amz-object-size",
                                       "x-amz-version-id",     NULL};

    if (strcmp(name, "content-length") == 0)
        return strcmp(method, "HEAD") == 0;
    return is_listed(kept, name);
}

const char *const scrub_meaning[] = {"x-amz-target", "range", "if-match", "if-none-match", NULL};

bool scrub_is_meaning(const char *name)
{
    return is_listed(scrub_meaning, name);
}

/* Presigned queries, of both signature versions, and the names under which others pass keys. */
static bool is_secret_parameter(const char *parameter, size_t len)
{
    static const char *const secret[] = {"x-amz-signature",
                                         "x-amz-credential",
                                         "x-amz-security-token",
                                         "x-amz-date",
                                         "x-amz-expires",
                                         "x-amz-algorithm",
                                         "x-amz-signedheaders",
                                         "awsaccesskeyid",
                                         "signature",
                                         "expires",
                                         "sig",
                                         "key",
                                         "api_key",
                                         "api-key",
                                         "apikey",
                                         "access_token",
                                         "authorization",
                                         "password",
                                         NULL};
    const char *equals = memchr(parameter, '=', len);
    struct buf name;
    bool is;

    buf_init(&name, PARAMETER_NAME_MAX);
    uri_decode(&name, parameter, equals ? (size_t)(equals - parameter) : len, true);
    for (size_t i = 0; i < name.len; i++)
        name.data[i] = (char)tolower((unsigned char)name.data[i]);
    is = !buf_full(&name) && is_listed(secret, buf_str(&name));
    buf_clear(&name);
    return is;
}

static int add_query(struct buf *out, const char *query, size_t len)
{
    const char *end = query + len;
    bool first = true;

    while (query < end) {
        const char *and = memchr(query, '&', (size_t)(end - query));
        size_t part = (size_t)((and? and : end) - query);

        if (!is_secret_parameter(query, part)) {
            if (!first)
                buf_addc(out, '&');
            first = false;
            buf_add(out, query, part);
        }
        query += part + (and != NULL);
    }
    return buf_full(out) ? -1 : 0;
}

int scrub_query(struct buf *out, const char *query)
{
    return add_query(out, query, strlen(query));
}

int scrub_url(struct buf *out, const char *url)
{
    const char *authority = strstr(url, "://");
    size_t before = strcspn(url, "?#"); /* what follows '#' is for browsers: left out */
    size_t query_len = url[before] == '?' ? strcspn(url + before + 1, "#") : 0;
    size_t start;

    if (authority != NULL && authority < url + before) {
        const char *host = authority + 3;
        size_t len = strcspn(host, "/?#");
        const char *at = memrchr(host, '@', len);

        buf_add(out, url, (size_t)(host - url));
        if (at != NULL)
            host = at + 1;
        buf_add(out, host, (size_t)(url + before - host));
    } else {
        buf_add(out, url, before);
    }
    if (query_len > 0) {
        buf_addc(out, '?');
        start = out->len;
        add_query(out, url + before + 1, query_len);
        if (out->len == start)
            buf_truncate(out, start - 1);
    }
    return buf_full(out) ? -1 : 0;
}

/*
 * Services explain a wrong signature with the canonical request, its headers and token included;
 * S3 names the key and repeats an expired token.
 */
static bool quotes_request(const struct http_response *response)
{
    static const char *const marks[] = {"security-token", "AWS4-HMAC-SHA256",
                                        "AccessKeyId",    "SignatureProvided",
                                        "StringToSign",   "Signature=",
                                        "Credential=",    "canonical str",
                                        "Authorization",  "Bearer ",
                                        "<Token-",        "api key",
                                        "api_key",        NULL};

    if (response->status < 400 || response->body_len == 0)
        return false;
    if (memchr(response->body, '\0', response->body_len) != NULL)
        return true; /* cannot be looked through as text: no error of AWS's */
    for (const char *const *mark = marks; *mark != NULL; mark++) {
        if (strcasestr(response->body, *mark) != NULL)
            return true;
    }
    return false;
}

int scrub_response_body(struct buf *out, const struct http_response *response)
{
    static const char why[] = "(left out of the fixture: it quoted the signed request)";
    char name[HTTP_ERROR_NAME_SIZE];

    if (!quotes_request(response))
        return buf_add(out, response->body, response->body_len);
    http_error_name(response, name);
    for (char *p = name; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && *p != '.' && *p != '_')
            *p = '?';
    }
    if (*response->body == '<')
        return buf_addf(out, "<Error><Code>%s</Code><Message>%s</Message></Error>", name, why);
    return buf_addf(out, "{\"__type\":\"%s\",\"message\":\"%s\"}", name, why);
}
