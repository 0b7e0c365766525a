#include "aws/endpoint.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_env.h"
#include "unit.h"

/* What the AWS SDKs' endpoint rules say, as computed by them. */
enum { PLAIN = 0, FIPS = 1, DUAL = 2 };

struct rule {
    const char *service, *region;
    int modes;
    const char *host;
};

static const struct rule rules[] = {
    {"bedrock", "eu-west-1", PLAIN, "bedrock.eu-west-1.amazonaws.com"},
    {"bedrock", "eu-west-1", DUAL, "bedrock.eu-west-1.api.aws"},
    {"bedrock", "eu-west-1", FIPS, "bedrock-fips.eu-west-1.amazonaws.com"},
    {"bedrock", "eu-west-1", FIPS | DUAL, "bedrock-fips.eu-west-1.api.aws"},
    {"bedrock", "us-gov-west-1", PLAIN, "bedrock.us-gov-west-1.amazonaws.com"},
    {"bedrock", "us-gov-west-1", DUAL, "bedrock.us-gov-west-1.api.aws"},
    {"bedrock", "us-gov-west-1", FIPS, "bedrock-fips.us-gov-west-1.amazonaws.com"},
    {"bedrock", "us-gov-west-1", FIPS | DUAL, "bedrock-fips.us-gov-west-1.api.aws"},
    {"bedrock", "cn-north-1", PLAIN, "bedrock.cn-north-1.amazonaws.com.cn"},
    {"bedrock", "cn-north-1", DUAL, "bedrock.cn-north-1.api.amazonwebservices.com.cn"},
    {"bedrock-runtime", "eu-west-1", PLAIN, "bedrock-runtime.eu-west-1.amazonaws.com"},
    {"bedrock-runtime", "eu-west-1", DUAL, "bedrock-runtime.eu-west-1.api.aws"},
    {"bedrock-runtime", "eu-west-1", FIPS, "bedrock-runtime-fips.eu-west-1.amazonaws.com"},
    {"bedrock-runtime", "eu-west-1", FIPS | DUAL, "bedrock-runtime-fips.eu-west-1.api.aws"},
    {"bedrock-runtime", "us-gov-west-1", PLAIN, "bedrock-runtime.us-gov-west-1.amazonaws.com"},
    {"bedrock-runtime", "us-gov-west-1", DUAL, "bedrock-runtime.us-gov-west-1.api.aws"},
    {"bedrock-runtime", "us-gov-west-1", FIPS, "bedrock-runtime-fips.us-gov-west-1.amazonaws.com"},
    {"bedrock-runtime", "us-gov-west-1", FIPS | DUAL, "bedrock-runtime-fips.us-gov-west-1.api.aws"},
    {"bedrock-runtime", "cn-north-1", PLAIN, "bedrock-runtime.cn-north-1.amazonaws.com.cn"},
    {"bedrock-runtime", "cn-north-1", DUAL,
     "bedrock-runtime.cn-north-1.api.amazonwebservices.com.cn"},
    {"s3", "eu-west-1", PLAIN, "s3.eu-west-1.amazonaws.com"},
    {"s3", "eu-west-1", DUAL, "s3.dualstack.eu-west-1.amazonaws.com"},
    {"s3", "eu-west-1", FIPS, "s3-fips.eu-west-1.amazonaws.com"},
    {"s3", "eu-west-1", FIPS | DUAL, "s3-fips.dualstack.eu-west-1.amazonaws.com"},
    {"s3", "us-gov-west-1", PLAIN, "s3.us-gov-west-1.amazonaws.com"},
    {"s3", "us-gov-west-1", DUAL, "s3.dualstack.us-gov-west-1.amazonaws.com"},
    {"s3", "us-gov-west-1", FIPS, "s3-fips.us-gov-west-1.amazonaws.com"},
    {"s3", "us-gov-west-1", FIPS | DUAL, "s3-fips.dualstack.us-gov-west-1.amazonaws.com"},
    {"s3", "cn-north-1", PLAIN, "s3.cn-north-1.amazonaws.com.cn"},
    {"s3", "cn-north-1", DUAL, "s3.dualstack.cn-north-1.amazonaws.com.cn"},
    {"sts", "eu-west-1", PLAIN, "sts.eu-west-1.amazonaws.com"},
    {"sts", "eu-west-1", DUAL, "sts.eu-west-1.api.aws"},
    {"sts", "eu-west-1", FIPS, "sts-fips.eu-west-1.amazonaws.com"},
    {"sts", "eu-west-1", FIPS | DUAL, "sts-fips.eu-west-1.api.aws"},
    {"sts", "us-gov-west-1", PLAIN, "sts.us-gov-west-1.amazonaws.com"},
    {"sts", "us-gov-west-1", DUAL, "sts.us-gov-west-1.api.aws"},
    {"sts", "us-gov-west-1", FIPS, "sts.us-gov-west-1.amazonaws.com"},
    {"sts", "us-gov-west-1", FIPS | DUAL, "sts-fips.us-gov-west-1.api.aws"},
    {"sts", "cn-north-1", PLAIN, "sts.cn-north-1.amazonaws.com.cn"},
    {"sts", "cn-north-1", DUAL, "sts.cn-north-1.api.amazonwebservices.com.cn"},
    {"sso", "eu-west-1", PLAIN, "portal.sso.eu-west-1.amazonaws.com"},
    {"sso", "eu-west-1", DUAL, "portal.sso.eu-west-1.api.aws"},
    {"sso", "eu-west-1", FIPS, "portal.sso-fips.eu-west-1.amazonaws.com"},
    {"sso", "eu-west-1", FIPS | DUAL, "portal.sso-fips.eu-west-1.api.aws"},
    {"sso", "us-gov-west-1", PLAIN, "portal.sso.us-gov-west-1.amazonaws.com"},
    {"sso", "us-gov-west-1", DUAL, "portal.sso.us-gov-west-1.api.aws"},
    {"sso", "us-gov-west-1", FIPS, "portal.sso.us-gov-west-1.amazonaws.com"},
    {"sso", "us-gov-west-1", FIPS | DUAL, "portal.sso-fips.us-gov-west-1.api.aws"},
    {"sso", "cn-north-1", PLAIN, "portal.sso.cn-north-1.amazonaws.com.cn"},
    {"sso", "cn-north-1", DUAL, "portal.sso.cn-north-1.api.amazonwebservices.com.cn"},
    {"sso-oidc", "eu-west-1", PLAIN, "oidc.eu-west-1.amazonaws.com"},
    {"sso-oidc", "eu-west-1", DUAL, "oidc.eu-west-1.api.aws"},
    {"sso-oidc", "eu-west-1", FIPS, "oidc-fips.eu-west-1.amazonaws.com"},
    {"sso-oidc", "eu-west-1", FIPS | DUAL, "oidc-fips.eu-west-1.api.aws"},
    {"sso-oidc", "us-gov-west-1", PLAIN, "oidc.us-gov-west-1.amazonaws.com"},
    {"sso-oidc", "us-gov-west-1", DUAL, "oidc.us-gov-west-1.api.aws"},
    {"sso-oidc", "us-gov-west-1", FIPS, "oidc.us-gov-west-1.amazonaws.com"},
    {"sso-oidc", "us-gov-west-1", FIPS | DUAL, "oidc-fips.us-gov-west-1.api.aws"},
    {"sso-oidc", "cn-north-1", PLAIN, "oidc.cn-north-1.amazonaws.com.cn"},
    {"sso-oidc", "cn-north-1", DUAL, "oidc.cn-north-1.api.amazonwebservices.com.cn"},
    {"s3vectors", "eu-west-1", PLAIN, "s3vectors.eu-west-1.api.aws"},
    {"s3vectors", "eu-west-1", DUAL, "s3vectors.eu-west-1.api.aws"},
    {"s3vectors", "eu-west-1", FIPS, "s3vectors-fips.eu-west-1.api.aws"},
    {"s3vectors", "eu-west-1", FIPS | DUAL, "s3vectors-fips.eu-west-1.api.aws"},
    {"s3vectors", "us-gov-west-1", PLAIN, "s3vectors.us-gov-west-1.api.aws"},
    {"s3vectors", "us-gov-west-1", DUAL, "s3vectors.us-gov-west-1.api.aws"},
    {"s3vectors", "us-gov-west-1", FIPS, "s3vectors-fips.us-gov-west-1.api.aws"},
    {"s3vectors", "us-gov-west-1", FIPS | DUAL, "s3vectors-fips.us-gov-west-1.api.aws"},
    {"s3vectors", "cn-north-1", PLAIN, "s3vectors.cn-north-1.api.amazonwebservices.com.cn"},
    {"s3vectors", "cn-north-1", DUAL, "s3vectors.cn-north-1.api.amazonwebservices.com.cn"},
    {"support", "eu-west-1", PLAIN, "support.us-east-1.amazonaws.com"},
    {"support", "us-gov-west-1", PLAIN, "support.us-gov-west-1.amazonaws.com"},
    {"support", "us-gov-west-1", DUAL, "support.us-gov-west-1.api.aws"},
    {"support", "us-gov-west-1", FIPS, "support.us-gov-west-1.amazonaws.com"},
    {"support", "us-gov-west-1", FIPS | DUAL, "support-fips.us-gov-west-1.api.aws"},
    {"support", "cn-north-1", PLAIN, "support.cn-north-1.amazonaws.com.cn"},
    {"support", "cn-north-1", DUAL, "support.cn-north-1.api.amazonwebservices.com.cn"},
    {"sts", "us-iso-east-1", PLAIN, "sts.us-iso-east-1.c2s.ic.gov"},
    {"sts", "us-iso-east-1", DUAL, "sts.us-iso-east-1.api.aws.ic.gov"},
    {"sts", "us-isob-east-1", PLAIN, "sts.us-isob-east-1.sc2s.sgov.gov"},
    {"sts", "us-isob-east-1", DUAL, "sts.us-isob-east-1.api.aws.scloud"},
    {"sts", "us-isof-south-1", PLAIN, "sts.us-isof-south-1.csp.hci.ic.gov"},
    {"sts", "us-isof-south-1", DUAL, "sts.us-isof-south-1.api.aws.hci.ic.gov"},
    {"sts", "eu-isoe-west-1", PLAIN, "sts.eu-isoe-west-1.cloud.adc-e.uk"},
    {"sts", "eu-isoe-west-1", DUAL, "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
    {"sts", "eusc-de-east-1", PLAIN, "sts.eusc-de-east-1.amazonaws.eu"},
    {"sts", "eusc-de-east-1", DUAL, "sts.eusc-de-east-1.api.amazonwebservices.eu"},
    {"sts", "xx-new-9", PLAIN, "sts.xx-new-9.amazonaws.com"},
    {"sts", "xx-new-9", DUAL, "sts.xx-new-9.api.aws"},
    {"sts", "mx-central-1", PLAIN, "sts.mx-central-1.amazonaws.com"},
    {"sts", "mx-central-1", DUAL, "sts.mx-central-1.api.aws"},
    {"support", "us-iso-east-1", PLAIN, "support.us-iso-east-1.c2s.ic.gov"},
    {"support", "us-isob-east-1", PLAIN, "support.us-isob-east-1.sc2s.sgov.gov"},
    {"support", "us-east-2", PLAIN, "support.us-east-1.amazonaws.com"},
    {"support", "cn-northwest-1", PLAIN, "support.cn-north-1.amazonaws.com.cn"},
    {"support", "us-gov-east-1", PLAIN, "support.us-gov-west-1.amazonaws.com"},
    /*
     * Where the rules name hosts that there are not, or where the global endpoint is documented:
     * ours.
     */
    {"support", "eu-west-1", FIPS, "support-fips.us-east-1.amazonaws.com"},
    {"support", "eu-west-1", DUAL, "support.us-east-1.api.aws"},
    {"health", "eu-west-1", PLAIN, "global.health.amazonaws.com"},
    {"health", "eu-west-1", FIPS, "health-fips.us-east-1.amazonaws.com"},
    {"health", "eu-west-1", DUAL, "health.us-east-1.api.aws"},
    {"health", "cn-north-1", PLAIN, "global.health.amazonaws.com.cn"},
    {"health", "us-gov-east-1", PLAIN, "health.us-gov-east-1.amazonaws.com"},
    {"sts", "aws-global", PLAIN, "sts.us-east-1.amazonaws.com"},
    {"s3", "aws-cn-global", PLAIN, "s3.cn-northwest-1.amazonaws.com.cn"},
};

static void test_rules(void)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct rule *r = &rules[i];
        struct aws_config config = {.use_fips = r->modes & FIPS, .use_dualstack = r->modes & DUAL};
        struct aws_endpoint_query query = {.service = aws_service_find(r->service),
                                           .region = r->region};
        struct aws_endpoint e;
        struct error err = {0};

        CHECK_INT(0, aws_endpoint_find(&config, &query, &e, &err));
        CHECK_STR(r->host, *err.message ? err.message : e.host);
        CHECK_STR(e.host, e.authority);
        CHECK_STR("", e.base_path);
        CHECK_INT(443, e.port);
        CHECK(e.https && !e.named && !e.bucket_in_path);
    }
}

