#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uri.h"
#include "json/json.h"

enum { NAME_SIZE = 64, MODEL_BYTES_MAX = 2048 };

/* What is known of a request while it is answered. */
struct job {
    const struct message *m;
    struct http_request request;
    const char *operation;
    struct buf model; /* from the path, decoded; "" if it names none */
    char request_id[40];
    struct plan *plan;
    struct buf *out;
    const char *extra; /* a header line of its own, or "" */
    char extra_text[200];
};

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {{200, "OK"},
                   {400, "Bad Request"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {408, "Request Timeout"},
                   {424, "Failed Dependency"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].text;
    }
    return "Unknown";
}

static int64_t wall_ms(const struct service *s)
{
    return clock_now_ms(s->clock) + s->faults.skew_ms;
}

/* Like a UUID. */
static void make_request_id(struct service *s, char id[40])
{
    uint64_t a = rng_next(&s->rng), b = rng_next(&s->rng);

    snprintf(id, 40, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-a%03" PRIx64 "-%012" PRIx64,
             a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 48 & 0xfff, b & 0xffffffffffff);
}

static void start_answer(struct service *s, struct job *job, int status)
{
    char date[64];

    time_format(wall_ms(s), "%a, %d %b %Y %H:%M:%S GMT", date, sizeof(date));
    buf_addf(job->out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, reason(status), date);
    buf_addf(job->out, "x-amzn-RequestId: %s\r\n", job->request_id);
    if (job->extra != NULL)
        buf_adds(job->out, job->extra);
    if (job->plan->close)
        buf_adds(job->out, "Connection: close\r\n");
}

/* The rest of the head, and the body: all of it, or what the fault leaves. */
static void add_body(struct job *job, const char *body, size_t len, enum fault_kind fault)
{
    buf_addf(job->out, "Content-Length: %zu\r\n\r\n", len);
    if (fault == FAULT_CUT)
        len = 0;
    if (fault == FAULT_CUT_BODY)
        len /= 2;
    if (strcmp(job->m->method, "HEAD") != 0)
        buf_add(job->out, body, len);
}

static void answer_error(struct service *s, struct job *job, int status, const char *type,
                         const char *message)
{
    struct buf body;

    buf_init(&body, 1 << 16);
    if (strcmp(job->request.service, "sts") == 0) {
        buf_addf(&body,
                 "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                 "<Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
                 "<RequestId>%s</RequestId></ErrorResponse>",
                 type, message, job->request_id);
    } else {
        buf_adds(&body, "{\"message\":");
        json_write_string(&body, message, strlen(message));
        buf_addc(&body, '}');
    }
    start_answer(s, job, status);
    buf_addf(job->out, "Content-Type: %s\r\n", *body.data == '<' ? "text/xml" : "application/json");
    if (*body.data != '<')
        buf_addf(job->out,
                 "x-amzn-ErrorType: %s:http://internal.amazon.com/coral/com.amazon.bedrock/\r\n",
                 type);
    add_body(job, buf_str(&body), body.len, FAULT_NONE);
    buf_clear(&body);
    counters_answer(&s->counters, job->operation, status);
}

static void set_retry_after(struct job *job, const char *value)
{
    if (value == NULL || strpbrk(value, "\r\n") != NULL)
        return;
    snprintf(job->extra_text, sizeof(job->extra_text), "Retry-After: %s\r\n", value);
    job->extra = job->extra_text;
}

/* The names that STS has for what Bedrock calls otherwise. */
static const char *name_for_sts(const char *type)
{
    static const char *const names[][2] = {
        {"UnrecognizedClientException", "InvalidClientTokenId"},
        {"InvalidSignatureException", "SignatureDoesNotMatch"},
        {"ExpiredTokenException", "ExpiredToken"},
        {"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
        {"IncompleteSignatureException", "IncompleteSignature"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i][0], type) == 0)
            return names[i][1];
    }
    return type;
}

