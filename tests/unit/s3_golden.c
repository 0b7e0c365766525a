/*
 * The requests of aws/s3_request.h against those of the AWS SDK for JavaScript: target, headers
 * that count, body. See tests/golden/README.md.
 */
#include "aws/s3_request.h"

#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "unit.h"
static struct s3_request r;
static struct error err;
static jv golden;

static void load(const char *name)
{
    jv_free(golden);
    golden = golden_read_file(name);
}

/* Of the wire's; NULL where there is none. */
static const char *golden_header(const char *name)
{
    jv list = json_get_path(golden, "wire", "headers", NULL);

    for (int i = 0; i < json_count(list); i++) {
        if (strcmp(json_text(json_at(json_at(list, i), 0), NULL), name) == 0)
            return json_text(json_at(json_at(list, i), 1), NULL);
    }
    return NULL;
}

/*
 * What is not compared: what the session and libcurl add below the seam (host, date, signature, the
 * body's hash and length), the SDK's name for itself; and metadata, of which we send none.
 */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"host",           "authorization", "user-agent",
                                        "content-length", "Connection",    "Content-Length"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return strncmp(name, "amz-sdk-", 8) == 0 || strncmp(name, "x-amz-meta-", 11) == 0 ||
           strcmp(name, "x-amz-user-agent") == 0 || strcmp(name, "x-amz-date") == 0 ||
           strcmp(name, "x-amz-content-sha256") == 0;
}

static const char *our_header(const char *name)
{
    for (size_t i = 0; i < r.http.header_count; i++) {
        if (strcmp(r.http.headers[i].name, name) == 0)
            return r.http.headers[i].value;
    }
    return NULL;
}

static void compare_headers(void)
{
    jv list = json_get_path(golden, "wire", "headers", NULL);
    size_t count = 0;

    for (int i = 0; i < json_count(list); i++) {
        const char *name = json_text(json_at(json_at(list, i), 0), NULL);

        if (is_left_out(name))
            continue;
        CHECK_STR(golden_header(name), our_header(name));
        count++;
    }
    CHECK_INT(count, r.http.header_count);
}

/* Our path is "/BUCKET/KEY" always; the wire's host may have the bucket. */
static void compare(const char *bucket)
{
    jv wire = json_get(golden, "wire");
    const char *host = golden_header("host");
    size_t len = strlen(bucket);
    const char *path = r.http.path;
    size_t body_len;
    const char *body = json_str(wire, "body_utf8", &body_len);
    char *target;

    CHECK(strncmp(path + 1, bucket, len) == 0);
    if (strncmp(host, bucket, len) == 0 && host[len] == '.')
        path += 1 + len;
    /* the bucket itself: the session puts the '/' behind it */
    target = mem_printf("%s%s%s%s", path, strchr(r.http.path + 1, '/') ? "" : "/",
                        *r.http.query ? "?" : "", r.http.query);
    CHECK_STR(json_str(wire, "method", NULL), r.http.method);
    CHECK_STR(json_str(wire, "request_target", NULL), target);
    CHECK_INT(body_len, r.http.body_len);
    CHECK_STR(body, r.http.body);
    compare_headers();
    free(target);
}

static void test_list(void)
{
    struct s3_list_params params = {
        .bucket = "my-bucket",
        .prefix = "in put/a+b/\xc3\xbcn\xc3\xaf"
                  "code \xe6\x97\xa5\xe6\x9c\xac/~x(1)*'!",
        .delimiter = "/",
        .start_after = "in put/a",
        .keys_max = 500,
        .url_encoding = true,
        .fetch_owner = true,
    };

    load("s3_list_objects_v2");
    CHECK_INT(0, s3_request_list(&r, &params, &err));
    compare("my-bucket");
    load("s3_path_style_list");
    params = (struct s3_list_params){.bucket = "my-bucket", .prefix = "p"};
    CHECK_INT(0, s3_request_list(&r, &params, &err));
    compare("my-bucket");
    load("s3_dotted_bucket_list");
    params = (struct s3_list_params){.bucket = "my.dotted.bucket"};
    CHECK_INT(0, s3_request_list(&r, &params, &err));
    compare("my.dotted.bucket");
    load("s3_upper_bucket_list");
    params.bucket = "My_Bucket";
    CHECK_INT(0, s3_request_list(&r, &params, &err));
    compare("My_Bucket");
}

