#ifndef MAKI_TESTS_FAKE_AWS_H
#define MAKI_TESTS_FAKE_AWS_H

/*
 * All that credentials are looked for in, for tests: an environment, a home folder with AWS's
 * files, a clock, servers and processes that answer by a script. Every secret in a test has
 * SECRET_MARK in it, and no error may ever show it.
 *
 *   struct fake_aws f;
 *   fake_aws_init(&f);
 *   f.vars[1] = "AWS_ACCESS_KEY_ID=…";
 *   fake_aws_script(&f, (struct fake_reply){"GET http://…", 200, "{…}", NULL});
 *   fake_aws_start(&f, "[default]…", NULL);
 *   … f.chain …
 *   fake_aws_clear(&f);
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "base/file.h"
#include "base/mem.h"
#include "fake_env.h"
#include "unit.h"

#define SECRET_MARK "S3CR3T"

enum { FAKE_NOW_S = 1767323045 }; /* 2026-01-02T03:04:05Z */

struct fake_reply {
    const char *wants; /* "METHOD URL" */
    int status;
    const char *body;
    const char *error; /* no answer, but this message; NULL for an answer */
};

struct fake_aws {
    const char *vars[24]; /* the environment; the first is HOME */
    struct aws_env env;
    struct aws_config_choice choice;
    struct aws_config config;
    struct clock clock;
    int64_t now_ms;
    struct fake_reply script[16];
    size_t replies, next;
    struct buf request;            /* the latest: "name: value\n" lines, an empty line, the body */
    const struct aws_fetch *fetch; /* the latest; its strings are gone */
    struct aws_fetch latest;
    const char *output; /* of processes; NULL: they fail */
    char command[256];  /* the latest */
    size_t processes;
    struct aws_chain *chain;
    bool nested; /* fetching asks the chain, too */
    struct error nested_error;
};

static char fake_home[] = "/tmp/maki-unit-aws-XXXXXX";
static bool fake_home_made;

static inline int64_t fake_now(void *state)
{
    return ((struct fake_aws *)state)->now_ms;
}

/* Secrets in an error are a failure in any test. */
static inline void fake_check_secrets(const struct error *err)
{
    CHECK(strstr(err->message, SECRET_MARK) == NULL);
    CHECK(strstr(err->code, SECRET_MARK) == NULL);
}

static inline void fake_note_request(struct fake_aws *f, const struct aws_fetch *fetch)
{
    buf_reset(&f->request);
    for (size_t i = 0; i < fetch->header_count; i++)
        buf_addf(&f->request, "%s: %s\n", fetch->headers[i].name, fetch->headers[i].value);
    buf_addc(&f->request, '\n');
    buf_add(&f->request, fetch->body, fetch->body_len);
    f->latest = *fetch;
}

static inline int fake_fetch(void *context, const struct aws_fetch *fetch, int *status,
                             struct buf *body, struct error *err)
{
    struct fake_aws *f = context;
    const struct fake_reply *reply = &f->script[f->next];
    const struct aws_credentials *c;
    char line[2048];

    fake_note_request(f, fetch);
    snprintf(line, sizeof(line), "%s %s", fetch->method, fetch->url);
    if (f->nested)
        CHECK_INT(-1, aws_chain_get(f->chain, &c, &f->nested_error));
    if (f->next == f->replies) {
        CHECK_STR("(no request)", line);
        return error_set(err, ERR_UNAVAILABLE, "Unexpected", "not in the script");
    }
    f->next++;
    CHECK_STR(reply->wants, line);
    if (reply->error != NULL)
        return error_set(err, ERR_UNAVAILABLE, "NoAnswer", "%s", reply->error);
    *status = reply->status;
    buf_adds(body, reply->body ? reply->body : "");
    return 0;
}

static inline int fake_run(void *context, const char *command, int64_t timeout_ms,
                           struct buf *output, struct error *err)
{
    struct fake_aws *f = context;

    CHECK(timeout_ms > 0);
    f->processes++;
    snprintf(f->command, sizeof(f->command), "%s", command);
    if (f->output == NULL)
        return error_set(err, ERR_PERM, "ProcessFailed", "it ended with status 3");
    buf_adds(output, f->output);
    return 0;
}