/* The real answer, perhaps damaged on its way. */
static void answer_truly(struct service *s, struct job *job, enum fault_kind fault)
{
    struct http_response response;

    server_answer(s->server, &job->request, &response);
    start_answer(s, job, response.status);
    for (size_t i = 0; i < response.header_count; i++) {
        if (strcmp(response.headers[i].name, "x-amzn-requestid") != 0)
            buf_addf(job->out, "%s: %s\r\n", response.headers[i].name, response.headers[i].value);
    }
    if (fault == FAULT_SLOW)
        job->plan->part_bytes = job->out->len + response.body_len / 10 + 1;
    add_body(job, response.body, response.body_len, fault);
    counters_answer(&s->counters, job->operation, response.status);
}

static void answer_text(struct service *s, struct job *job, int status, const char *type,
                        const char *text)
{
    start_answer(s, job, status);
    buf_addf(job->out, "Content-Type: %s\r\n", type);
    add_body(job, text, strlen(text), FAULT_NONE);
    counters_answer(&s->counters, job->operation, status);
}

static void apply_rule(struct service *s, struct job *job, const struct fault_rule *rule)
{
    static const char page[] = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body>"
                               "<h1>The service is not there right now</h1></body></html>\n";

    set_retry_after(job, rule->retry_after);
    switch (rule->kind) {
    case FAULT_ERROR:
        answer_error(s, job, rule->status, rule->type ? rule->type : "InternalServerException",
                     rule->message ? rule->message : "a fault on demand");
        return;
    case FAULT_HTML:
        answer_text(s, job, rule->status, "text/html", page);
        return;
    case FAULT_GARBAGE:
        answer_text(s, job, 200, "application/json", "{\"output\":{\"message\":\x01\xff{[");
        return;
    case FAULT_BODY:
        answer_text(s, job, rule->status, "application/json", rule->body ? rule->body : "");
        return;
    case FAULT_EMPTY:
        answer_text(s, job, 200, "application/json", "");
        return;
    case FAULT_NOISE:
        buf_adds(job->out, "\x16\x03\x01 this is not HTTP\r\n\r\n");
        job->plan->close = true;
        counters_answer(&s->counters, job->operation, 0);
        return;
    case FAULT_CLOSE:
    case FAULT_RESET:
        job->plan->close = true;
        job->plan->reset = rule->kind == FAULT_RESET;
        counters_answer(&s->counters, job->operation, 0);
        return;
    case FAULT_DELAY:
        job->plan->due_ms += rule->ms;
        break;
    case FAULT_SLOW:
        job->plan->part_ms = rule->ms;
        break;
    case FAULT_CUT:
    case FAULT_CUT_BODY:
    case FAULT_NONE:
        break;
    }
    answer_truly(s, job, rule->kind);
    if (rule->kind == FAULT_CUT || rule->kind == FAULT_CUT_BODY)
        job->plan->close = true;
}

/* One whose caller is known. */
static void answer_known(struct service *s, struct job *job, int64_t now_ms)
{
    const char *model = buf_str(&job->model);
    const struct fault_rule *rule = faults_match(&s->faults, job->operation, model);
    bool bedrock = strncmp(job->request.service, "bedrock", 7) == 0;

    if (rule != NULL) {
        apply_rule(s, job, rule);
    } else if (bedrock && faults_deny(&s->faults, model)) {
        answer_error(s, job, 403, "AccessDeniedException",
                     "You don't have access to the model with the specified model ID.");
    } else if (bedrock && faults_throttle(&s->faults, now_ms)) {
        set_retry_after(job, s->faults.retry_after);
        answer_error(s, job, 429, "ThrottlingException",
                     "Too many requests, please wait before trying again.");
    } else {
        answer_truly(s, job, FAULT_NONE);
    }
}

/* Every request with a body is counted by what it asks, to see what was asked or paid for twice. */
static void count_body(struct service *s, const struct job *job)
{
    char key[DIGEST_HEX_SIZE];
    struct digest *d;
    int status;

    if (job->m->body_len == 0)
        return;
    status = job->out->len > 12 ? (int)strtol(job->out->data + 9, NULL, 10) : 0;
    d = digest_new();
    digest_add(d, job->m->path, strlen(job->m->path) + 1);
    digest_add(d, job->m->query, strlen(job->m->query) + 1);
    digest_add(d, job->m->body, job->m->body_len);
    digest_finish_hex(d, key);
    counters_body(&s->counters, key, status);
}

