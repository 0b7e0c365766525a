#include "maki/cache.h"

#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "scratch.h"
#include "unit.h"

static char dir[] = "/tmp/maki-cache-XXXXXX";

static const struct http_request base_request = {.service = "bedrock-runtime",
                                                 .method = "POST",
                                                 .path = "/model/m/converse",
                                                 .query = "",
                                                 .body = "body",
                                                 .body_len = 4};

static void key_of(const struct http_request *request, char key[DIGEST_HEX_SIZE])
{
    cache_key(request, key);
    CHECK_INT(64, strlen(key));
}

static void test_keys(void)
{
    TEST("equal requests have one key, and each part counts")
    {
        struct http_request others[7];
        char key[DIGEST_HEX_SIZE];
        char other[DIGEST_HEX_SIZE];

        key_of(&base_request, key);
        key_of(&base_request, other);
        CHECK_STR(key, other);
        for (int i = 0; i < 7; i++)
            others[i] = base_request;
        others[0].service = "bedrock";
        others[1].method = "GET";
        others[2].path = "/model/m2/converse";
        others[3].query = "a=b";
        others[4].body_len = 3;
        others[5].body = "bodY";
        others[6].path = "/model/m/";
        others[6].query = "converse"; /* the same bytes, cut elsewhere */
        for (int i = 0; i < 7; i++) {
            key_of(&others[i], other);
            CHECK(strcmp(key, other) != 0);
        }
    }
    TEST("headers do not count, for they hold times and signatures")
    {
        static const struct http_header header = {"x-amz-date", "now"};
        struct http_request other = base_request;
        char key[2][DIGEST_HEX_SIZE];

        other.headers = &header;
        other.header_count = 1;
        key_of(&base_request, key[0]);
        key_of(&other, key[1]);
        CHECK_STR(key[0], key[1]);
    }
}

static void test_files(void)
{
    char key[DIGEST_HEX_SIZE];
    struct buf body;
    struct error err;

    key_of(&base_request, key);
    buf_init(&body, 100);
    TEST("what was put comes back, byte for byte, behind what the buffer holds")
    {
        scratch_empty(dir);
        CHECK(!cache_get(dir, key, &body));
        CHECK_INT(0, cache_put(dir, key, "a\0b\n", 4, &err));
        buf_adds(&body, "x");
        CHECK(cache_get(dir, key, &body));
        CHECK_INT(5, body.len);
        CHECK(body.len == 5 && memcmp(body.data, "xa\0b\n", 5) == 0);
        CHECK_INT(0, cache_put(dir, key, "new", 3, &err));
        buf_reset(&body);
        CHECK(cache_get(dir, key, &body));
        CHECK_STR("new", buf_str(&body));
    }
    TEST("dropped, missing and empty files are no answers, and leave the buffer alone")
    {
        buf_reset(&body);
        buf_adds(&body, "x");
        CHECK_INT(0, cache_put(dir, key, "abc", 3, &err));
        cache_drop(dir, key);
        CHECK(!cache_get(dir, key, &body));
        cache_drop(dir, key);
        CHECK_INT(0, cache_put(dir, key, "", 0, &err));
        CHECK(!cache_get(dir, key, &body));
        CHECK(!cache_get("/nonexistent", key, &body));
        CHECK_STR("x", buf_str(&body));
    }
    TEST("an answer larger than the buffer is none")
    {
        char large[200];

        memset(large, 'x', sizeof(large));
        buf_reset(&body);
        CHECK_INT(0, cache_put(dir, key, large, sizeof(large), &err));
        CHECK(!cache_get(dir, key, &body));
        CHECK_INT(0, body.len);
    }
    TEST("others cannot read the answers")
    {
        char *path = mem_printf("%s/%.2s/%s.json", dir, key, key + 2);
        struct stat info;

        CHECK_INT(0, cache_put(dir, key, "abc", 3, &err));
        CHECK_INT(0, stat(path, &info));
        CHECK_INT(0600, info.st_mode & 0777);
        free(path);
    }
    TEST("a folder that cannot be made is an error")
    {
        CHECK_INT(-1, cache_put("/dev/null/cache", key, "abc", 3, &err));
        CHECK_INT(ERR_CANTCREAT, err.kind);
    }
    buf_clear(&body);
}

/* Write and read the same few keys again and again; every answer must be whole. */
static void work(int id)
{
    struct buf body;
    struct error err;
    char value[5000];
    char key[DIGEST_HEX_SIZE];

    buf_init(&body, sizeof(value));
    for (int round = 0; round < 300; round++) {
        memset(key, 'a' + round % 5, sizeof(key) - 1);
        key[sizeof(key) - 1] = '\0';
        memset(value, '0' + id, sizeof(value));
        if (round % 7 == 0)
            cache_drop(dir, key);
        else if (cache_put(dir, key, value, sizeof(value), &err) < 0)
            _exit(2);
        buf_reset(&body);
        if (cache_get(dir, key, &body) &&
            (body.len != sizeof(value) || body.data[0] != body.data[sizeof(value) - 1]))
            _exit(3);
    }
    _exit(0);
}

int main(void)
{
    scratch_make(dir);
    test_keys();
    test_files();
    TEST("processes may share a folder")
    {
        pid_t pids[3];

        scratch_empty(dir);
        fflush(stdout);
        for (int i = 0; i < 3; i++) {
            pids[i] = fork();
            if (pids[i] == 0)
                work(i);
        }
        for (int i = 0; i < 3; i++) {
            int status = -1;

            CHECK_INT(pids[i], waitpid(pids[i], &status, 0));
            CHECK_INT(0, status);
        }
    }
    scratch_remove(dir);
    return unit_end();
}
