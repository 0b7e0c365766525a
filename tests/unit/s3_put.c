/* Storing an object, whole or in parts. */
#include "aws/s3_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "unit.h"

enum { PARTS = 3, SIZE = 2 * S3_PART_BYTES + 7 };

static struct error err;
static struct fake_transport fake;
static const struct s3_object object = {"b", "k"};

/* What the multipart server does, and what it got. */
static struct {
    int fail_part;      /* this part is refused */
    int bad_completes;  /* so many times a 200 with an <Error> */
    bool exists;        /* for HEAD */
    bool lost_complete; /* no response to it */
    int parts, completes, aborts, creates, heads;
    int in_flight_at_abort;
    bool conditional;
    struct http_header etag[1];
} server;

static bool asks(const struct http_request *request, const char *method, const char *query)
{
    return strcmp(request->method, method) == 0 && strstr(request->query, query) != NULL;
}

static void serve(struct fake_transport *f, size_t n, const struct http_request *request,
                  struct fake_answer *answer)
{
    (void)n;
    if (asks(request, "HEAD", "")) {
        server.heads++;
        answer->status = server.exists ? 200 : 404;
    } else if (asks(request, "POST", "uploads=")) {
        server.creates++;
        answer->body = "<InitiateMultipartUploadResult><UploadId>a&amp;b</UploadId>"
                       "</InitiateMultipartUploadResult>";
    } else if (asks(request, "PUT", "partNumber=")) {
        server.parts++;
        CHECK(strstr(request->query, "uploadId=a%26b") != NULL);
        server.etag[0] = (struct http_header){"etag", "\"<p>\""};
        answer->headers = server.etag;
        answer->header_count = 1;
        if (strtol(request->query + strlen("partNumber="), NULL, 10) == server.fail_part)
            answer->status = 500;
    } else if (asks(request, "POST", "uploadId=")) {
        server.completes++;
        server.conditional = strcmp(request->headers[1].name, "if-none-match") == 0;
        CHECK(strstr(request->body, "<ETag>&quot;&lt;p&gt;&quot;</ETag>") != NULL);
        CHECK(strstr(request->body, "<PartNumber>3</PartNumber></Part></Comp") != NULL);
        if (server.lost_complete)
            answer->error = "ConnectionError";
        answer->body = server.completes <= server.bad_completes
                           ? "<Error><Code>InternalError</Code><Message>late</Message></Error>"
                           : "<CompleteMultipartUploadResult><ETag>x-3</ETag>"
                             "</CompleteMultipartUploadResult>";
    } else if (asks(request, "DELETE", "uploadId=")) {
        server.aborts++;
        server.in_flight_at_abort = (int)f->in_flight - 1;
        answer->status = 204;
    } else {
        CHECK(!"a request that was expected");
    }
}

/* Store SIZE bytes, and wait: the error's code. */
static const char *store(bool if_none)
{
    char *data = mem_calloc(SIZE, 1);
    const struct s3_put_params params = {
        .data = data, .len = SIZE, .content_type = "text/plain", .condition = {.if_none = if_none}};
    static struct s3_put put;

    fake_init(&fake, NULL, 0);
    fake.answer = serve;
    fake.order = FAKE_LIFO;
    fake.per_wait = 1;
    s3_put_init(&put, &fake.base);
    CHECK_INT(0, s3_put_start(&put, &object, &params, &err));
    while (!put.over)
        http_wait(&fake.base, 0, &err);
    err = put.err;
    CHECK_INT(0, fake.in_flight);
    CHECK_INT(0, fake.changed);
    s3_put_clear(&put);
    fake_clear(&fake);
    free(data);
    return err.code;
}

static void reset(void)
{
    memset(&server, 0, sizeof(server));
}

static void test_parts(void)
{
    reset();
    CHECK_STR("", store(false));
    CHECK_INT(PARTS, server.parts);
    CHECK_INT(1, server.completes);
    CHECK_INT(0, server.aborts);
    CHECK(!server.conditional);
}