/* Which service a request is for: by what it is signed for and by its path. */
static const char *find_service(const struct message *m, char *signing_name)
{
    auth_service(m, signing_name, NAME_SIZE);
    if (strncmp(m->path, "/model/", 7) == 0)
        return "bedrock-runtime";
    return strcmp(m->path, "/") == 0 ? "sts" : "bedrock";
}

static void read_model(struct job *job)
{
    static const char start[] = "/model/";

    buf_init(&job->model, MODEL_BYTES_MAX);
    if (strncmp(job->m->path, start, sizeof(start) - 1) == 0) {
        const char *id = job->m->path + sizeof(start) - 1;

        uri_decode(&job->model, id, strcspn(id, "/"), false);
    }
}

/* POST /_standin/faults, POST /_standin/reset, GET /_standin/counters */
static void answer_control(struct service *s, struct job *job)
{
    const char *what = job->m->path + strlen("/_standin/");
    struct error err;
    struct buf body;
    int status = 200;

    buf_init(&body, 1 << 20);
    if (strcmp(what, "counters") == 0) {
        counters_write(&s->counters, &body);
    } else if (strcmp(what, "reset") == 0) {
        counters_reset(&s->counters);
    } else if (strcmp(what, "faults") != 0) {
        status = 404;
    } else if (faults_set(&s->faults, job->m->body, job->m->body_len, &err) < 0) {
        status = 400;
        buf_addf(&body, "%s\n", err.message);
    }
    start_answer(s, job, status);
    add_body(job, buf_str(&body), body.len, FAULT_NONE);
    buf_clear(&body);
}

static void answer_service(struct service *s, struct job *job, int64_t now_ms)
{
    struct auth_refusal refusal;
    char signing_name[NAME_SIZE];
    bool sts;

    job->request.service = find_service(job->m, signing_name);
    sts = strcmp(job->request.service, "sts") == 0;
    job->operation = server_operation(&job->request);
    if (*job->operation == '\0')
        job->operation = "Unknown";
    read_model(job);
    counters_came(&s->counters, job->operation, now_ms);
    job->plan->counted = true;
    job->plan->due_ms += s->faults.latency_ms;
    if (auth_check(&s->auth, job->m, sts ? "sts" : "bedrock", wall_ms(s), &refusal))
        answer_known(s, job, now_ms);
    else
        answer_error(s, job, refusal.status, sts ? name_for_sts(refusal.type) : refusal.type,
                     refusal.message);
    count_body(s, job);
    buf_clear(&job->model);
}

void service_answer(struct service *s, const struct message *m, int64_t now_ms, struct buf *out,
                    struct plan *plan)
{
    struct job job = {.m = m, .plan = plan, .out = out};

    *plan = (struct plan){.due_ms = now_ms, .close = m->last};
    job.request = (struct http_request){
        .service = "",
        .method = m->method,
        .path = m->path,
        .query = m->query,
        .headers = m->headers,
        .header_count = m->header_count,
        .body = m->body,
        .body_len = m->body_len,
    };
    make_request_id(s, job.request_id);
    if (strncmp(m->path, "/_standin/", 10) == 0)
        answer_control(s, &job);
    else
        answer_service(s, &job, now_ms);
}

void service_refuse(struct service *s, const struct message *m, struct buf *out, struct plan *plan)
{
    struct message none = {.method = "GET"};
    struct job job = {.m = &none, .plan = plan, .out = out};

    *plan = (struct plan){.due_ms = clock_monotonic_ms(s->clock), .close = true};
    make_request_id(s, job.request_id);
    start_answer(s, &job, m->status);
    add_body(&job, m->problem, strlen(m->problem), FAULT_NONE);
}
