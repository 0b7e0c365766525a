#include "http/exchange.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { URL_BYTES_MAX = 64 << 10, HEADER_BYTES_MAX = 256 << 10 };

void exchange_init(struct exchange *x, const struct exchange_limits *limits)
{
    *x = (struct exchange){.easy = curl_easy_init()};
    if (x->easy == NULL)
        abort(); /* out of memory, as everywhere */
    buf_init(&x->attempt.url, URL_BYTES_MAX);
    if (limits->secret)
        buf_init_secret(&x->body, limits->response_bytes_max);
    else
        buf_init(&x->body, limits->response_bytes_max);
    buf_init(&x->header_text, HEADER_BYTES_MAX);
}

void exchange_clear(struct exchange *x)
{
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->sent);
    buf_clear(&x->attempt.url);
    buf_clear(&x->body);
    buf_clear(&x->header_text);
    free(x->headers);
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;

    return buf_add(&x->body, data, size * count) < 0 ? CURL_WRITEFUNC_ERROR : size * count;
}

/* A header line: kept as name and value. A new status line (after 100 Continue) starts afresh. */
static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    size_t len = size * count;
    const char *colon = memchr(data, ':', len);
    size_t start;

    if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        buf_reset(&x->header_text);
        x->header_count = 0;
        return len;
    }
    if (colon == NULL)
        return len;
    for (const char *p = data; p < colon; p++)
        buf_addc(&x->header_text, (char)tolower((unsigned char)*p));
    buf_addc(&x->header_text, '\0');
    start = x->header_text.len; /* of the value, which may be empty */
    for (colon++; colon < data + len && (*colon == ' ' || *colon == '\t');)
        colon++;
    buf_add(&x->header_text, colon, (size_t)(data + len - colon));
    while (x->header_text.len > start &&
           strchr(" \t\r\n", x->header_text.data[x->header_text.len - 1]))
        buf_truncate(&x->header_text, x->header_text.len - 1);
    buf_addc(&x->header_text, '\0');
    x->header_count++;
    return buf_full(&x->header_text) ? CURL_WRITEFUNC_ERROR : len;
}

static void add_header(struct exchange *x, const char *name, const char *value)
{
    /* libcurl sends a header without a value only if it is written with a semicolon */
    char *line = *value ? mem_printf("%s: %s", name, value) : mem_printf("%s;", name);
    struct curl_slist *longer = curl_slist_append(x->sent, line);

    if (longer == NULL)
        abort();
    x->sent = longer;
    free(line);
}

/* A line break in a header would begin another one. */
static int check_headers(const struct http_attempt *attempt, struct error *err)
{
    for (size_t i = 0; i < attempt->header_count; i++) {
        const struct http_header *h = &attempt->headers[i];

        if (strpbrk(h->name, "\r\n: ") != NULL || strpbrk(h->value, "\r\n") != NULL)
            return error_set(err, ERR_CONFIG, "BadHeader",
                             "the request's header %.40s holds a line break", h->name);
    }
    return 0;
}

static void set_headers(struct exchange *x)
{
    bool typed = false;

    curl_slist_free_all(x->sent);
    x->sent = NULL;
    for (size_t i = 0; i < x->attempt.header_count; i++) {
        add_header(x, x->attempt.headers[i].name, x->attempt.headers[i].value);
        typed = typed || strcasecmp(x->attempt.headers[i].name, "content-type") == 0;
    }
    /* what libcurl would add by itself is not signed and not wanted: S3 would keep a form's type
     * with the object */
    if (!typed)
        x->sent = curl_slist_append(x->sent, "Content-Type:");
    x->sent = curl_slist_append(x->sent, "Expect:");
    x->sent = curl_slist_append(x->sent, "Accept:");
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->sent);
}

static void set_body(struct exchange *x, const struct http_request *request)
{
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    } else if (request->body_len > 0 || strcmp(request->method, "POST") == 0 ||
               strcmp(request->method, "PUT") == 0) {
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    }
}