static void test_abort(void)
{
    for (int part = 1; part <= PARTS; part++) {
        reset();
        server.fail_part = part;
        CHECK_STR("InternalError", store(false));
        CHECK_INT(0, server.completes);
        CHECK_INT(1, server.aborts);
        CHECK_INT(0, server.in_flight_at_abort); /* else a late part would stay */
    }
}

static void test_complete(void)
{
    reset();
    server.bad_completes = 2;
    CHECK_STR("", store(false));
    CHECK_INT(3, server.completes);
    CHECK_INT(0, server.aborts);
    reset();
    server.bad_completes = 1000;
    CHECK_STR("InternalError", store(false));
    CHECK(strstr(err.message, "late") != NULL);
    CHECK(server.completes > 1 && server.completes < 10);
    CHECK_INT(1, server.aborts);
    reset();
    server.lost_complete = true;
    CHECK_STR("ConnectionError", store(false));
    CHECK_INT(1, server.completes);
}

static void test_condition(void)
{
    reset();
    CHECK_STR("", store(true));
    CHECK(server.conditional);
    CHECK_INT(1, server.heads);
    reset();
    server.exists = true;
    CHECK_STR("PreconditionFailed", store(true));
    CHECK_INT(0, server.creates);
}

static const char *store_small(const struct fake_answer *answers, size_t count)
{
    const struct s3_put_params params = {
        .data = "abc", .len = 3, .content_type = "text/plain", .condition = {.if_none = true}};
    static struct s3_put put;

    fake_init(&fake, answers, count);
    s3_put_init(&put, &fake.base);
    CHECK_INT(0, s3_put_start(&put, &object, &params, &err));
    CHECK(!put.over);
    s3_put_clear(&put); /* waits */
    err = put.err;
    fake_clear(&fake);
    return err.code;
}

static void test_small(void)
{
    const struct fake_answer good = {.status = 200};
    const struct fake_answer exists = {.status = 412};
    const struct fake_answer lost = {.error = "ConnectionError"};
    const struct fake_answer race[] = {{.status = 409}, {.status = 409}, {.status = 412}};
    const struct fake_answer endless = {.status = 409};

    CHECK_STR("", store_small(&good, 1));
    CHECK_STR("PreconditionFailed", store_small(&exists, 1));
    CHECK_STR("ConnectionError", store_small(&lost, 1));
    CHECK_STR("PreconditionFailed", store_small(race, 3));
    CHECK_INT(3, fake.submitted);
    CHECK_STR("ConditionalRequestConflict", store_small(&endless, 1));
    CHECK(fake.submitted > 1 && fake.submitted < 10);
}

static void test_types(void)
{
    CHECK_STR("application/json", s3_content_type("a/b.json"));
    CHECK_STR("application/jsonl", s3_content_type("b.jsonl"));
    CHECK_STR("application/octet-stream", s3_content_type(".json"));
    CHECK_STR("application/octet-stream", s3_content_type("json"));
}

static void test_bad_key(void)
{
    const struct s3_put_params params = {.data = "", .content_type = "text/plain"};
    const struct s3_object nameless = {"b", ""};
    static struct s3_put put;

    fake_init(&fake, NULL, 0);
    s3_put_init(&put, &fake.base);
    CHECK_INT(-1, s3_put_start(&put, &nameless, &params, &err));
    CHECK_STR("BadKey", err.code);
    CHECK(put.over);
    s3_put_clear(&put);
    fake_clear(&fake);
}

int main(void)
{
    TEST("a large object goes up in parts, in whatever order they end") test_parts();
    TEST("an upload of which a part fails is aborted, with nothing on its way") test_abort();
    TEST("a 200 with an error is no success, and asked for again") test_complete();
    TEST("a condition is asked about first and sent along") test_condition();
    TEST("a small object takes one request; races are run again") test_small();
    TEST("content types go by the end of a key") test_types();
    TEST("an object without a name cannot be stored") test_bad_key();
    return unit_end();
}
