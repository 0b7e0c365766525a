#include "http/record.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_transport.h"
#include "files.h"
#include "recorded.h"
#include "scratch.h"
#include "unit.h"

static char dir[] = "/tmp/maki-record-XXXXXX";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct http_transport *open_record(struct fake_transport *fake)
{
    struct error err;
    struct http_transport *t = http_record_new(&fake->base, dir, &err);

    CHECK(t != NULL);
    return t;
}

/* One answer after the other to one request, in an empty folder: the file, which the caller frees.
 */
static char *record_series(const struct http_request *request, const struct fake_answer *script,
                           size_t count)
{
    struct fake_transport fake;
    struct http_transport *t;
    struct got got = {0};
    char *all;

    fake_init(&fake, script, count);
    t = open_record(&fake);
    for (size_t i = 0; i < count; i++)
        ask_once(t, request, &got);
    http_free(t);
    fake_clear(&fake);
    got_clear(&got);
    all = snapshot(dir);
    return all;
}

static void test_one(void)
{
    static const struct http_header headers[] = {{"date", "Sun, 22 Nov 2026 20:00:00 GMT"},
                                                 {"etag", "\"abc\""},
                                                 {"x-amzn-requestid", "8a2b"},
                                                 {"content-type", "application/json"},
                                                 {"content-length", "22"}};
    static const struct fake_answer answer[] = {
        {.body = "{\"a\":1.0,\"b\":[\"x\",{}]}", .headers = headers, .header_count = 5}};

    TEST("an exchange becomes a readable file without time, id or length")
    {
        static const struct http_header sent[] = {{"content-type", "application/json"}};
        struct http_request request = converse("{\"q\":\"why?\"}");
        char *all;

        request.headers = sent;
        request.header_count = 1;
        scratch_empty(dir);
        all = record_series(&request, answer, 1);
        CHECK_STR("== bedrock-runtime\n"
                  "== POST-model-m-0-converse-6fbd45fca30216bd.json\n"
                  "{\n"
                  "  \"version\": 1,\n"
                  "  \"request\": {\n"
                  "    \"service\": \"bedrock-runtime\",\n"
                  "    \"method\": \"POST\",\n"
                  "    \"path\": \"/model/m%3A0/converse\",\n"
                  "    \"headers\": {\n"
                  "      \"content-type\": \"application/json\"\n"
                  "    },\n"
                  "    \"body\": {\n"
                  "      \"q\": \"why?\"\n"
                  "    }\n"
                  "  },\n"
                  "  \"responses\": [\n"
                  "    {\n"
                  "      \"status\": 200,\n"
                  "      \"headers\": {\n"
                  "        \"content-type\": \"application/json\",\n"
                  "        \"etag\": \"\\\"abc\\\"\"\n"
                  "      },\n"
                  "      \"body\": {\n"
                  "        \"a\": 1.0,\n"
                  "        \"b\": [\n"
                  "          \"x\",\n"
                  "          {}\n"
                  "        ]\n"
                  "      }\n"
                  "    }\n"
                  "  ]\n"
                  "}\n\n",
                  all);
        free(all);
    }
    TEST("the one who asks gets the answer as if nobody listened")
    {
        struct http_request request = converse("x");
        struct fake_transport fake;
        struct http_transport *t;
        struct got got = {0};

        scratch_empty(dir);
        fake_init(&fake, answer, 1);
        t = open_record(&fake);
        CHECK_INT(200, ask_once(t, &request, &got));
        CHECK_STR(answer[0].body, got.body);
        CHECK_STR("\"abc\"", got.etag);
        CHECK_INT(1, got.done);
        CHECK_STR("record", t->ops->name);
        http_free(t);
        CHECK_INT(0, fake.changed);
        fake_clear(&fake);
        got_clear(&got);
    }
    TEST("how many calls an answer took is kept, since programs tell it")
    {
        static const struct fake_answer late[] = {{.status = 429, .attempts = 3, .body = "{}"}};
        struct http_request request = converse("x");
        char *all;

        scratch_empty(dir);
        all = record_series(&request, late, 1);
        CHECK(strstr(all, "\"status\": 429,\n      \"attempts\": 3,\n") != NULL);
        free(all);
    }
    TEST("of an answer without body the length is kept")
    {
        struct http_request request = get("s3", "/b/k", "");
        char *all;

        request.method = "HEAD";
        scratch_empty(dir);
        all = record_series(&request, answer, 1);
        CHECK(strstr(all, "\"content-length\": \"22\"") != NULL);
        free(all);
    }
    TEST("what failed without an answer is not recorded")
    {
        static const struct fake_answer broken[] = {{.error = "Timeout"}};
        struct http_request request = converse("x");
        char *all;

        scratch_empty(dir);
        all = record_series(&request, broken, 1);
        CHECK_STR("\n", all);
        free(all);
    }
}