static void check_scope(const char *region, const char *name, enum aws_service service,
                        const char *asked)
{
    struct aws_config config = {0};
    struct aws_endpoint_query query = {.service = service, .region = asked};
    struct aws_endpoint e;
    struct error err = {0};

    CHECK_INT(0, aws_endpoint_find(&config, &query, &e, &err));
    CHECK_STR(region, e.region);
    CHECK_STR(name, e.signing_name);
}

static void test_scopes(void)
{
    TEST("requests are signed for the service's signing name and region")
    {
        check_scope("eu-west-1", "bedrock", AWS_BEDROCK_RUNTIME, "eu-west-1");
        check_scope("eu-west-1", "bedrock", AWS_BEDROCK, "eu-west-1");
        check_scope("eu-west-1", "s3", AWS_S3, "eu-west-1");
        check_scope("eu-west-1", "sts", AWS_STS, "eu-west-1");
        check_scope("eu-west-1", "s3vectors", AWS_S3VECTORS, "eu-west-1");
        check_scope("us-east-1", "support", AWS_SUPPORT, "eu-west-1");
        check_scope("cn-north-1", "support", AWS_SUPPORT, "cn-northwest-1");
        check_scope("us-gov-west-1", "support", AWS_SUPPORT, "us-gov-east-1");
        check_scope("us-east-1", "health", AWS_HEALTH, "ap-south-1");
        check_scope("cn-northwest-1", "health", AWS_HEALTH, "cn-north-1");
        check_scope("us-east-1", "sts", AWS_STS, "aws-global");
    }
    TEST("services that answer for a partition, and S3, need no region")
    {
        check_scope("us-east-1", "support", AWS_SUPPORT, NULL);
        check_scope("us-east-1", "health", AWS_HEALTH, NULL);
        check_scope("us-east-1", "sts", AWS_STS, NULL);
        check_scope("us-east-1", "s3", AWS_S3, NULL);
    }
    TEST("services are found by name")
    {
        CHECK_INT(AWS_BEDROCK_RUNTIME, aws_service_find("bedrock-runtime"));
        CHECK_INT(AWS_SERVICE_COUNT, aws_service_find("bedrock-runtimes"));
        CHECK_STR("s3", aws_service_names(AWS_S3)->name);
    }
}

