#include "http/replay.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fake_transport.h"
#include "files.h"
#include "http/record.h"
#include "recorded.h"
#include "scratch.h"
#include "unit.h"

static char dir[] = "/tmp/maki-replay-XXXXXX";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct http_transport *open_replay(void)
{
    struct error err;
    struct http_transport *t = http_replay_new(dir, &err);

    CHECK(t != NULL);
    if (t == NULL)
        printf("# %s\n", err.message);
    return t;
}

/* Ask for each request once, with these answers. */
static void record(const struct http_request *requests, size_t count,
                   const struct fake_answer *answers)
{
    struct fake_transport fake;
    struct http_transport *t;
    struct got got = {0};
    struct error err;

    fake_init(&fake, answers, count);
    t = http_record_new(&fake.base, dir, &err);
    CHECK(t != NULL);
    for (size_t i = 0; i < count; i++)
        CHECK(ask_once(t, &requests[i], &got) > 0);
    http_free(t);
    fake_clear(&fake);
    got_clear(&got);
}

static void test_answers(void)
{
    TEST("what was recorded is answered: status, headers, body, attempts")
    {
        static const struct http_header headers[] = {{"etag", "\"e\""}};
        static const char binary[] = "\x1f\x8b\0x";
        static const struct fake_answer answers[] = {
            {.body = "{\"n\":1.50}", .headers = headers, .header_count = 1},
            {.status = 429, .type = "ThrottlingException", .body = "{}", .attempts = 3},
            {.body = binary, .body_len = 4},
        };
        struct http_request requests[] = {converse("{\"a\":1}"), converse("b"),
                                          get("s3", "/b/k.gz", "")};
        struct http_transport *t;
        struct got got = {0};

        scratch_empty(dir);
        record(requests, 3, answers);
        t = open_replay();
        CHECK_STR("replay", t->ops->name);
        CHECK_INT(200, ask_once(t, &requests[0], &got));
        CHECK_STR("{\"n\":1.50}", got.body);
        CHECK_STR("\"e\"", got.etag);
        CHECK_INT(1, got.attempts);
        CHECK_INT(429, ask_once(t, &requests[1], &got));
        CHECK_INT(3, got.attempts);
        CHECK_INT(200, ask_once(t, &requests[2], &got));
        CHECK(got.body_len == 4 && memcmp(got.body, binary, 4) == 0);
        requests[0] = converse("{ \"a\": 1 }");
        CHECK_INT(200, ask_once(t, &requests[0], &got)); /* the same in another form */
        http_free(t);
        got_clear(&got);
    }
    TEST("nothing in flight, nothing to wait for")
    {
        struct http_transport *t = open_replay();
        struct error err;

        CHECK_INT(0, http_wait(t, 1000, &err));
        http_free(t);
    }
    TEST("answers come only from within the wait, and a callback may ask more")
    {
        struct http_request request = converse("b");
        struct http_transport *t = open_replay();
        struct got got = {0};
        struct error err;

        CHECK_INT(0, http_submit(t, &request, got_note, &got, &err));
        CHECK_INT(0, http_submit(t, &request, got_note, &got, &err));
        CHECK_INT(0, got.done);
        CHECK_INT(2, http_wait(t, 0, &err));
        CHECK_INT(2, got.done);
        CHECK_INT(0, http_submit(t, &request, got_note, &got, &err));
        http_free(t); /* dropped without a callback */
        CHECK_INT(2, got.done);
        got_clear(&got);
    }
}

