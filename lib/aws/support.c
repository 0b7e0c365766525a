#include "aws/support.h"

#include <stdlib.h>
#include <string.h>

#include "aws/service_error.h"
#include "aws/support_request.h"
#include "base/mem.h"
#include "http/call.h"
#include "json/json.h"

enum { PAGE_BYTES_MAX = 64 << 20, WAIT_MS = 1000 };

/* A case whose conversation is asked for, one page of it after the other. */
struct conversation {
    struct support *support;
    struct support_case *target;
    jv communications;
    struct support_request request;
};

struct support {
    struct http_transport *transport;
    jv query;         /* the members that every page's request has */
    char *next_token; /* of the page that comes next; NULL: the first */
    bool over;
    struct http_call call;
    struct support_request request;
    struct support_case *cases;
    size_t count, cap;
    size_t asking; /* conversations under way */
};

struct support *support_new(struct http_transport *transport, const struct support_query *query)
{
    struct support *s = mem_calloc(1, sizeof(*s));

    s->transport = transport;
    s->query = jv_object();
    if (query->after_time != NULL)
        json_set_str(&s->query, "afterTime", query->after_time);
    if (query->before_time != NULL)
        json_set_str(&s->query, "beforeTime", query->before_time);
    json_set(&s->query, "includeResolvedCases", jv_bool(!query->open_only));
    json_set(&s->query, "includeCommunications", jv_true());
    json_set(&s->query, "maxResults", jv_number(SUPPORT_PAGE_SIZE));
    http_call_init(&s->call, PAGE_BYTES_MAX);
    support_request_init(&s->request);
    return s;
}

static void forget_cases(struct support *s)
{
    for (size_t i = 0; i < s->count; i++)
        jv_free(s->cases[i].value);
    s->count = 0;
}

void support_free(struct support *s)
{
    if (s == NULL)
        return;
    forget_cases(s);
    free(s->cases);
    free(s->next_token);
    jv_free(s->query);
    http_call_clear(&s->call);
    support_request_clear(&s->request);
    free(s);
}

static void on_communications(void *context, const struct http_response *response,
                              const struct error *err);

/* Ask for the next page of a conversation; what fails is the case's error. */
static void ask_conversation(struct conversation *c, const char *next_token)
{
    jv input = jv_object();
    const struct http_request *request;

    json_set(&input, "caseId", jv_copy(json_get(c->target->value, "caseId")));
    json_set(&input, "maxResults", jv_number(SUPPORT_PAGE_SIZE));
    if (next_token != NULL)
        json_set_str(&input, "nextToken", next_token);
    request = support_request_make(&c->request, "DescribeCommunications", input);
    if (http_submit(c->support->transport, request, on_communications, c, &c->target->err) == 0)
        c->support->asking++;
}

/* All pages are here: they take the place of the latest ones. */
static void finish_conversation(struct conversation *c)
{
    jv recent = jv_object();

    json_set(&recent, "communications", jv_copy(c->communications));
    json_set(&c->target->value, "recentCommunications", recent);
}

static void on_communications(void *context, const struct http_response *response,
                              const struct error *err)
{
    struct conversation *c = context;
    const char *next;
    jv page;

    c->support->asking--;
    if (response == NULL) {
        c->target->err = *err;
        return;
    }
    page = support_response_read(response, "communications", &c->target->err);
    if (!jv_is_valid(page))
        return;
    for (int i = 0; i < json_count(json_get(page, "communications")); i++)
        json_append(&c->communications, jv_copy(json_at(json_get(page, "communications"), i)));
    next = json_str(page, "nextToken", NULL);
    if (json_count(c->communications) > SUPPORT_COMMUNICATIONS_MAX)
        error_set(&c->target->err, ERR_DATA, "TooManyCommunications",
                  "the case has over %d communications", SUPPORT_COMMUNICATIONS_MAX);
    else if (next != NULL && *next != '\0')
        ask_conversation(c, next);
    else
        finish_conversation(c);
    jv_free(page);
}

static bool is_cut(jv value)
{
    const char *token = json_str(json_get(value, "recentCommunications"), "nextToken", NULL);

    return token != NULL && *token != '\0';
}

/* Complete the conversations of a page's cases, all at once. */
static int complete(struct support *s, struct error *err)
{
    struct conversation *conversations = mem_calloc(s->count + 1, sizeof(*conversations));
    int status = 0;

    for (size_t i = 0; i < s->count; i++) {
        conversations[i] = (struct conversation){
            .support = s, .target = &s->cases[i], .communications = jv_array()};
        support_request_init(&conversations[i].request);
        if (is_cut(s->cases[i].value))
            ask_conversation(&conversations[i], NULL);
    }
    while (s->asking > 0 && status >= 0)
        status = http_wait(s->transport, WAIT_MS, err);
    for (size_t i = 0; i < s->count; i++) {
        jv_free(conversations[i].communications);
        support_request_clear(&conversations[i].request);
    }
    free(conversations);
    return status < 0 ? -1 : 0;
}

static void take_cases(struct support *s, jv cases)
{
    forget_cases(s);
    s->count = (size_t)json_count(cases);
    s->cases = mem_grow(s->cases, &s->cap, s->count + 1, sizeof(*s->cases));
    for (size_t i = 0; i < s->count; i++)
        s->cases[i] = (struct support_case){.value = jv_copy(json_at(cases, (int)i))};
}

/* A token that comes back unchanged would be asked for for ever. */
static int take_token(struct support *s, jv page, struct error *err)
{
    const char *next = json_str(page, "nextToken", NULL);

    if (next != NULL && s->next_token != NULL && strcmp(next, s->next_token) == 0)
        return error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                         "AWS Support: DescribeCases gave the same nextToken twice");
    free(s->next_token);
    s->next_token = next != NULL && *next != '\0' ? mem_strdup(next) : NULL;
    s->over = s->next_token == NULL;
    return 0;
}

int support_next(struct support *s, const struct support_case **cases, size_t *count,
                 struct error *err)
{
    jv input;
    jv page;
    int status;

    if (s->over)
        return 0;
    input = jv_copy(s->query);
    if (s->next_token != NULL)
        json_set_str(&input, "nextToken", s->next_token);
    if (http_call(&s->call, s->transport, support_request_make(&s->request, "DescribeCases", input),
                  err) < 0)
        return -1;
    page = support_response_read(&s->call.response, "cases", err);
    if (!jv_is_valid(page))
        return -1;
    status = take_token(s, page, err);
    if (status == 0) {
        take_cases(s, json_get(page, "cases"));
        status = complete(s, err);
    }
    jv_free(page);
    *cases = s->cases;
    *count = s->count;
    return status < 0 ? -1 : 1;
}
