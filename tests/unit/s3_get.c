/* Reading an object, whole or in pieces. */
#include "aws/s3_get.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "unit.h"

static struct error err;
static struct fake_transport fake;
static const struct s3_object object = {"b", "k"};

/* An object of any size: byte i is i / 1000 modulo 251. */
static struct {
    char *data;
    int64_t size;
    bool changes; /* behind its first piece */
    bool no_ranges;
    struct http_header headers[3];
    char content_range[64];
} server;

static const char *header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    }
    return NULL;
}

static void serve(struct fake_transport *f, size_t n, const struct http_request *request,
                  struct fake_answer *answer)
{
    const char *range = header(request, "range");
    long long first = 0;
    long long last = server.size - 1;

    (void)f;
    CHECK_STR(n == 0 ? NULL : "\"v1\"", header(request, "if-match"));
    server.headers[0] = (struct http_header){"etag", "\"v1\""};
    answer->headers = server.headers;
    answer->header_count = 1;
    if (n > 0 && server.changes) {
        answer->status = 412;
        return;
    }
    if (range != NULL && !server.no_ranges) {
        char *dash = NULL;

        CHECK(strncmp(range, "bytes=", 6) == 0);
        first = strtoll(range + 6, &dash, 10);
        CHECK(*dash == '-');
        last = strtoll(dash + 1, NULL, 10);
        if (last >= server.size)
            last = server.size - 1;
        answer->status = 206;
        snprintf(server.content_range, sizeof(server.content_range), "bytes %lld-%lld/%lld", first,
                 last, (long long)server.size);
        server.headers[1] = (struct http_header){"content-range", server.content_range};
        answer->header_count = 2;
    }
    answer->body = server.data + first;
    answer->body_len = (size_t)(last - first + 1);
}

static void start_server(int64_t size)
{
    memset(&server, 0, sizeof(server));
    server.size = size;
    server.data = mem_alloc((size_t)size + 1);
    for (int64_t i = 0; i < size; i++)
        server.data[i] = (char)(i / 1000 % 251);
    server.data[size] = '\0';
    fake_init(&fake, NULL, 0);
    fake.answer = serve;
    fake.per_wait = 1;
}

static void stop_server(struct s3_get *get)
{
    s3_get_clear(get);
    fake_clear(&fake);
    free(server.data);
}

/* All of it, in odd portions: how many bytes, or -1. */
static int64_t read_all(struct s3_get *get)
{
    char part[70001];
    int64_t total = 0;
    ssize_t got;

    while ((got = s3_get_read(get, part, sizeof(part), &err)) > 0) {
        CHECK(total + got <= server.size && memcmp(part, server.data + total, (size_t)got) == 0);
        total += got;
    }
    return got < 0 ? -1 : total;
}

static void test_small(void)
{
    struct s3_get get;

    start_server(100000);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, 100000, &err));
    CHECK_INT(100000, read_all(&get));
    CHECK_STR("\"v1\"", get.etag);
    CHECK_INT(0, read_all(&get));
    CHECK_INT(1, fake.submitted);
    stop_server(&get);
}

static void test_large(void)
{
    struct s3_get get;
    int64_t size = 3 * (int64_t)S3_PIECE_BYTES + 5;

    start_server(size);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, size, &err));
    CHECK_INT(size, read_all(&get));
    CHECK_INT(4, fake.submitted);
    CHECK(fake.in_flight_most <= 2);
    stop_server(&get);
}

/* The list is older than the object. */
static void test_grown(void)
{
    struct s3_get get;
    int64_t size = 2 * (int64_t)S3_PIECE_BYTES;

    start_server(size);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, 5, &err));
    CHECK_INT(size, read_all(&get));
    CHECK_INT(1, fake.submitted);
    stop_server(&get);
    start_server(1000);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, size, &err));
    CHECK_INT(1000, read_all(&get));
    stop_server(&get);
}