static void test_series(void)
{
    static const struct fake_answer answers[] = {{.body = "1"}, {.body = "2"}, {.body = "3"}};

    TEST("a series comes in its order, and a loop that asks more often gets the last one")
    {
        struct http_request poll = get("bedrock", "/job", "");
        struct http_request polls[] = {poll, poll, poll};
        struct http_transport *t;

        scratch_empty(dir);
        record(polls, 3, answers);
        t = open_replay();
        CHECK_STR("1", ask_body(t, &poll));
        CHECK_STR("2", ask_body(t, &poll));
        CHECK_STR("3", ask_body(t, &poll));
        CHECK_STR("3", ask_body(t, &poll));
        http_free(t);
        t = open_replay();
        CHECK_STR("1", ask_body(t, &poll)); /* anew in each process */
        http_free(t);
    }
    TEST("questions in flight get the answers in the order in which they were asked")
    {
        struct http_request request = converse("q");
        struct http_request same[] = {request, request, request};
        struct http_transport *t;
        struct got got[3] = {0};
        struct error err;

        scratch_empty(dir);
        record(same, 3, answers);
        t = open_replay();
        for (int i = 0; i < 3; i++)
            CHECK_INT(0, http_submit(t, &same[i], got_note, &got[i], &err));
        CHECK_INT(3, http_wait(t, 0, &err));
        CHECK_STR("1", got[0].body);
        CHECK_STR("2", got[1].body);
        CHECK_STR("3", got[2].body);
        http_free(t);
        for (int i = 0; i < 3; i++)
            got_clear(&got[i]);
    }
    TEST("a POST that had different answers has no fourth one, and says so")
    {
        struct http_request request = converse("q");
        struct http_transport *t = open_replay();
        struct got got = {0};

        for (int i = 0; i < 3; i++)
            CHECK_INT(200, ask_once(t, &request, &got));
        CHECK_INT(0, ask_once(t, &request, &got));
        CHECK_STR("NoMoreAnswers", got.err.code);
        CHECK_INT(ERR_CONFIG, got.err.kind);
        CHECK(!got.err.retryable);
        CHECK(strstr(got.err.message, "POST /model/m%3A0/converse (bedrock-runtime, digest ") !=
              NULL);
        CHECK(strstr(got.err.message, "3 different answers") != NULL);
        http_free(t);
        got_clear(&got);
    }
    TEST("equal questions that were answered alike can be asked at will")
    {
        static const struct fake_answer alike[] = {{.body = "1"}, {.body = "1"}};
        struct http_request request = converse("q");
        struct http_request same[] = {request, request};
        struct http_transport *t;

        scratch_empty(dir);
        record(same, 2, alike);
        t = open_replay();
        for (int i = 0; i < 5; i++)
            CHECK_STR("1", ask_body(t, &request));
        http_free(t);
    }
}

/* The error that a request gets; valid until the next call. */
static const struct error *miss(const struct http_request *request)
{
    static struct error err;
    struct http_transport *t = open_replay();
    struct got got = {0};

    CHECK_INT(0, ask_once(t, request, &got));
    err = got.err;
    http_free(t);
    got_clear(&got);
    return &err;
}

static void check_says(const struct error *err, const char *what)
{
    if (strstr(err->message, what) == NULL)
        CHECK_STR(what, err->message);
}

