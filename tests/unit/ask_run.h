#ifndef MAKI_TESTS_ASK_RUN_H
#define MAKI_TESTS_ASK_RUN_H

/* Runs of questions over the fake transport, and what came of them: for the tests of
 * lib/maki/ask.c. */
#include <stdio.h>

#include "fake_transport.h"
#include "maki/ask.h"
#include "unit.h"
#include "json/json.h"

/* Answers as Converse gives them. */
#define USAGE                                                                                      \
    ",\"usage\":{\"inputTokens\":100,\"outputTokens\":7,\"cacheReadInputTokens\":20,"              \
    "\"cacheWriteInputTokens\":3}}"
#define ANSWER(content, reason)                                                                    \
    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" content                       \
    "]}},\"stopReason\":\"" reason "\"" USAGE
#define TOOL(input)                                                                                \
    ANSWER("{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"record_it\",\"input\":" input "}}",      \
           "tool_use")
#define TEXT(text) ANSWER("{\"text\":\"" text "\"}", "end_turn")
#define GOOD       TOOL("{\"good\":1}")
#define BAD        TOOL("{\"bad\":1}")

enum { QUESTIONS_MAX = 200 };

/* One run of questions "q0", "q1" … and what came of them. */
struct run {
    struct fake_transport fake;
    struct converse_template *template;
    struct ask_options options;
    struct ask *ask;
    struct error err;
    char order[QUESTIONS_MAX * 5]; /* the questions in the order of their outcomes, "+" behind those
                                      that have a result */
    struct ask_outcome last;       /* result and texts are not kept */
    char result[200];
    int outcomes, dropped;
    int stop_after; /* `done` says stop at this outcome; 0 for never */
};

static int dropped; /* `drop` has no context */

/* {"good":…} is right. */
static inline jv check(void *context, jv answer, struct error *err)
{
    (void)context;
    if (json_has(answer, "good"))
        return jv_copy(answer);
    error_set(err, ERR_DATA, "InvalidAnswer", "good is missing");
    return jv_invalid();
}

static inline int done(void *context, void *question, const struct ask_outcome *outcome)
{
    struct run *r = context;
    struct buf json;

    snprintf(r->order + strlen(r->order), sizeof(r->order) - strlen(r->order), "%s%s ",
             (const char *)question, jv_is_valid(outcome->result) ? "+" : "");
    free(question);
    r->last = *outcome;
    buf_init(&json, sizeof(r->result));
    if (jv_is_valid(outcome->result))
        json_write(&json, outcome->result);
    snprintf(r->result, sizeof(r->result), "%s", buf_str(&json));
    buf_clear(&json);
    return ++r->outcomes == r->stop_after ? -1 : 0;
}

static inline void drop(void *question)
{
    free(question);
    dropped++;
}

static inline void run_begin(struct run *r, const struct fake_answer *script, size_t count)
{
    static const struct converse_settings settings = {
        .model_id = "a.model-v1:0", .temperature = 0.5, .top_p = 0.1, .max_tokens = 100};
    static const struct converse_tool tool = {"record_it", "Record it.", "{\"type\":\"object\"}"};

    *r = (struct run){.template = converse_template_new(&settings, "the system prompt", &tool)};
    fake_init(&r->fake, script, count);
    r->options = (struct ask_options){.transport = &r->fake.base,
                                      .template = r->template,
                                      .in_flight_max = 4,
                                      .check = check,
                                      .done = done,
                                      .drop = drop,
                                      .context = r};
    dropped = 0;
}

/* Put questions first … first + count - 1 and wait for them all; 0 or what ask_submit or ask_drain
 * gave. */
static inline int run_ask(struct run *r, int first, int count)
{
    int status = 0;

    if (r->ask == NULL)
        r->ask = ask_new(&r->options);
    for (int i = first; status == 0 && i < first + count; i++) {
        char *name = mem_printf("q%d", i);

        status = ask_submit(r->ask, name, strlen(name), name, &r->err);
        if (status < 0)
            free(name);
    }
    return status < 0 ? status : ask_drain(r->ask, &r->err);
}

static inline void run_end(struct run *r)
{
    ask_free(r->ask);
    r->dropped = dropped;
    CHECK_INT(0, r->fake.changed);
    converse_template_free(r->template);
    fake_clear(&r->fake);
}

/* "q0+ q1+ …" */
static inline const char *in_order(int count)
{
    static char text[QUESTIONS_MAX * 5];

    text[0] = '\0';
    for (int i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "q%d+ ", i);
    return text;
}

/* The user text of a request's first message. */
static inline void first_text(const char *body, char *text, size_t size)
{
    struct error ignored;
    jv value = json_parse(body, strlen(body), NULL, &ignored);
    const char *found = json_str(
        json_at(json_get(json_at(json_get(value, "messages"), 0), "content"), 0), "text", NULL);

    snprintf(text, size, "%s", found ? found : "(none)");
    jv_free(value);
}

/* Every third question's first answer is invalid. */
static inline void mixed_answer(struct fake_transport *fake, size_t n,
                                const struct http_request *request, struct fake_answer *answer)
{
    char text[40];
    long number;

    (void)fake;
    (void)n;
    first_text(request->body, text, sizeof(text));
    number = strtol(text + 1, NULL, 10);
    answer->body = number % 3 == 0 && strstr(request->body, "toolResult") == NULL ? BAD : GOOD;
}

#endif
