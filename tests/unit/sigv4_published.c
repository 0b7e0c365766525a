/*
 * The signer against signatures that AWS has published along with their requests: in the S3 API
 * reference, "Signature Calculations for the Authorization Header", and in the test suite of
 * Signature Version 4. The keys are examples, too.
 */
#include <string.h>

#include "aws/sigv4.h"
#include "unit.h"

static struct sigv4 signer;
static struct error err;

struct published {
    const char *title;
    const char *method;
    const char *path;
    const char *query;
    struct http_header headers[4];
    const char *body;
    const char *signature;
};

static const struct published s3_examples[] = {
    {"get",
     "GET",
     "/test.txt",
     "",
     {{"Range", "bytes=0-9"}},
     "",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"put",
     "PUT",
     "/test%24file.text",
     "",
     {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
     "Welcome to Amazon S3.",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"lifecycle",
     "GET",
     "/",
     "lifecycle",
     {{0}},
     "",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"list",
     "GET",
     "/",
     "max-keys=2&prefix=J",
     {{0}},
     "",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static const struct published suite[] = {
    {"get-vanilla",
     "GET",
     "/",
     "",
     {{0}},
     "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-relative",
     "GET",
     "/example/..",
     "",
     {{0}},
     "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slash-dot-slash",
     "GET",
     "/./",
     "",
     {{0}},
     "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slashes",
     "GET",
     "//example//",
     "",
     {{0}},
     "",
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-slash-pointless-dot",
     "GET",
     "/./example",
     "",
     {{0}},
     "",
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/",
     "Param2=value2&Param1=value1",
     {{0}},
     "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-header-value-trim",
     "GET",
     "/",
     "",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-header-key-duplicate",
     "GET",
     "/",
     "",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     "",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};

static size_t count_headers(const struct published *p)
{
    size_t count = 0;

    while (count < 4 && p->headers[count].name != NULL)
        count++;
    return count;
}

static void check_s3_example(const struct published *p)
{
    static const struct sigv4_credentials credentials = {
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL};
    struct http_request request = {"s3",       p->method,        p->path, p->query,
                                   p->headers, count_headers(p), p->body, strlen(p->body)};
    struct sigv4_target target = {"examplebucket.s3.amazonaws.com", "us-east-1", "s3",
                                  INT64_C(1000) * 1369353600};

    CHECK_INT(0, sigv4_sign(&signer, &request, &target, &credentials, &err));
    CHECK_STR(p->signature, signer.signature);
    CHECK_INT(3, signer.header_count);
    if (strcmp(p->signature, signer.signature) != 0)
        printf("# %s:\n%s\n", p->title, buf_str(&signer.canonical_request));
}

static void check_suite(const struct published *p)
{
    struct http_header headers[6] = {{"Host", "example.amazonaws.com"},
                                     {"X-Amz-Date", "20150830T123600Z"}};
    char hash[DIGEST_HEX_SIZE];
    struct sigv4_message message = {
        .method = p->method,
        .path = p->path,
        .query = p->query,
        .headers = headers,
        .header_count = 2 + count_headers(p),
        .payload_hash = hash,
        .amz_date = "20150830T123600Z",
        .region = "us-east-1",
        .service = "service",
    };

    memcpy(headers + 2, p->headers, sizeof(p->headers));
    digest_sha256_hex(p->body, strlen(p->body), hash);
    CHECK_INT(0,
              sigv4_compute(&signer, &message, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &err));
    CHECK_STR(p->signature, signer.signature);
    if (strcmp(p->signature, signer.signature) != 0)
        printf("# %s:\n%s\n", p->title, buf_str(&signer.canonical_request));
}

int main(void)
{
    sigv4_init(&signer);
    TEST("AWS's examples for S3")
    {
        for (size_t i = 0; i < sizeof(s3_examples) / sizeof(s3_examples[0]); i++)
            check_s3_example(&s3_examples[i]);
    }
    TEST("AWS's test suite")
    {
        for (size_t i = 0; i < sizeof(suite) / sizeof(suite[0]); i++)
            check_suite(&suite[i]);
    }
    sigv4_clear(&signer);
    return unit_end();
}