static void test_misses(void)
{
    static const struct fake_answer answers[] = {
        {.body = "{}"}, {.body = "{}"}, {.body = "{}"}, {.body = "{}"}};
    struct http_request requests[] = {
        converse("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Why is it slow?\"}]}],"
                 "\"inferenceConfig\":{\"topP\":0.1}}"),
        converse(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Quite another one\"}]}]"
            ",\"inferenceConfig\":{\"topP\":0.1}}"),
        get("s3", "/bucket", "list-type=2&prefix=a"),
        get("bedrock", "/foundation-models", ""),
    };

    scratch_empty(dir);
    record(requests, 4, answers);
    TEST("a miss names the request, the nearest fixture, and where they differ")
    {
        struct http_request asked = converse(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Why is it slow!\"}]}],"
            "\"inferenceConfig\":{\"topP\":0.2},\"toolConfig\":{}}");
        const struct error *err = miss(&asked);

        CHECK_STR("NoFixture", err->code);
        CHECK_INT(ERR_CONFIG, err->kind);
        CHECK(!err->retryable);
        check_says(err, "no fixture for POST /model/m%3A0/converse (bedrock-runtime, digest ");
        check_says(err, dir);
        check_says(err, ": record it with --record; the nearest is "
                        "bedrock-runtime/POST-model-m-0-converse-");
        check_says(err, "body.messages[0].content[0].text differs: \"… it slow!\" / recorded "
                        "\"… it slow?\"");
        check_says(err, "; body.inferenceConfig.topP differs: \"0.2\" / recorded \"0.1\"");
    }
    TEST("members that only one of them has are told")
    {
        struct http_request asked = converse(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Why is it slow?\"},{}]}],"
            "\"toolConfig\":{}}");
        const struct error *err = miss(&asked);

        check_says(err, "body.messages[0].content[1] was not recorded; "
                        "body.toolConfig was not recorded");
        asked = converse("{\"messages\":[{\"role\":\"user\",\"content\":[]}]}");
        check_says(miss(&asked), "body.messages[0].content[0] is missing, but was recorded");
    }
    TEST("a marker that is the digest of a text does not hide where the text differs")
    {
        static const struct fake_answer answer[] = {{.body = "{}"}};
        struct http_request marked =
            converse("{\"text\":\"<data 0123456789abcdef0123456789abcdef> one "
                     "</data 0123456789abcdef0123456789abcdef>\"}");
        struct http_request asked =
            converse("{\"text\":\"<data ffff456789abcdef0123456789abcdef> two "
                     "</data ffff456789abcdef0123456789abcdef>\"}");

        record(&marked, 1, answer);
        check_says(miss(&asked), "abcdef> two </data ");
        asked = converse("{\"text\":\"<data ffff456789abcdef0123456789abcdef> one "
                         "</data ffff456789abcdef0123456789abcdef>\"}");
        check_says(miss(&asked), "body.text differs: \"<data ffff4567");
    }
    TEST("the nearest is the one with most in common, wherever it stands")
    {
        static const struct fake_answer answer[] = {{.body = "{}"}, {.body = "{}"}};
        struct http_request two[] = {
            converse("{\"m\":\"1111 quite another thing at all, of the same length as it 1111\"}"),
            converse("{\"m\":\"2222 a long question about something that is of interest 2222\"}"),
        };
        struct http_request asked =
            converse("{\"m\":\"1113 a long question about something that is of interest 3111\"}");

        record(two, 2, answer);
        check_says(miss(&asked), "recorded \"2222 a long");
    }
    TEST("another path, query or method is told")
    {
        struct http_request asked = get("s3", "/bucket", "list-type=2&prefix=b");

        check_says(miss(&asked), "query differs: \"…&prefix=b\" / recorded \"…&prefix=a\"");
        asked = get("s3", "/bucke", "list-type=2&prefix=a");
        check_says(miss(&asked), "path differs: \"/bucke\" / recorded \"/bucket\"");
        asked = get("bedrock", "/foundation-models", "");
        asked.method = "POST";
        check_says(miss(&asked), "method differs: \"POST\" / recorded \"GET\"");
    }
    TEST("a long request makes a message of bounded length that is whole text")
    {
        struct buf path;
        struct buf body;
        struct http_request asked;
        const struct error *err;

        buf_init(&path, 1 << 20);
        buf_init(&body, 1 << 20);
        for (int i = 0; i < 5000; i++) {
            buf_adds(&path, "/é");
            buf_adds(&body, "é\n\x1b");
        }
        asked = get("s3", buf_str(&path), buf_str(&path));
        asked.body = body.data;
        asked.body_len = body.len;
        err = miss(&asked);
        CHECK(strlen(err->message) < sizeof(err->message));
        CHECK(strlen(err->message) > 200);
        CHECK(strpbrk(err->message, "\n\x1b") == NULL);
        buf_clear(&path);
        buf_clear(&body);
    }
}