static void test_get(void)
{
    const struct s3_object object = {"my-bucket", "a b/c"};
    const struct s3_get_params params = {0};

    load("s3_path_style_get");
    CHECK_INT(0, s3_request_get(&r, &object, &params, &err));
    compare("my-bucket");
    load("s3_custom_host_endpoint_nopathstyle");
    CHECK_INT(0, s3_request_get(&r, &object, &params, &err));
    compare("my-bucket");
}

static void test_put(void)
{
    const struct s3_object object = {"my-bucket", "in/a b+c.jsonl"};
    const struct s3_object other = {"my-bucket", "k"};
    struct s3_put_params params = {.data = "{\"recordId\":\"1\"}\n",
                                   .len = 17,
                                   .content_type = "application/jsonl",
                                   .condition = {.if_none = true}};

    load("s3_put_object");
    CHECK_INT(0, s3_request_put(&r, &object, &params, &err));
    compare("my-bucket");
    load("s3_put_conflict_412");
    params.data = "a";
    params.len = 1;
    params.content_type = "application/octet-stream";
    CHECK_INT(0, s3_request_put(&r, &other, &params, &err));
    compare("my-bucket");
    load("s3_put_object_sha256");
    params = (struct s3_put_params){
        .data = "abc", .len = 3, .content_type = "application/octet-stream", .checksum = S3_SHA256};
    CHECK_INT(0, s3_request_put(&r, &other, &params, &err));
    compare("my-bucket");
}

static void test_multipart(void)
{
    const struct s3_object object = {"my-bucket", "big.jsonl"};
    struct s3_part part = {.etag = mem_strdup("\"p1\""), .checksum = "AAAAAA=="};
    const struct s3_condition condition = {.if_none = true};

    load("s3_create_multipart");
    CHECK_INT(0, s3_request_create_upload(&r, &object, NULL, false, &err));
    compare("my-bucket");
    load("s3_complete_multipart");
    CHECK_INT(0, s3_request_complete(&r, &object, "U1", &part, 1, &condition, &err));
    compare("my-bucket");
    load("s3_abort_multipart");
    CHECK_INT(0, s3_request_abort(&r, &object, "U1", &err));
    compare("my-bucket");
    free(part.etag);
}

static void test_others(void)
{
    const struct s3_object object = {"my-bucket", "k"};

    load("s3_head_object");
    CHECK_INT(0, s3_request_head(&r, &object, &err));
    compare("my-bucket");
    load("s3_delete_object");
    CHECK_INT(0, s3_request_delete(&r, &object, &err));
    compare("my-bucket");
}

/* Those that are built here, and the one that is not needed: bodies are in memory, so no trailers.
 */
static void test_all_are_known(void)
{
    struct file_list list = {0};
    char *folder = golden_own_folder();
    int count = 0;

    CHECK_INT(0, file_list_dir(folder, &list, &err));
    for (size_t i = 0; i < list.count; i++)
        count += strncmp(list.names[i], "s3_", 3) == 0;
    CHECK_INT(14 + 1, count);
    file_list_free(&list);
    free(folder);
}

int main(void)
{
    golden = jv_invalid();
    s3_request_init(&r);
    TEST("lists are asked for as the SDK does") test_list();
    TEST("objects are asked for as the SDK does") test_get();
    TEST("objects are stored as the SDK does") test_put();
    TEST("multipart uploads are made as the SDK does") test_multipart();
    TEST("HEAD and DELETE are as the SDK's") test_others();
    TEST("every golden file of S3 is compared") test_all_are_known();
    s3_request_clear(&r);
    jv_free(golden);
    return unit_end();
}