/*
 * A POST asks something, and a model may think for minutes before the first byte of its answer;
 * giving up and asking again would cost another answer. Such silence is known to gateways too,
 * which forget connections after some minutes of it (NAT gateways of AWS after 350 s): hence the
 * keep-alive probes, which also find out that the other side has gone.
 */
static void set_limits(struct exchange *x, const struct http_request *request,
                       const struct exchange_limits *limits)
{
    bool asks = strcmp(request->method, "POST") == 0;

    curl_easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS, limits->connect_timeout_ms);
    curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, limits->total_timeout_ms);
    curl_easy_setopt(x->easy, CURLOPT_LOW_SPEED_LIMIT, asks ? 0L : 1L);
    curl_easy_setopt(x->easy, CURLOPT_LOW_SPEED_TIME, asks ? 0L : limits->idle_timeout_s);
    curl_easy_setopt(x->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(x->easy, CURLOPT_TCP_KEEPIDLE, 60L);
    curl_easy_setopt(x->easy, CURLOPT_TCP_KEEPINTVL, 30L);
    curl_easy_setopt(x->easy, CURLOPT_USERAGENT, limits->user_agent);
    if (limits->ca_bundle != NULL)
        curl_easy_setopt(x->easy, CURLOPT_CAINFO, limits->ca_bundle);
    if (limits->direct)
        curl_easy_setopt(x->easy, CURLOPT_PROXY, "");
}

int exchange_start(struct exchange *x, const struct http_request *request,
                   const struct exchange_limits *limits, struct error *err)
{
    buf_reset(&x->body);
    buf_reset(&x->header_text);
    x->header_count = 0;
    *x->problem = '\0';
    if (check_headers(&x->attempt, err) < 0)
        return -1;
    curl_easy_reset(x->easy);
    if (curl_easy_setopt(x->easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
        curl_easy_setopt(x->easy, CURLOPT_URL, buf_str(&x->attempt.url)) != CURLE_OK)
        return error_set(err, ERR_CONFIG, "BadUrl", "libcurl refuses the URL %.200s",
                         buf_str(&x->attempt.url));
    curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(x->easy, CURLOPT_PATH_AS_IS, 1L); /* S3 keys may hold dot segments */
    curl_easy_setopt(x->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->problem);
    curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
    set_limits(x, request, limits);
    set_headers(x);
    set_body(x, request);
    return 0;
}

/* Names and values stand one after the other, each with its NUL. */
static void index_headers(struct exchange *x)
{
    const char *p = buf_str(&x->header_text);

    x->headers = mem_grow(x->headers, &x->header_cap, x->header_count + 1, sizeof(*x->headers));
    for (size_t i = 0; i < x->header_count; i++) {
        x->headers[i].name = p;
        p += strlen(p) + 1;
        x->headers[i].value = p;
        p += strlen(p) + 1;
    }
}

/* Another try may help where the network is at fault, not where certificate, URL or size are. */
static bool is_retryable(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
        return true;
    default:
        return false;
    }
}

static int failed(const struct exchange *x, CURLcode code, struct error *err)
{
    const char *reason = *x->problem ? x->problem : curl_easy_strerror(code);
    bool tls = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;

    if (buf_full(&x->body) || buf_full(&x->header_text))
        return error_set(err, ERR_DATA, "ResponseTooLarge", "the response is larger than %zu bytes",
                         x->body.max);
    error_set(err, tls ? ERR_CONFIG : ERR_UNAVAILABLE, tls ? "TlsError" : "ConnectionError", "%s%s",
              reason, tls ? "; name the certificates to trust in AWS_CA_BUNDLE" : "");
    err->retryable = is_retryable(code);
    return -1;
}

int exchange_result(struct exchange *x, CURLcode code, struct http_response *response,
                    struct error *err)
{
    long status = 0;
    curl_off_t took_us = 0;

    if (code != CURLE_OK)
        return failed(x, code, err);
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(x->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    index_headers(x);
    *response = (struct http_response){
        .status = (int)status,
        .headers = x->headers,
        .header_count = x->header_count,
        .body = buf_str(&x->body),
        .body_len = x->body.len,
        .latency_ms = took_us / 1000,
    };
    return 0;
}