static const struct fake_answer poll[] = {{.body = "{\"status\":\"InProgress\"}"},
                                          {.body = "{\"status\":\"InProgress\"}"},
                                          {.error = "Timeout"},
                                          {.body = "{\"status\":\"InProgress\"}"},
                                          {.body = "{\"status\":\"Completed\"}"},
                                          {.body = "{\"status\":\"Completed\"}"}};

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
        count++;
    return count;
}

static void test_series(void)
{
    struct http_request request = get("bedrock", "/model-invocation-job/j", "");

    TEST("a series stands in one file, equal neighbours once")
    {
        char *all;

        scratch_empty(dir);
        all = record_series(&request, poll, COUNT(poll));
        CHECK_INT(1, count_of(all, ".json"));
        CHECK_INT(2, count_of(all, "\"status\": 200"));
        CHECK(strstr(all, "InProgress") < strstr(all, "Completed"));
        free(all);
    }
    TEST("at another pace the same bytes")
    {
        char *slow;
        char *quick;

        scratch_empty(dir);
        slow = record_series(&request, poll, COUNT(poll));
        scratch_empty(dir);
        quick = record_series(&request, poll + 3, 2);
        CHECK_STR(slow, quick);
        free(slow);
        free(quick);
    }
    TEST("recording again the same leaves the same; recording something else replaces")
    {
        static const struct fake_answer other[] = {{.body = "{\"status\":\"InProgress\"}"},
                                                   {.body = "{\"status\":\"Failed\"}"}};
        static const struct fake_answer first[] = {{.body = "{\"status\":\"Submitted\"}"}};
        char *before;
        char *after;

        scratch_empty(dir);
        before = record_series(&request, poll, COUNT(poll));
        after = record_series(&request, poll, COUNT(poll));
        CHECK_STR(before, after);
        free(after);
        after = record_series(&request, other, 2);
        CHECK_INT(2, count_of(after, "\"status\": 200"));
        CHECK_INT(1, count_of(after, "Failed"));
        CHECK_INT(0, count_of(after, "Completed"));
        free(after);
        after = record_series(&request, first, 1);
        CHECK_INT(1, count_of(after, "\"status\": 200"));
        CHECK_INT(1, count_of(after, "Submitted"));
        free(after);
        free(before);
    }
    TEST("other requests' files stay")
    {
        struct http_request other = get("bedrock", "/model-invocation-job/k", "");
        char *all;

        scratch_empty(dir);
        free(record_series(&request, poll, 1));
        all = record_series(&other, poll, 1);
        CHECK_INT(2, count_of(all, ".json"));
        free(all);
    }
    TEST("a damaged file of an older run is replaced")
    {
        char *before;
        char *after;
        char *path;
        struct error err;

        scratch_empty(dir);
        before = record_series(&request, poll, 1);
        path = only_file(dir, "bedrock");
        CHECK(path != NULL);
        CHECK_INT(0, put(path, "{\"version\": 1, \"req", false, NULL, &err));
        after = record_series(&request, poll, 1);
        CHECK_STR(before, after);
        free(path);
        free(before);
        free(after);
    }
}

/* To the same question the n-th gets its number, to others what they ask. */
static void numbered(struct fake_transport *fake, size_t n, const struct http_request *request,
                     struct fake_answer *answer)
{
    static char bodies[100][32];

    (void)fake;
    snprintf(bodies[n % 100], sizeof(bodies[0]), "{\"n\":%zu,\"len\":%zu}", n, request->body_len);
    answer->body = bodies[n % 100];
    if (n % 7 == 3)
        answer->error = "Timeout";
}

/* Forty requests at once, every third the same; the caller frees. */
static char *record_many(enum fake_order order, uint64_t seed)
{
    enum { MANY = 40 };
    static char bodies[MANY][MANY + 2];
    struct http_request requests[MANY];
    struct fake_transport fake;
    struct http_transport *t;
    struct got got = {0};
    struct error err;

    scratch_empty(dir);
    fake_init(&fake, NULL, 0);
    fake.answer = numbered;
    fake.order = order;
    fake.seed = seed;
    fake.per_wait = 3;
    t = open_record(&fake);
    for (size_t i = 0; i < MANY; i++) {
        memset(bodies[i], 'x', i % 3 ? i : 1);
        bodies[i][i % 3 ? i : 1] = '\0';
        requests[i] = converse(bodies[i]);
        CHECK_INT(0, http_submit(t, &requests[i], got_note, &got, &err));
    }
    while (http_wait(t, 1000, &err) > 0)
        ;
    CHECK_INT(MANY, got.done);
    http_free(t);
    fake_clear(&fake);
    got_clear(&got);
    return snapshot(dir);
}