/* The config's strings are its own. */
static void set_endpoint(struct aws_config *config, enum aws_service service, const char *url)
{
    static char text[2048];
    static char origin[] = "AWS_ENDPOINT_URL";

    snprintf(text, sizeof(text), "%s", url ? url : "");
    config->endpoint_urls[service] = url ? text : NULL;
    config->endpoint_origins[service] = origin;
}

/* The URL of what is asked for, with an endpoint set (NULL for none), or the error. */
static void check_url(const char *expected, struct aws_config *config,
                      const struct aws_endpoint_query *query, const char *endpoint)
{
    struct aws_endpoint e;
    struct error err = {0};
    struct buf url;

    set_endpoint(config, query->service, endpoint);
    buf_init(&url, 4096);
    if (aws_endpoint_find(config, query, &e, &err) == 0)
        aws_endpoint_url(&e, "/x?y", &url);
    else
        CHECK_INT(ERR_CONFIG, err.kind);
    CHECK_STR(expected, *err.message ? err.message : buf_str(&url));
    buf_clear(&url);
}

/* Of a bucket in eu-west-1. */
static void check_bucket(const char *expected, const char *bucket, enum aws_addressing style,
                         const char *endpoint)
{
    struct aws_config config = {.s3_addressing = style};
    struct aws_endpoint_query query = {.service = AWS_S3, .region = "eu-west-1", .bucket = bucket};

    check_url(expected, &config, &query, endpoint);
}