static inline void fake_save(const char *path, const char *text)
{
    struct file_write write = {
        .path = path, .data = text, .len = strlen(text), .mode = 0600, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

static inline void fake_aws_init(struct fake_aws *f)
{
    static char home[64];

    if (!fake_home_made && (mkdtemp(fake_home) == NULL || chdir(fake_home) < 0))
        abort();
    fake_home_made = true;
    snprintf(home, sizeof(home), "HOME=%s", fake_home);
    memset(f, 0, sizeof(*f));
    f->vars[0] = home;
    f->now_ms = FAKE_NOW_S * INT64_C(1000);
    f->clock = (struct clock){fake_now, fake_now, NULL, f};
    buf_init_secret(&f->request, 1 << 20);
}

static inline void fake_aws_script(struct fake_aws *f, struct fake_reply reply)
{
    if (f->replies == sizeof(f->script) / sizeof(f->script[0]))
        abort();
    f->script[f->replies++] = reply;
}

/* With the texts of ~/.aws/config and ~/.aws/credentials (NULL for none). */
static inline void fake_aws_start(struct fake_aws *f, const char *config, const char *credentials)
{
    struct aws_outside outside = {&f->config, &f->clock, fake_fetch, f, fake_run, f};
    struct error err = {0};

    fake_save(".aws/config", config ? config : "");
    fake_save(".aws/credentials", credentials ? credentials : "");
    f->env = fake_env(f->vars);
    CHECK_INT(0, aws_config_load(&f->config, &f->env, &f->choice, &err));
    CHECK_STR("", err.message);
    f->chain = aws_chain_new(&outside);
}

/*
 * Whether this part of our own memory has the mark in it. It is read by way of a file: much of it
 * is not ours to look at.
 */
static inline bool fake_range_has_secret(int memory, unsigned long from, unsigned long to)
{
    static char part[1 << 16];
    size_t keep = 0; /* the mark may lie across two parts */

    if (from <= (unsigned long)part && (unsigned long)part < to)
        return false;
    while (from < to) {
        size_t want = sizeof(part) - keep < to - from ? sizeof(part) - keep : to - from;
        ssize_t got = pread(memory, part + keep, want, (off_t)from);

        if (got <= 0)
            return false;
        if (memmem(part, keep + (size_t)got, SECRET_MARK, strlen(SECRET_MARK)) != NULL)
            return true;
        from += (size_t)got;
        memmove(part, part + keep + got - (strlen(SECRET_MARK) - 1), strlen(SECRET_MARK) - 1);
        keep = strlen(SECRET_MARK) - 1;
    }
    return false;
}

/* Whether a secret is left anywhere on the heap, freed or not. */
static inline bool fake_heap_has_secret(void)
{
    enum { LARGE = 64 << 20 }; /* not ours but a sanitizer's */
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[512];
    bool found = false;

    CHECK(maps != NULL && memory >= 0);
    while (!found && maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        char *at;
        unsigned long from = strtoul(line, &at, 16);
        unsigned long to = strtoul(at + 1, &at, 16);
        bool anonymous = strstr(line, " 00:00 0 ") != NULL;
        bool stack = from <= (unsigned long)line && (unsigned long)line < to;

        if (strncmp(at, " rw", 3) == 0 && anonymous && !stack && to - from <= LARGE)
            found = fake_range_has_secret(memory, from, to);
    }
    fclose(maps);
    close(memory);
    return found;
}

/* Every reply of the script must have been asked for, and no secret must be left in memory. */
static inline void fake_aws_clear(struct fake_aws *f)
{
    CHECK_INT(f->replies, f->next);
    aws_chain_free(f->chain);
    aws_config_clear(&f->config);
    buf_clear(&f->request);
    CHECK(!fake_heap_has_secret());
}

/* Credentials are found: "id secret token source". */
static inline void fake_check_found(struct fake_aws *f, const char *expected)
{
    const struct aws_credentials *c;
    struct error err = {0};
    char text[1024];

    if (aws_chain_get(f->chain, &c, &err) < 0)
        CHECK_STR("", err.message);
    else if (snprintf(text, sizeof(text), "%s %s %s %s", c->access_key_id, c->secret_access_key,
                      c->session_token ? c->session_token : "-", c->source) > 0)
        CHECK_STR(expected, text);
}

static inline void fake_check_error(struct fake_aws *f, enum error_kind kind, const char *expected)
{
    const struct aws_credentials *c;
    struct error err = {0};

    CHECK_INT(-1, aws_chain_get(f->chain, &c, &err));
    CHECK_STR(expected, err.message);
    CHECK_INT(kind, err.kind);
    fake_check_secrets(&err);
}

/* Whether the latest request has this in it. */
static inline void fake_check_request(const struct fake_aws *f, const char *part)
{
    if (strstr(buf_str(&f->request), part) == NULL)
        CHECK_STR(part, buf_str(&f->request));
}

static inline int fake_remove(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

static inline int fake_aws_end(void)
{
    if (fake_home_made)
        nftw(fake_home, fake_remove, 8, FTW_DEPTH | FTW_PHYS);
    return unit_end();
}

#endif
