#include "aws/credentials.h"
#include "fake_aws.h"

/* The endpoints that give a container or an instance the keys of its role. */

#define KEYS(id, time)                                                                             \
    "{\"AccessKeyId\":\"" id                                                                       \
    "\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\",\"Token\":\"token0123456789abcdefS3CR3T\"," \
    "\"Expiration\":\"2026-01-02T" time "Z\"}"
#define BEFORE                                                                                     \
    "(before it: environment: AWS_ACCESS_KEY_ID is not set; profile: there is no profile "         \
    "'default'; web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set"

#define NO_CONTAINER "; container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set"

static void check_url(const char *wants, const char *variable)
{
    struct fake_aws f;

    fake_aws_init(&f);
    f.vars[1] = variable;
    fake_aws_script(&f, (struct fake_reply){wants, 200, KEYS("ASIAC", "04:04:05"), NULL});
    fake_aws_start(&f, NULL, NULL);
    fake_check_found(&f, "ASIAC 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T container");
    CHECK_STR("accept: application/json\n\n", buf_str(&f.request));
    CHECK_INT(strncmp(wants, "GET https", 9) != 0, f.latest.direct);
    fake_aws_clear(&f);
}

/* No request is made. `before` goes on with what was tried before. */
static void check_refused_after(const char *expected, const char *before, const char *variable)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    f.vars[1] = variable;
    fake_aws_start(&f, NULL, NULL);
    snprintf(message, sizeof(message), "%s %s%s)", expected, BEFORE, before);
    fake_check_error(&f, ERR_CONFIG, message);
    fake_aws_clear(&f);
}

static void check_refused(const char *expected, const char *variable)
{
    check_refused_after(expected, "", variable);
}

#define FULL(url) "AWS_CONTAINER_CREDENTIALS_FULL_URI=" url
#define UNTRUSTED                                                                                  \
    "AWS_CONTAINER_CREDENTIALS_FULL_URI: only https, or http to a loopback address or to that of " \
    "ECS or EKS, is accepted"