static void test_hands(void)
{
    static const struct fake_answer answers[] = {{.body = "{\"a\":1}"}};
    struct http_request request = converse("{\"q\":\"one\"}");
    struct http_request edited = converse("{\"q\":\"two\"}");
    struct error err;
    char *path;
    char *text;

    scratch_empty(dir);
    record(&request, 1, answers);
    path = only_file(dir, "bedrock-runtime");
    text = mem_strdup(read_text(path));
    TEST("a file whose request was edited answers the new one, not the old one")
    {
        char *two = strstr(text, "one");
        struct http_transport *t;

        memcpy(two, "two", 3);
        CHECK_INT(0, put(path, text, false, NULL, &err));
        check_says(miss(&request), "body.q differs: \"one\" / recorded \"two\"");
        t = open_replay();
        CHECK_STR("{\"a\":1}", ask_body(t, &edited));
        http_free(t);
    }
    TEST("a file under a name of its own is as good")
    {
        char *other = mem_printf("%s/by-hand.json", dir);
        char *notes = mem_printf("%s/README.md", dir);
        struct http_transport *t;

        scratch_empty(dir);
        CHECK_INT(0, put(other, text, false, NULL, &err));
        CHECK_INT(0, put(notes, "no fixture", false, NULL, &err));
        t = open_replay();
        CHECK_STR("{\"a\":1}", ask_body(t, &edited));
        http_free(t);
        free(other);
        free(notes);
    }
    TEST("two files about one request are refused")
    {
        char *other = mem_printf("%s/again/by-hand-2.json", dir);

        CHECK_INT(0, put(other, text, false, NULL, &err));
        CHECK(http_replay_new(dir, &err) == NULL);
        CHECK_STR("DuplicateFixture", err.code);
        check_says(&err, "again/by-hand-2.json and by-hand.json are about the same request");
        free(other);
    }
    TEST("a damaged file is an error with its name and line, when it is needed")
    {
        struct http_transport *t;
        struct got got = {0};

        scratch_empty(dir);
        record(&request, 1, answers);
        strstr(text, "\"responses\"")[0] = ',';
        CHECK_INT(0, put(path, text, false, NULL, &err));
        t = open_replay();
        CHECK_INT(0, ask_once(t, &request, &got));
        CHECK_STR("BadFixture", got.err.code);
        CHECK_INT(ERR_DATA, got.err.kind);
        check_says(&got.err, path);
        check_says(&got.err, ".json:11: invalid JSON: ");
        CHECK_INT(0, ask_once(t, &edited, &got)); /* and where it might have been needed */
        CHECK_STR("BadFixture", got.err.code);
        http_free(t);
        got_clear(&got);
    }
    free(text);
    free(path);
}

static void test_open(void)
{
    struct error err;

    TEST("a missing folder and an empty one are told at once")
    {
        scratch_empty(dir);
        CHECK(http_replay_new(dir, &err) == NULL);
        CHECK_STR("NoFixtures", err.code);
        CHECK_INT(ERR_CONFIG, err.kind);
        check_says(&err, "there are no fixtures in /tmp/maki-replay-");
        rmdir(dir);
        CHECK(http_replay_new(dir, &err) == NULL);
        CHECK_STR("NoFixtures", err.code);
        check_says(&err, "there is no folder of fixtures /tmp/maki-replay-");
        CHECK(http_replay_new("", &err) == NULL);
    }
    TEST("JSON that is no fixture is told with its name")
    {
        char *path = mem_printf("%s/expected.json", dir);

        CHECK_INT(0, put(path, "[1]", false, NULL, &err));
        CHECK(http_replay_new(dir, &err) == NULL);
        CHECK_STR("BadFixture", err.code);
        check_says(&err, "expected.json:1: an object is expected");
        free(path);
    }
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_speed(void)
{
    TEST("ten thousand fixtures are opened without reading them")
    {
        char *folder = mem_printf("%s/bedrock-runtime", dir);
        struct http_transport *t;
        struct error err;
        double start;
        double took;

        scratch_empty(dir);
        CHECK_INT(0, file_make_dir(folder, &err));
        for (int i = 0; i < 10000; i++) {
            char *path = mem_printf("%s/POST-x-%016x.json", folder, i);
            FILE *file = fopen(path, "w");

            fclose(file);
            free(path);
        }
        start = seconds();
        t = open_replay();
        took = seconds() - start;
        printf("# opened in %.0f ms\n", took * 1000);
        CHECK(took < 2); /* 20 ms are usual; a machine under load takes its time */
        http_free(t);
        free(folder);
    }
}

int main(void)
{
    scratch_make(dir);
    test_answers();
    test_series();
    test_misses();
    test_hands();
    test_open();
    test_speed();
    scratch_remove(dir);
    read_text(NULL);
    return unit_end();
}
