#include "offline/job_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "offline/query.h"

enum { VALUE_SIZE = 256, PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

struct selection {
    char status[VALUE_SIZE], name[VALUE_SIZE];
    int64_t after_ms, before_ms;
    bool ascending;
    size_t max;
    size_t start; /* how many jobs, in the list's order, lie before the page */
};

static bool read_number(const char *text, size_t least, size_t most, size_t *number)
{
    char *end;

    errno = 0;
    *number = strtoul(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= least && *number <= most;
}

static const char *read_selection(const char *query, struct selection *s)
{
    char text[VALUE_SIZE];

    *s = (struct selection){.after_ms = INT64_MIN, .before_ms = INT64_MAX, .max = PAGE_DEFAULT};
    query_get(query, "statusEquals", s->status, sizeof(s->status));
    query_get(query, "nameContains", s->name, sizeof(s->name));
    if (query_get(query, "submitTimeAfter", text, sizeof(text)) &&
        time_parse_iso(text, &s->after_ms) < 0)
        return "submitTimeAfter: Member must be a timestamp";
    if (query_get(query, "submitTimeBefore", text, sizeof(text)) &&
        time_parse_iso(text, &s->before_ms) < 0)
        return "submitTimeBefore: Member must be a timestamp";
    if (query_get(query, "sortBy", text, sizeof(text)) && strcmp(text, "CreationTime") != 0)
        return "sortBy: Member must satisfy enum value set: [CreationTime]";
    s->ascending =
        query_get(query, "sortOrder", text, sizeof(text)) && strcmp(text, "Ascending") == 0;
    if (query_get(query, "maxResults", text, sizeof(text)) &&
        !read_number(text, 1, PAGE_MAX, &s->max))
        return "maxResults: Member must be from 1 to 1000";
    if (query_get(query, "nextToken", text, sizeof(text)) &&
        (text[0] != 'n' || !read_number(text + 1, 1, SIZE_MAX, &s->start)))
        return "nextToken: the token is not valid";
    return NULL;
}

static bool is_wanted(const struct selection *s, jv info)
{
    int64_t ms = 0;

    time_parse_iso(json_str(info, "submitTime", NULL), &ms);
    return ms > s->after_ms && ms < s->before_ms &&
           (*s->status == '\0' || strcmp(s->status, json_str(info, "status", NULL)) == 0) &&
           strstr(json_str(info, "jobName", NULL), s->name) != NULL;
}

/*
 * A page's token is the number of the job that it starts with, by age: so pages neither repeat nor
 * leave out what was there when the list began.
 */
void job_list(const struct job_state *state, const char *query, struct reply *reply)
{
    struct selection s;
    const char *problem = read_selection(query, &s);
    size_t found = 0;
    size_t next = 0;
    size_t at;

    if (problem != NULL) {
        reply_error(reply, 400, "ValidationException", "%s", problem);
        return;
    }
    buf_adds(&reply->body, "{\"invocationJobSummaries\":[");
    at = s.start != 0 ? s.start : s.ascending ? 1 : state->count; /* from 1 on, by age */
    for (; at >= 1 && at <= state->count; at += s.ascending ? 1 : (size_t)-1) {
        jv info = state->items[at - 1].info;

        if (!is_wanted(&s, info))
            continue;
        if (found == s.max) {
            next = at;
            break;
        }
        if (found++ > 0)
            buf_addc(&reply->body, ',');
        json_write(&reply->body, info);
    }
    buf_addc(&reply->body, ']');
    if (next != 0)
        buf_addf(&reply->body, ",\"nextToken\":\"n%zu\"", next);
    buf_addc(&reply->body, '}');
}