static void test_buckets(void)
{
    static const enum aws_addressing any = AWS_ADDRESSING_AUTO;

    TEST("a bucket that is one valid host label stands before the host")
    {
        check_bucket("https://my-bucket.s3.eu-west-1.amazonaws.com/x?y", "my-bucket", any, NULL);
        check_bucket("https://1abc.s3.eu-west-1.amazonaws.com/x?y", "1abc", any, NULL);
        check_bucket("https://xn--abc.s3.eu-west-1.amazonaws.com/x?y", "xn--abc", any, NULL);
        check_bucket("https://x-s3alias.s3.eu-west-1.amazonaws.com/x?y", "x-s3alias", any, NULL);
    }
    TEST("any other goes into the path, encoded")
    {
        check_bucket("https://s3.eu-west-1.amazonaws.com/a.b.c/x?y", "a.b.c", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/192.168.1.1/x?y", "192.168.1.1", any,
                     NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/UPPER/x?y", "UPPER", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/b_c/x?y", "b_c", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/ab/x?y", "ab", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/-abc/x?y", "-abc", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/abc-/x?y", "abc-", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/b%2Fc/x?y", "b/c", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/evil.com%23/x?y", "evil.com#", any, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/evil%40b/x?y", "evil@b", any, NULL);
    }
    TEST("path style can be forced, and cannot be forced away")
    {
        check_bucket("https://s3.eu-west-1.amazonaws.com/my-bucket/x?y", "my-bucket",
                     AWS_ADDRESSING_PATH, NULL);
        check_bucket("https://s3.eu-west-1.amazonaws.com/a.b/x?y", "a.b", AWS_ADDRESSING_VIRTUAL,
                     NULL);
        check_bucket("http://h:1/my-bucket/x?y", "my-bucket", AWS_ADDRESSING_PATH, "http://h:1");
        check_bucket("http://127.0.0.1/my-bucket/x?y", "my-bucket", AWS_ADDRESSING_VIRTUAL,
                     "http://127.0.0.1");
        check_bucket("http://my-bucket.localhost:1/x?y", "my-bucket", AWS_ADDRESSING_VIRTUAL,
                     "http://localhost:1");
    }
    TEST("at a named host a bucket stands before its name, but after its address")
    {
        check_bucket("http://my-bucket.minio.local:9000/x?y", "my-bucket", any,
                     "http://minio.local:9000");
        check_bucket("https://my-bucket.s3.example.com/p/q/x?y", "my-bucket", any,
                     "https://s3.example.com:443/p/q/");
        check_bucket("https://s3.example.com/p/q/a.b/x?y", "a.b", any,
                     "https://s3.example.com/p/q");
        check_bucket("http://127.0.0.1:7480/my-bucket/x?y", "my-bucket", any,
                     "http://127.0.0.1:7480");
        check_bucket("http://[::1]:7480/p/my-bucket/x?y", "my-bucket", any, "http://[::1]:7480/p/");
        check_bucket("http://localhost:9000/my-bucket/x?y", "my-bucket", any,
                     "http://localhost:9000");
    }
    TEST(
        "a long host name keeps its end; where the bucket makes it too long, it goes into the path")
    {
        char host[256];
        char url[300];
        char expected[600];

        snprintf(host, sizeof(host), "a%062d.b%062d.c%062d.d%058d", 0, 0, 0, 0);
        snprintf(url, sizeof(url), "https://%s", host);
        snprintf(expected, sizeof(expected), "https://buc.%s/x?y", host);
        check_bucket(expected, "buc", any, url);
        snprintf(expected, sizeof(expected), "https://%s/buck/x?y", host);
        check_bucket(expected, "buck", any, url);
    }
    TEST("buckets that are addressed in ways of their own are refused")
    {
        check_bucket("S3 Express directory buckets are not supported: b--use1-az4--x-s3",
                     "b--use1-az4--x-s3", any, NULL);
        check_bucket(
            "buckets are given by name, not by ARN; access points by their alias: arn:aws:s3:::b",
            "arn:aws:s3:::b", any, NULL);
        check_bucket("the name of an S3 bucket is empty", "", any, NULL);
        check_bucket("not the name of an S3 bucket: ..", "..", any, NULL);
    }
}

static void test_named(void)
{
    char region[] = "eu-west-1";
    struct aws_config config = {.region = region};
    struct aws_endpoint_query query = {.service = AWS_BEDROCK_RUNTIME};
    struct aws_endpoint_query s3 = {.service = AWS_S3, .bucket = "b"};

    TEST("an endpoint of the user's is taken as it is, with its scheme, port and base path")
    {
        check_url("http://h.example.com/x?y", &config, &query, "http://H.example.com:80/");
        check_url("https://h.example.com:80/base/x?y", &config, &query,
                  "https://h.example.com:80/base//");
        check_url("http://[::1]:8080/x?y", &config, &query, "http://[::1]:8080");
    }
    TEST("it is known to be the user's, and signed for the region that is set")
    {
        struct aws_endpoint e;
        struct error err;

        set_endpoint(&config, AWS_BEDROCK_RUNTIME, "http://h:80");
        CHECK_INT(0, aws_endpoint_find(&config, &query, &e, &err));
        CHECK(e.named && !e.https);
        CHECK_STR("h", e.authority);
        CHECK_STR("eu-west-1", e.region);
    }
    TEST("a URL that is none is refused without showing it")
    {
        check_url("AWS_ENDPOINT_URL: not a URL that begins with https:// or http://", &config,
                  &query, "s3cr3t");
        check_url("AWS_ENDPOINT_URL: a URL with a user name or password is not accepted", &config,
                  &query, "https://u:s3cr3t@h");
        check_url("AWS_ENDPOINT_URL: an endpoint's URL cannot have a query", &config, &query,
                  "https://h/?a=b");
    }
    TEST("a base path that leaves no room for the bucket is refused")
    {
        char url[1100];

        snprintf(url, sizeof(url), "http://h.com/%01021d", 0);
        check_url("the name of an S3 bucket is too long: b", &config, &s3, url);
    }
    TEST("FIPS or dual-stack together with an endpoint of one's own is a contradiction")
    {
        config.use_fips = true;
        check_url(
            "AWS_ENDPOINT_URL: a custom endpoint cannot be combined with AWS_USE_FIPS_ENDPOINT",
            &config, &query, "https://h");
        config.use_fips = false;
        config.use_dualstack = true;
        check_url("AWS_ENDPOINT_URL: a custom endpoint cannot be combined with "
                  "AWS_USE_DUALSTACK_ENDPOINT",
                  &config, &query, "https://h");
    }
}

static void test_refused(void)
{
    char profile[] = "x";
    struct aws_config config = {.profile = profile};
    struct aws_endpoint_query query = {.service = AWS_BEDROCK};

    TEST("without a region the message says what to set")
    {
        check_url("no AWS region is set for bedrock: set AWS_REGION, or region in the profile 'x' "
                  "of ~/.aws/config",
                  &config, &query, NULL);
    }
    TEST("a region from a server cannot lead to another host either")
    {
        query.region = "evil.com/";
        check_url("this cannot be the name of an AWS region: evil.com/", &config, &query, NULL);
        query.region = "";
        check_url("this cannot be the name of an AWS region: ", &config, &query, NULL);
        query.region = "a.b";
        check_url("this cannot be the name of an AWS region: a.b", &config, &query, "http://h");
    }
    TEST("FIPS where AWS has none is refused")
    {
        config.use_fips = true;
        query.region = "cn-north-1";
        check_url("AWS has no FIPS endpoints in cn-north-1", &config, &query, NULL);
    }
}

int main(void)
{
    TEST("each service's host is what the AWS SDKs' rules say, and https")
    {
        test_rules();
    }
    test_scopes();
    test_buckets();
    test_named();
    test_refused();
    return unit_end();
}
