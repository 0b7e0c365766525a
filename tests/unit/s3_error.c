/* What S3 says when it refuses, its checksums, and the addresses users write. */
#include "aws/s3_error.h"

#include <string.h>

#include "aws/s3_checksum.h"
#include "aws/s3_uri.h"
#include "unit.h"

static struct error err;
static const struct s3_call call = {"s3:GetObject", "b", "k/1.json"};

static void answer(int status, const char *body)
{
    const struct http_response response = {
        .status = status, .body = body, .body_len = strlen(body), .attempts = 3};

    CHECK_INT(-1, s3_error_read(&response, &call, &err));
}

#define XML(code, message)                                                                         \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>" message                         \
    "</Message><StringToSign>HIDDEN</StringToSign></Error>"

static void test_denied(void)
{
    answer(403, XML("AccessDenied", "User: arn:x is not authorized"));
    CHECK_INT(ERR_PERM, err.kind);
    CHECK_STR("AccessDenied", err.code);
    CHECK_STR("s3://b/k/1.json: AccessDenied (403): User: arn:x is not authorized; the credentials "
              "lack s3:GetObject there, or a policy of the bucket, the organisation or its KMS key "
              "denies it",
              err.message);
    CHECK(!s3_error_is_general(&err));
    CHECK_INT(3, err.attempts);
    answer(403, ""); /* of a HEAD */
    CHECK_STR("AccessDenied", err.code);
}

static void test_credentials(void)
{
    static const char *const codes[] = {
        XML("SignatureDoesNotMatch", "The request signature we calculated does not match"),
        XML("InvalidAccessKeyId", ""), XML("ExpiredToken", "x"), XML("RequestTimeTooSkewed", "x")};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        answer(403, codes[i]);
        CHECK_INT(ERR_PERM, err.kind);
        CHECK(s3_error_is_general(&err));
        CHECK(strstr(err.message, "HIDDEN") == NULL);
    }
    answer(404, XML("NoSuchBucket", "The specified bucket does not exist"));
    CHECK_INT(ERR_CONFIG, err.kind);
    CHECK(s3_error_is_general(&err));
    answer(301, XML("PermanentRedirect", "elsewhere"));
    CHECK_INT(ERR_CONFIG, err.kind);
    CHECK(strstr(err.message, "AWS_REGION") != NULL);
}

static void test_object(void)
{
    answer(404, XML("NoSuchKey", "The specified key does not exist."));
    CHECK_INT(ERR_DATA, err.kind);
    CHECK(!s3_error_is_general(&err));
    answer(404, "");
    CHECK_STR("NotFound", err.code);
    answer(403, XML("InvalidObjectState", "x"));
    CHECK_INT(ERR_DATA, err.kind);
    CHECK(strstr(err.message, "restore it") != NULL);
    answer(400, XML("KMS.DisabledException", "x"));
    CHECK_INT(ERR_PERM, err.kind);
    CHECK(!s3_error_is_general(&err));
}

static void test_busy(void)
{
    answer(503, XML("SlowDown", "Reduce your request rate."));
    CHECK_INT(ERR_TEMP, err.kind);
    CHECK(err.retryable);
    answer(502, "<html><body>Bad gateway</body></html>");
    CHECK_INT(ERR_UNAVAILABLE, err.kind);
    CHECK_STR("InternalError", err.code);
    CHECK(err.retryable);
    answer(418, "{}");
    CHECK_STR("UnknownError", err.code);
}

/* The check values of https://reveng.sourceforge.io/crc-catalogue/ for "123456789". */
static void test_checksums(void)
{
    char text[S3_CHECKSUM_SIZE];

    s3_checksum(S3_CRC32, "123456789", 9, text);
    CHECK_STR("y/Q5Jg==", text); /* cbf43926 */
    s3_checksum(S3_CRC32C, "123456789", 9, text);
    CHECK_STR("4waSgw==", text); /* e3069283 */
    s3_checksum(S3_CRC64NVME, "123456789", 9, text);
    CHECK_STR("rosUhgp5mIg=", text); /* ae8b14860a799888 */
    s3_checksum(S3_SHA256, "abc", 3, text);
    CHECK_STR("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", text);
    s3_checksum(S3_CRC32, "", 0, text);
    CHECK_STR("AAAAAA==", text);
}

static int verify(const char *name, const char *value, const char *type)
{
    const struct http_header headers[] = {{name, value},
                                          {"x-amz-checksum-type", type ? type : "FULL_OBJECT"}};
    const struct http_response response = {
        .status = 200, .headers = headers, .header_count = 2, .body = "123456789", .body_len = 9};

    return s3_checksum_verify(&response, &err);
}

static void test_verify(void)
{
    CHECK_INT(0, verify("x-amz-checksum-crc32", "y/Q5Jg==", NULL));
    CHECK_INT(0, verify("x-amz-checksum-crc64nvme", "rosUhgp5mIg=", NULL));
    CHECK_INT(-1, verify("x-amz-checksum-crc32", "y/Q5Jh==", NULL));
    CHECK_STR("ChecksumMismatch", err.code);
    CHECK(err.retryable);
    CHECK_INT(-1, verify("x-amz-checksum-crc32c", "y/Q5Jg==", NULL));
    CHECK_INT(-1, verify("x-amz-checksum-sha256", "x", NULL));
    CHECK_INT(0, verify("x-amz-checksum-crc32", "y/Q5Jh==-3", NULL)); /* of parts */
    CHECK_INT(0, verify("x-amz-checksum-crc32", "y/Q5Jh==", "COMPOSITE"));
    CHECK_INT(0, verify("x-amz-checksum-sha1", "x", NULL));
    CHECK_INT(0, verify("etag", "x", NULL));
}

static void test_uri(void)
{
    struct s3_uri uri;

    CHECK_INT(0, s3_uri_parse(&uri, "s3://my-bucket/a b/%20//x/", &err));
    CHECK_STR("my-bucket", uri.bucket);
    CHECK_STR("a b/%20//x/", uri.key);
    CHECK_INT(0, s3_uri_parse(&uri, "s3://My_Bucket.1", &err));
    CHECK_STR("", uri.key);
    CHECK_INT(0, s3_uri_parse(&uri, "s3://b/", &err));
    CHECK_STR("", uri.key);
    for (const char *const *bad =
             (const char *const[]){"s3://", "s3:///k", "s3://..", "s3://-x", "s3://a%2fb",
                                   "s3://a b/", "s3://a:80/k", "s3://u@h/k", "s3:/b", "b", NULL};
         *bad != NULL; bad++) {
        CHECK_INT(-1, s3_uri_parse(&uri, *bad, &err));
        CHECK_INT(ERR_USAGE, err.kind);
    }
}

int main(void)
{
    TEST("a denied request names the action that is missing") test_denied();
    TEST("credentials and buckets concern all objects") test_credentials();
    TEST("what is about one object says so") test_object();
    TEST("a busy service is worth another try, whatever it says") test_busy();
    TEST("checksums are those of the CRC catalogue and the SDK") test_checksums();
    TEST("bodies are held against whole checksums only") test_verify();
    TEST("addresses are taken as they are written, buckets are checked") test_uri();
    return unit_end();
}
