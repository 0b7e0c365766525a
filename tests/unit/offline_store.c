/* The folder that stands for S3 offline, through the S3 client that the programs use. */
#include <stdlib.h>

#include "aws/batch_job.h"
#include "aws/s3_get.h"
#include "aws/s3_list.h"
#include "aws/s3_put.h"
#include "base/file.h"
#include "base/mem.h"
#include "maki/category.h"
#include "offline/offline.h"
#include "scratch.h"
#include "unit.h"

static struct http_transport *t;
static char root[] = "/tmp/maki-offline-XXXXXX";

/* Store an object: NULL, or the code of what went wrong. */
static const char *put(const char *key, const char *data, size_t len, bool if_none)
{
    static struct error err;
    struct s3_object object = {"bucket", key};
    struct s3_put_params params = {.data = data,
                                   .len = len,
                                   .content_type = "application/json",
                                   .condition = {.if_none = if_none}};
    struct s3_put p;

    s3_put_init(&p, t);
    if (s3_put_start(&p, &object, &params, &err) == 0) {
        while (!p.over && http_wait(t, 1000, &err) >= 0)
            ;
        err = p.err;
    }
    s3_put_clear(&p);
    return err.kind == ERR_NONE ? NULL : err.code;
}

static const char *get(const char *key, struct buf *out)
{
    static struct error err;
    struct s3_object object = {"bucket", key};
    char etag[128];

    buf_reset(out);
    return s3_get_whole(t, &object, out, etag, &err) == 0 ? NULL : err.code;
}

/* How many bytes come when an object is read as one of `size` bytes, in pieces; -1 for an error. */
static long long read_pieces(const char *key, int64_t size)
{
    struct s3_object object = {"bucket", key};
    struct s3_get reader;
    struct error err;
    char chunk[4096];
    ssize_t got = -1;
    long long all = 0;

    s3_get_init(&reader, t);
    if (s3_get_start(&reader, &object, size, &err) == 0) {
        while ((got = s3_get_read(&reader, chunk, sizeof(chunk), &err)) > 0)
            all += got;
    }
    s3_get_clear(&reader);
    return got < 0 ? -1 : all;
}

static const char *const odd_keys[] = {
    "../../etc/passwd", "./a",     "a b", "a//b", "a/./b", "a/../b", "a?x=1&y#z", "a%2Fb",
    "h\xc3\xa9",        ".hidden", "x/",  "%",    "+",     "~!'()*", "\x01",
};
enum { ODD_COUNT = sizeof(odd_keys) / sizeof(odd_keys[0]) };

static void test_objects(void)
{
    struct buf data;

    buf_init(&data, 32 << 20);
    TEST("what is stored is read back, and again when it is replaced")
    {
        CHECK_STR(NULL, put("a/b.json", "{}", 2, false));
        CHECK_STR(NULL, get("a/b.json", &data));
        CHECK_STR("{}", buf_str(&data));
        CHECK_STR(NULL, put("a/b.json", "", 0, false));
        CHECK_STR(NULL, get("a/b.json", &data));
        CHECK_INT(0, data.len);
        CHECK_STR("NoSuchKey", get("a/c.json", &data));
    }
    TEST("what must not be there yet is not replaced")
    {
        CHECK_STR(NULL, put("once", "1", 1, true));
        CHECK_STR("PreconditionFailed", put("once", "2", 1, true));
        CHECK_STR(NULL, get("once", &data));
        CHECK_STR("1", buf_str(&data));
    }
    TEST("any key stays within its bucket and comes back as it was")
    {
        for (size_t i = 0; i < ODD_COUNT; i++) {
            CHECK_STR(NULL, put(odd_keys[i], odd_keys[i], strlen(odd_keys[i]), true));
            CHECK_STR(NULL, get(odd_keys[i], &data));
            CHECK_STR(odd_keys[i], buf_str(&data));
        }
        CHECK(!file_exists("/etc/passwd.maki"));
    }
    TEST("an object beside others that have it as a folder is refused")
    {
        const char *code = put("a", "1", 1, false);

        CHECK(code != NULL);
    }
    TEST("a large object is stored in parts and read in pieces")
    {
        size_t len = 20 << 20;
        char *large = mem_alloc(len);

        for (size_t i = 0; i < len; i++)
            large[i] = (char)(i * 7 + i / 4096);
        CHECK_STR(NULL, put("large", large, len, true));
        CHECK_STR(NULL, get("large", &data));
        CHECK(data.len == len && memcmp(buf_str(&data), large, len) == 0);
        CHECK_INT(len, read_pieces("large", (int64_t)len));
        CHECK_STR("PreconditionFailed", put("large", large, len, true));
        free(large);
    }
    buf_clear(&data);
}