static void test_changed(void)
{
    struct s3_get get;
    int64_t size = 2 * (int64_t)S3_PIECE_BYTES;

    start_server(size);
    server.changes = true;
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, size, &err));
    CHECK_INT(-1, read_all(&get));
    CHECK_STR("ChangedMeanwhile", err.code);
    CHECK(err.retryable);
    stop_server(&get);
}

static void test_no_ranges(void)
{
    struct s3_get get;
    int64_t size = S3_PIECE_BYTES + 1;

    start_server(size);
    server.no_ranges = true;
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, size, &err));
    CHECK_INT(size, read_all(&get));
    stop_server(&get);
}

/* One reader for one object after the other, also where the one before was left. */
static void test_again(void)
{
    struct s3_get get;
    int64_t size = 2 * (int64_t)S3_PIECE_BYTES + 1;
    char byte;

    start_server(size);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, size, &err));
    CHECK_INT(1, s3_get_read(&get, &byte, 1, &err));
    CHECK_INT(0, s3_get_await(&get, &err));
    fake.answer = NULL;
    CHECK_INT(0, s3_get_start(&get, &object, 0, &err));
    CHECK_INT(0, s3_get_read(&get, &byte, 1, &err));
    CHECK_INT(0, fake.changed);
    stop_server(&get);
}

static void refused(const struct fake_answer *answer, const char *code)
{
    struct s3_get get;
    struct buf all;
    char byte;

    fake_init(&fake, answer, 1);
    s3_get_init(&get, &fake.base);
    CHECK_INT(0, s3_get_start(&get, &object, 3, &err));
    CHECK_INT(-1, s3_get_await(&get, &err));
    CHECK_STR(code, err.code);
    CHECK(strstr(err.message, "s3://b/k") != NULL);
    error_clear(&err);
    CHECK_INT(-1, s3_get_read(&get, &byte, 1, &err));
    CHECK_STR(code, err.code);
    s3_get_clear(&get);
    buf_init(&all, 1000);
    error_clear(&err);
    CHECK_INT(-1, s3_get_whole(&fake.base, &object, &all, NULL, &err));
    CHECK_STR(code, err.code);
    buf_clear(&all);
    fake_clear(&fake);
}

static void test_refused(void)
{
    const struct http_header wrong = {"x-amz-checksum-crc32", "AAAAAA=="};
    const struct fake_answer answers[] = {
        {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"},
        {.error = "ConnectionError"},
        {.body = "abc", .headers = &wrong, .header_count = 1},
    };

    refused(&answers[0], "NoSuchKey");
    refused(&answers[1], "ConnectionError");
    refused(&answers[2], "ChecksumMismatch");
}

static void test_whole(void)
{
    const struct http_header headers[] = {{"etag", "\"x\""}, {"x-amz-checksum-crc32", "NSRBwg=="}};
    const struct fake_answer answer = {.body = "abc", .headers = headers, .header_count = 2};
    char etag[128];
    struct buf all;

    fake_init(&fake, &answer, 1);
    buf_init(&all, 3);
    CHECK_INT(0, s3_get_whole(&fake.base, &object, &all, etag, &err));
    CHECK_STR("abc", buf_str(&all));
    CHECK_STR("\"x\"", etag);
    buf_clear(&all);
    buf_init(&all, 2);
    CHECK_INT(-1, s3_get_whole(&fake.base, &object, &all, etag, &err));
    CHECK_STR("ObjectTooLarge", err.code);
    buf_clear(&all);
    fake_clear(&fake);
}

int main(void)
{
    TEST("a small object comes whole") test_small();
    TEST("a large one comes in pieces, two at a time") test_large();
    TEST("an object that is not of the size that was listed comes all the same") test_grown();
    TEST("pieces are of one version") test_changed();
    TEST("a server may ignore ranges") test_no_ranges();
    TEST("a reader reads one object after the other") test_again();
    TEST("what does not come is an error, and stays one") test_refused();
    TEST("an object is read at once, into its bounds") test_whole();
    return unit_end();
}