static void test_container_hosts(void)
{
    TEST("a container's credentials come from the address of ECS, or from a full URL")
    {
        check_url("GET http://169.254.170.2/v2/creds?id=1",
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/creds?id=1");
        check_url("GET https://creds.example.com/x", FULL("https://creds.example.com/x"));
        check_url("GET http://localhost:1338/x", FULL("http://localhost:1338/x"));
        check_url("GET http://127.0.0.1:1338", FULL("http://127.0.0.1:1338"));
        check_url("GET http://127.9.8.7/x", FULL("http://127.9.8.7/x"));
        check_url("GET http://[::1]/x", FULL("http://[::1]/x"));
        check_url("GET http://169.254.170.2/x", FULL("http://169.254.170.2/x"));
        check_url("GET http://169.254.170.23/x", FULL("http://169.254.170.23/x"));
        check_url("GET http://[fd00:ec2::23]/x", FULL("http://[fd00:ec2::23]/x"));
    }
    TEST("over plain http nobody else is asked")
    {
        check_refused(UNTRUSTED, FULL("http://creds.example.com/x"));
        check_refused(UNTRUSTED, FULL("http://169.254.169.254/x"));
        check_refused(UNTRUSTED, FULL("http://127.0.0.1.example.com/x"));
        check_refused(UNTRUSTED, FULL("http://localhost.example.com/x"));
        check_refused(UNTRUSTED, FULL("http://192.168.0.1/x"));
        check_refused(UNTRUSTED, FULL("http://[::ffff:127.0.0.1]/x"));
        check_refused(UNTRUSTED, FULL("http://[fd00:ec2::24]/x"));
        check_refused("AWS_CONTAINER_CREDENTIALS_FULL_URI: a URL with a user name or password is "
                      "not accepted",
                      FULL("http://localhost@evil.com/x"));
        check_refused(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI: not a URL that begins with https:// or http://",
            FULL("file:///etc/passwd"));
        check_refused(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI: the URL has no valid host name or address",
            FULL("http://2130706433/x"));
    }
    TEST("a relative URI cannot lead to another host")
    {
        check_refused("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: it does not begin with '/'",
                      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=.evil.com/");
        check_refused("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: it does not begin with '/'",
                      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@evil.com/");
    }
}

static void check_token(const char *expected, const char *variable, const char *other)
{
    struct fake_aws f;
    char text[256];

    fake_aws_init(&f);
    f.vars[1] = FULL("http://127.0.0.1/x");
    f.vars[2] = variable;
    f.vars[3] = other;
    fake_aws_script(
        &f, (struct fake_reply){"GET http://127.0.0.1/x", 200, KEYS("ASIAC", "03:05:05"), NULL});
    fake_aws_script(
        &f, (struct fake_reply){"GET http://127.0.0.1/x", 200, KEYS("ASIAD", "04:04:05"), NULL});
    fake_aws_start(&f, NULL, NULL);
    fake_check_found(&f, "ASIAC 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T container");
    snprintf(text, sizeof(text), "accept: application/json\nauthorization: %s\n\n", expected);
    CHECK_STR(text, buf_str(&f.request));
    fake_save("token", "Bearer 0123456789abcdefS3CR3T2\n");
    f.now_ms += 60000;
    fake_check_found(&f, "ASIAD 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T container");
    if (strstr(variable, "_FILE") != NULL)
        expected = "Bearer 0123456789abcdefS3CR3T2";
    snprintf(text, sizeof(text), "accept: application/json\nauthorization: %s\n\n", expected);
    CHECK_STR(text, buf_str(&f.request));
    fake_aws_clear(&f);
}

static void check_container_error(enum error_kind kind, const char *expected,
                                  struct fake_reply reply)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    f.vars[1] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x";
    f.vars[2] = "AWS_CONTAINER_AUTHORIZATION_TOKEN=0123456789abcdefS3CR3T";
    reply.wants = "GET http://169.254.170.2/x";
    fake_aws_script(&f, reply);
    fake_aws_start(&f, NULL, NULL);
    snprintf(message, sizeof(message), "container: %s %s)", expected, BEFORE);
    fake_check_error(&f, kind, message);
    fake_aws_clear(&f);
}

static void test_container(void)
{
    struct fake_aws f;

    fake_aws_init(&f); /* makes the scratch folder */
    fake_aws_start(&f, NULL, NULL);
    fake_aws_clear(&f);
    TEST("a token goes along, from a file that is read each time, or from the environment")
    {
        check_token("Basic 0123456789abcdefS3CR3T",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic 0123456789abcdefS3CR3T", NULL);
        fake_save("token", "Bearer0123456789abcdefS3CR3T");
        check_token("Bearer0123456789abcdefS3CR3T", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN=other");
    }
    TEST("an endpoint that refuses, fails or answers nonsense is an error, and the instance is not "
         "asked")
    {
        check_container_error(ERR_PERM, "its endpoint answers with status 403",
                              (struct fake_reply){.status = 403, .body = "0123456789abcdefS3CR3T"});
        check_container_error(ERR_PERM, "the answer is no JSON",
                              (struct fake_reply){.status = 200, .body = "0123456789abcdefS3CR3T"});
        check_container_error(
            ERR_PERM,
            "the answer has not AccessKeyId, SecretAccessKey, Token and Expiration as they should "
            "be",
            (struct fake_reply){
                .status = 200,
                .body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\","
                        "\"Expiration\":\"2027-01-01T00:00:00Z\"}"});
        check_container_error(ERR_UNAVAILABLE, "timed out",
                              (struct fake_reply){.error = "timed out"});
        check_container_error(ERR_PERM, "the credentials expired at 2026-01-02T03:04:05.000Z",
                              (struct fake_reply){.status = 200, .body = KEYS("A", "03:04:05")});
    }
    TEST("a role may be assumed with a container's keys")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x";
        fake_aws_script(&f, (struct fake_reply){"GET http://169.254.170.2/x", 200,
                                                KEYS("ASIAC", "04:04:05"), NULL});
        fake_aws_script(
            &f, (struct fake_reply){"POST https://sts.us-east-1.amazonaws.com/", 403, "", NULL});
        fake_aws_start(&f, "[default]\nrole_arn = R\ncredential_source = EcsContainer\n", NULL);
        fake_check_error(&f, ERR_PERM,
                         "profile 'default': AssumeRole R: 403: (no message) (before it: "
                         "environment: AWS_ACCESS_KEY_ID "
                         "is not set)");
        fake_check_request(&f, "authorization: AWS4-HMAC-SHA256 Credential=ASIAC/");
        fake_aws_clear(&f);
    }
}

#define IMDS  "http://169.254.169.254/latest/"
#define ROLES "meta-data/iam/security-credentials/"

/* The steps up to the role's name. */
static void script_imds(struct fake_aws *f, const char *role)
{
    fake_aws_script(
        f, (struct fake_reply){"PUT " IMDS "api/token", 200, "tok0123456789abcdefS3CR3T==", NULL});
    fake_aws_script(f, (struct fake_reply){"GET " IMDS ROLES, 200, role, NULL});
}

static void test_imds(void)
{
    struct fake_aws f;

    TEST("an instance's role gives keys, by version 2 of the metadata service")
    {
        fake_aws_init(&f);
        script_imds(&f, "my-role+=,.@_x\n");
        fake_aws_script(&f, (struct fake_reply){"GET " IMDS ROLES "my-role+=,.@_x", 200,
                                                KEYS("ASIAI", "04:04:05"), NULL});
        fake_aws_start(&f, NULL, NULL);
        fake_check_found(
            &f, "ASIAI 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T instance metadata");
        CHECK_STR("x-aws-ec2-metadata-token: tok0123456789abcdefS3CR3T==\n\n", buf_str(&f.request));
        CHECK(f.latest.direct);
        CHECK_INT(1000, f.latest.timeout_ms);
        CHECK_INT(1, f.latest.attempts_max);
        fake_aws_clear(&f);
    }
    TEST("keys that the service could not renew are used on for ten minutes")
    {
        const struct aws_credentials *c;
        struct error err;

        fake_aws_init(&f);
        script_imds(&f, "r");
        fake_aws_script(
            &f, (struct fake_reply){"GET " IMDS ROLES "r", 200, KEYS("ASIAI", "03:00:00"), NULL});
        fake_aws_start(&f, NULL, NULL);
        CHECK_INT(0, aws_chain_get(f.chain, &c, &err));
        CHECK_INT(f.now_ms + 600000, c->expires_ms);
        fake_aws_clear(&f);
    }
    TEST("a role may be assumed with them")
    {
        fake_aws_init(&f);
        script_imds(&f, "r");
        fake_aws_script(&f, (struct fake_reply){"GET " IMDS ROLES "r", 404, "", NULL});
        fake_aws_start(&f, "[default]\nrole_arn = R\ncredential_source = Ec2InstanceMetadata\n",
                       NULL);
        fake_check_error(&f, ERR_PERM,
                         "profile 'default': credential_source Ec2InstanceMetadata: the instance "
                         "has no role (before it: "
                         "environment: AWS_ACCESS_KEY_ID is not set)");
        fake_aws_clear(&f);
    }
}

static void check_imds_host(const char *wants, const char *variable, const char *config)
{
    struct fake_aws f;

    fake_aws_init(&f);
    f.vars[1] = variable;
    fake_aws_script(&f, (struct fake_reply){wants, 404, "", NULL});
    fake_aws_start(&f, config, NULL);
    fake_check_error(
        &f, ERR_PERM,
        "no AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; profile: there are no "
        "credentials in "
        "profile 'default'; web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; container: "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set; instance metadata: the "
        "instance has no "
        "role");
    fake_aws_clear(&f);
}

static void test_imds_hosts(void)
{
    TEST("the metadata service is elsewhere only where the user says so")
    {
        check_imds_host("PUT http://[fd00:ec2::254]/latest/api/token",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6", "[default]\n");
        check_imds_host("PUT http://127.0.0.1:1338/latest/api/token",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338/", "[default]\n");
        check_imds_host("PUT https://imds.example.com/latest/api/token", NULL,
                        "[default]\nec2_metadata_service_endpoint = https://imds.example.com\n");
        check_imds_host("PUT " IMDS "api/token", "AWS_EC2_METADATA_DISABLED=false", "[default]\n");
    }
    TEST("what cannot be is refused")
    {
        check_refused_after("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: expected IPv4 or IPv6",
                            NO_CONTAINER, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv5");
        check_refused_after(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT: not a URL that begins with https:// or http://",
            NO_CONTAINER, "AWS_EC2_METADATA_SERVICE_ENDPOINT=imds");
    }
}

/* Why the metadata service gives nothing. */
static void check_imds_reason(const char *expected, const struct fake_reply *script, size_t count)
{
    struct fake_aws f;
    const struct aws_credentials *c;
    struct error err = {0};
    const char *reason;

    fake_aws_init(&f);
    for (size_t i = 0; i < count; i++)
        fake_aws_script(&f, script[i]);
    fake_aws_start(&f, NULL, NULL);
    CHECK_INT(-1, aws_chain_get(f.chain, &c, &err));
    CHECK_INT(ERR_PERM, err.kind);
    reason = strstr(err.message, "instance metadata: ");
    CHECK_STR(expected, reason ? reason : err.message);
    fake_check_secrets(&err);
    fake_aws_clear(&f);
}

static void test_imds_reasons(void)
{
    TEST("where it does not answer, or has no role, the reason is told")
    {
        static const struct fake_reply token = {"PUT " IMDS "api/token", 200,
                                                "tok0123456789abcdefS3CR3T==", NULL};
        struct fake_reply silent[] = {{"PUT " IMDS "api/token", 0, NULL, "timed out"}};
        struct fake_reply forbidden[] = {{"PUT " IMDS "api/token", 403, "", NULL}};
        struct fake_reply strange[] = {
            {"PUT " IMDS "api/token", 200, "a\r\n0123456789abcdefS3CR3T", NULL}};
        struct fake_reply no_role[] = {token, {"GET " IMDS ROLES, 404, "", NULL}};
        struct fake_reply bad_role[] = {token, {"GET " IMDS ROLES, 200, "../x", NULL}};
        struct fake_reply page[] = {token, {"GET " IMDS ROLES, 200, "<html>", NULL}};
        struct fake_reply error[] = {
            token, {"GET " IMDS ROLES, 200, "r", NULL}, {"GET " IMDS ROLES "r", 500, "", NULL}};

        check_imds_reason("instance metadata: http://169.254.169.254: timed out", silent, 1);
        check_imds_reason("instance metadata: http://169.254.169.254 answers with status 403",
                          forbidden, 1);
        check_imds_reason("instance metadata: http://169.254.169.254 gives no session token",
                          strange, 1);
        check_imds_reason("instance metadata: the instance has no role", no_role, 2);
        check_imds_reason("instance metadata: the instance has no role", bad_role, 2);
        check_imds_reason("instance metadata: the instance has no role", page, 2);
        check_imds_reason("instance metadata: http://169.254.169.254 answers with status 500",
                          error, 3);
    }
    TEST("a role without keys is an error of its own")
    {
        struct fake_aws f;

        fake_aws_init(&f);
        script_imds(&f, "r");
        fake_aws_script(&f, (struct fake_reply){"GET " IMDS ROLES "r", 200,
                                                "{\"Code\":\"AssumeRoleUnauthorizedAccess\","
                                                "\"Message\":\"0123456789abcdefS3CR3T\"}",
                                                NULL});
        fake_aws_start(&f, NULL, NULL);
        fake_check_error(
            &f, ERR_PERM,
            "instance metadata: the role's credentials: AssumeRoleUnauthorizedAccess " BEFORE
                NO_CONTAINER ")");
        fake_aws_clear(&f);
    }
}

int main(void)
{
    test_container_hosts();
    test_container();
    test_imds();
    test_imds_hosts();
    test_imds_reasons();
    return fake_aws_end();
}