static void test_list(void)
{
    struct s3_list *list;
    struct s3_entry entry;
    struct error err;
    char key[32];
    int count = 0;

    TEST("a list has all keys in their order, over its pages, and no others")
    {
        for (int i = 0; i < 1203; i++) {
            snprintf(key, sizeof(key), "many/%04d-\xc3\xa9&", i);
            CHECK_STR(NULL, put(key, "x", 1, false));
        }
        list = s3_list_new(t, "bucket", "many/");
        while (s3_list_next(list, &entry, &err) == 1) {
            snprintf(key, sizeof(key), "many/%04d-\xc3\xa9&", count++);
            CHECK_STR(key, entry.key);
            CHECK_INT(1, entry.size);
        }
        CHECK_INT(1203, count);
        s3_list_free(list);
    }
    TEST("odd keys are listed as they are")
    {
        size_t found = 0;

        list = s3_list_new(t, "bucket", "");
        while (s3_list_next(list, &entry, &err) == 1) {
            for (size_t i = 0; i < ODD_COUNT; i++)
                found += strcmp(entry.key, odd_keys[i]) == 0;
        }
        CHECK_INT(ODD_COUNT, found);
        s3_list_free(list);
    }
    TEST("a bucket with nothing in it is empty")
    {
        list = s3_list_new(t, "nothing", "");
        CHECK_INT(0, s3_list_next(list, &entry, &err));
        s3_list_free(list);
    }
}

/* A job over what lies at in/a.jsonl; its ARN, the caller's. */
static char *create_job(const char *token)
{
    struct batch_job_spec spec = {.name = "j",
                                  .client_token = token,
                                  .model_id = "us.amazon.nova-micro-v1:0",
                                  .role_arn = "arn:aws:iam::111122223333:role/r",
                                  .input_uri = "s3://bucket/in/a.jsonl",
                                  .output_uri = "s3://bucket/out/",
                                  .invocation_type = "Converse",
                                  .timeout_hours = 24};
    struct error err;

    return batch_job_create(t, &spec, &err);
}

static void test_jobs(struct category_set *categories)
{
    TEST("a job outlives the process that made it, and its token makes no second one")
    {
        struct offline_options options = {categories, root, NULL};
        struct batch_job job;
        struct error err;
        struct buf lines;
        char *arn, *again;
        int polls = 0;

        buf_init(&lines, 1 << 20);
        for (int i = 0; i < 100; i++)
            buf_addf(&lines,
                     "{\"recordId\":\"r%d\",\"modelInput\":{\"messages\":[{\"role\":\"user\","
                     "\"content\":[{\"text\":\"x\"}]}]}}\n",
                     i);
        CHECK_STR(NULL, put("in/a.jsonl", buf_str(&lines), lines.len, false));
        buf_clear(&lines);
        arn = create_job("token");
        CHECK(arn != NULL);
        for (enum batch_status status = BATCH_UNKNOWN;
             arn != NULL && polls < 9 && !batch_status_is_final(status); polls++) {
            http_free(t);
            t = offline_open(&options);
            CHECK_INT(0, batch_job_get(t, arn, &job, &err));
            status = job.status;
            CHECK_INT(polls < 4 ? 0 : 100, job.processed < 0 ? 0 : job.processed);
            batch_job_clear(&job);
        }
        CHECK_INT(5, polls);
        again = create_job("token");
        CHECK_STR(arn, again);
        free(arn);
        free(again);
    }
}

int main(void)
{
    struct category_set categories = {0};
    struct error err;
    struct offline_options options = {&categories, root, NULL};

    scratch_make(root);
    if (category_set_load(&categories, NULL, &err) < 0)
        return 1;
    t = offline_open(&options);
    test_objects();
    test_list();
    test_jobs(&categories);
    http_free(t);
    category_set_clear(&categories);
    scratch_remove(root);
    return unit_end();
}
