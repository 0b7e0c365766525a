#include "ask_run.h"

#include <unistd.h>

#include "base/file.h"
#include "scratch.h"

static char dir[] = "/tmp/maki-ask-XXXXXX";

/* The names of all files in the cache, and how many there are. */
static int cache_files(char paths[][200], int max)
{
    struct file_list folders;
    struct error err;
    int count = 0;

    CHECK_INT(0, file_list_dir(dir, &folders, &err));
    for (size_t i = 0; i < folders.count; i++) {
        struct file_list files;
        char *sub = mem_printf("%s/%s", dir, folders.names[i]);

        CHECK_INT(0, file_list_dir(sub, &files, &err));
        for (size_t j = 0; j < files.count && count < max; j++)
            snprintf(paths[count++], 200, "%s/%s", sub, files.names[j]);
        file_list_free(&files);
        free(sub);
    }
    file_list_free(&folders);
    return count;
}

static int count_cache_files(void)
{
    static char paths[QUESTIONS_MAX][200];

    return cache_files(paths, QUESTIONS_MAX);
}

static void write_file(const char *path, const char *text, size_t len)
{
    struct file_write write = {.path = path, .data = text, .len = len, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

static void cached_run(struct run *r, const struct fake_answer *script, size_t count, int questions)
{
    run_begin(r, script, count);
    r->options.cache_dir = dir;
    CHECK_INT(0, run_ask(r, 0, questions));
}

static void test_cache(void)
{
    TEST("what was answered before costs no call")
    {
        struct run r;

        scratch_empty(dir);
        run_begin(&r, NULL, 0);
        r.options.cache_dir = dir;
        r.fake.answer = mixed_answer;
        CHECK_INT(0, run_ask(&r, 0, 30));
        CHECK_INT(40, r.fake.submitted);
        CHECK_INT(0, ask_totals(r.ask)->cached);
        run_end(&r);
        CHECK_INT(40, count_cache_files());

        run_begin(&r, NULL, 0);
        r.options.cache_dir = dir;
        CHECK_INT(0, run_ask(&r, 0, 30));
        CHECK_STR(in_order(30), r.order);
        CHECK_INT(0, r.fake.submitted);
        CHECK_INT(40, ask_totals(r.ask)->calls);
        CHECK_INT(40, ask_totals(r.ask)->cached);
        CHECK_INT(0, ask_totals(r.ask)->usage.input_tokens);
        CHECK_INT(100, r.last.usage.input_tokens); /* what it had cost */
        CHECK_INT(1, r.last.cached);
        run_end(&r);
    }
    TEST("an interrupted run pays only for what had no answer")
    {
        struct run r;

        scratch_empty(dir);
        run_begin(&r, NULL, 0);
        r.options.cache_dir = dir;
        r.fake.answer = mixed_answer;
        r.fake.per_wait = 1;
        r.fake.wait_failure = 17;
        CHECK_INT(-1, run_ask(&r, 0, 30));
        run_end(&r);
        CHECK_INT(17, count_cache_files());

        run_begin(&r, NULL, 0);
        r.options.cache_dir = dir;
        r.fake.answer = mixed_answer;
        CHECK_INT(0, run_ask(&r, 0, 30));
        CHECK_STR(in_order(30), r.order);
        CHECK_INT(40 - 17, r.fake.submitted);
        CHECK_INT(17, ask_totals(r.ask)->cached);
        CHECK(r.fake.in_flight_most <= 4);
        run_end(&r);
    }
    TEST("repairs of cached answers keep the limit")
    {
        struct fake_answer fails[] = {{.body = BAD}, {.error = "Timeout"}};
        struct fake_answer good[] = {{.body = GOOD}};
        struct run r;

        scratch_empty(dir);
        /* leave the invalid first answers in the cache, as a kill between answer and repair does */
        for (int i = 0; i < 12; i++) {
            run_begin(&r, fails, 2);
            r.options.cache_dir = dir;
            CHECK_INT(0, run_ask(&r, i, 1));
            run_end(&r);
        }
        CHECK_INT(12, count_cache_files());
        run_begin(&r, good, 1);
        r.options.cache_dir = dir;
        r.options.in_flight_max = 2;
        r.fake.per_wait = 1;
        CHECK_INT(0, run_ask(&r, 0, 12));
        CHECK_STR(in_order(12), r.order);
        CHECK_INT(2, r.fake.in_flight_most);
        CHECK_INT(12, r.fake.submitted);
        run_end(&r);
    }
    TEST("damaged cache files are asked for again, within the limit")
    {
        static const struct {
            const char *text;
            size_t len;
        } damages[] = {{"", 0},
                       {"{\"output\":{\"mess", 15},
                       {"\0\0\0\0\0\0\0\0", 8},
                       {"null", 4},
                       {"[]", 2},
                       {"\x80\xff", 2}};
        static char paths[QUESTIONS_MAX][200];
        struct fake_answer good[] = {{.body = GOOD}};
        struct run r;

        for (size_t d = 0; d < sizeof(damages) / sizeof(damages[0]); d++) {
            int count;

            scratch_empty(dir);
            cached_run(&r, good, 1, 10);
            run_end(&r);
            count = cache_files(paths, QUESTIONS_MAX);
            CHECK_INT(10, count);
            for (int i = 0; i < count; i++)
                write_file(paths[i], damages[d].text, damages[d].len);
            run_begin(&r, good, 1);
            r.options.cache_dir = dir;
            r.options.in_flight_max = 2;
            r.fake.per_wait = 1;
            CHECK_INT(0, run_ask(&r, 0, 10));
            CHECK_STR(in_order(10), r.order);
            CHECK_INT(10, r.fake.submitted);
            CHECK_INT(2, r.fake.in_flight_most);
            CHECK_INT(0, ask_totals(r.ask)->cached);
            run_end(&r);
            cached_run(&r, good, 1, 10); /* and they are whole now */
            CHECK_INT(0, r.fake.submitted);
            run_end(&r);
        }
    }
    TEST("useless answers are forgotten, so a retry asks anew")
    {
        static const struct {
            struct fake_answer script[2];
            int kept;
        } cases[] = {
            {{{.body = BAD}, {.body = BAD}}, 0},
            {{{.body = ANSWER("{\"text\":\"{}\"}", "max_tokens")}, {.body = ""}}, 0},
            {{{.body = "{\"no\":\"message\"}"}, {.body = ""}}, 0},
            {{{.body = BAD}, {.body = ANSWER("", "content_filtered")}}, 0},
            /* here the model was not heard: its first answer is kept, for it was paid for */
            {{{.body = BAD}, {.status = 503, .body = ""}}, 1},
            {{{.body = BAD}, {.error = "Timeout"}}, 1},
            {{{.status = 400, .body = "{}"}, {.body = ""}}, 0},
        };

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct fake_answer good[] = {{.body = GOOD}};
            struct run r;

            scratch_empty(dir);
            cached_run(&r, cases[i].script, 2, 1);
            CHECK_STR("q0 ", r.order);
            run_end(&r);
            CHECK_INT(cases[i].kept, count_cache_files());
            cached_run(&r, good, 1, 1);
            CHECK_STR("q0+ ", r.order);
            CHECK_INT(1, r.fake.submitted);
            run_end(&r);
        }
    }
    TEST("a cache that cannot be written stops the run before it spends more")
    {
        struct fake_answer good[] = {{.body = GOOD}};
        char *file = mem_printf("%s/file", dir);
        struct run r;

        scratch_empty(dir);
        write_file(file, "x", 1);
        run_begin(&r, good, 1);
        r.options.cache_dir = file; /* a folder cannot be made below a file */
        CHECK_INT(-1, run_ask(&r, 0, 10));
        CHECK_INT(ERR_CANTCREAT, r.err.kind);
        CHECK_INT(4, r.fake.submitted);
        CHECK_INT(-1, ask_drain(r.ask, &r.err));
        CHECK_INT(ERR_CANTCREAT, r.err.kind);
        CHECK_INT(4, r.fake.submitted);
        run_end(&r);
        free(file);
    }
}

int main(void)
{
    alarm(60); /* a loop that waits for nothing is a failure, not a hang */
    scratch_make(dir);
    test_cache();
    scratch_remove(dir);
    return unit_end();
}