static void test_order(void)
{
    TEST("the order in which answers come does not change a byte")
    {
        char *in_order = record_many(FAKE_FIFO, 0);

        CHECK(count_of(in_order, "\"status\": 200") > 20);
        for (uint64_t seed = 0; seed < 5; seed++) {
            char *other = record_many(seed == 0 ? FAKE_LIFO : FAKE_SHUFFLED, seed);

            CHECK_STR(in_order, other);
            free(other);
        }
        free(in_order);
    }
    TEST("what was answered is kept when the rest is given up")
    {
        struct http_request requests[3] = {converse("x"), converse("x"), converse("x")};
        struct fake_transport fake;
        struct http_transport *t;
        struct got got = {0};
        struct error err;
        char *all;

        scratch_empty(dir);
        fake_init(&fake, NULL, 0);
        fake.answer = numbered;
        fake.order = FAKE_LIFO;
        fake.per_wait = 2;
        t = open_record(&fake);
        for (int i = 0; i < 3; i++)
            CHECK_INT(0, http_submit(t, &requests[i], got_note, &got, &err));
        CHECK_INT(2, http_wait(t, 0, &err)); /* the last two, which wait for the first */
        http_free(t);
        fake_clear(&fake);
        got_clear(&got);
        all = snapshot(dir);
        CHECK_INT(2, count_of(all, "\"status\": 200"));
        CHECK(strstr(all, "\"n\": 1") != NULL && strstr(all, "\"n\": 2") > strstr(all, "\"n\": 1"));
        free(all);
    }
}

static void test_trouble(void)
{
    static const struct fake_answer answer[] = {{.body = "{}"}};
    struct http_request request = converse("x");

    TEST("a folder that cannot be made is told at once")
    {
        struct fake_transport fake;
        struct error err;
        char *path = mem_printf("%s/file", dir);
        char *below = mem_printf("%s/file/below", dir);

        scratch_empty(dir);
        CHECK_INT(0, put(path, "", false, NULL, &err));
        fake_init(&fake, NULL, 0);
        CHECK(http_record_new(&fake.base, below, &err) == NULL);
        CHECK_INT(ERR_CANTCREAT, err.kind);
        free(path);
        free(below);
    }
    TEST(
        "when a fixture cannot be written, the answer comes, the wait fails, and nothing more goes")
    {
        struct fake_transport fake;
        struct http_transport *t;
        struct got got = {0};
        struct error err;
        char *path = mem_printf("%s/bedrock-runtime", dir);

        scratch_empty(dir);
        CHECK_INT(0, put(path, "", false, NULL, &err)); /* where its folder should be */
        fake_init(&fake, answer, 1);
        t = open_record(&fake);
        CHECK_INT(0, http_submit(t, &request, got_note, &got, &err));
        CHECK_INT(-1, http_wait(t, 1000, &err));
        CHECK_INT(ERR_CANTCREAT, err.kind);
        CHECK(strncmp(err.message, "recording: ", 11) == 0);
        CHECK_INT(1, got.done);
        CHECK_INT(200, got.status);
        CHECK_INT(-1, http_submit(t, &request, got_note, &got, &err));
        CHECK_INT(1, fake.submitted);
        http_free(t);
        fake_clear(&fake);
        got_clear(&got);
        free(path);
    }
    TEST("what the transport below refuses is refused, and leaves no gap in the series")
    {
        struct fake_transport fake;
        struct http_transport *t;
        struct got got = {0};
        char *all;

        scratch_empty(dir);
        fake_init(&fake, answer, 1);
        fake.refused = 0;
        t = open_record(&fake);
        CHECK_INT(-1, ask_once(t, &request, &got));
        CHECK_STR("Refused", got.err.code);
        CHECK_INT(200, ask_once(t, &request, &got));
        http_free(t);
        fake_clear(&fake);
        got_clear(&got);
        all = snapshot(dir);
        CHECK_INT(1, count_of(all, "\"status\": 200"));
        free(all);
    }
    TEST("two processes record into one folder at once, and every file is whole")
    {
        enum { EACH = 60 };
        pid_t children[2];
        int broken = 0;
        char *all;

        scratch_empty(dir);
        for (int p = 0; p < 2; p++) {
            children[p] = fork();
            if (children[p] == 0) {
                for (int i = 0; i < EACH; i++) {
                    char body[32];

                    snprintf(body, sizeof(body), "{\"i\":%d}", i);
                    request = converse(body);
                    free(record_series(&request, poll, COUNT(poll)));
                }
                _exit(unit.test_failed ? 1 : 0);
            }
        }
        for (int p = 0; p < 2; p++) {
            int status = -1;

            waitpid(children[p], &status, 0);
            broken += status != 0;
        }
        CHECK_INT(0, broken);
        all = snapshot(dir);
        CHECK_INT(EACH, count_of(all, ".json"));
        CHECK_INT(2 * EACH, count_of(all, "\"status\": 200"));
        CHECK_INT(0, count_of(all, ".maki-"));
        free(all);
    }
}

int main(void)
{
    scratch_make(dir);
    test_one();
    test_series();
    test_order();
    test_trouble();
    scratch_remove(dir);
    read_text(NULL);
    return unit_end();
}
