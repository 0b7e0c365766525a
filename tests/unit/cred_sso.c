#include "aws/credentials.h"

#include "fake_aws.h"

/* Sessions of IAM Identity Center that the AWS CLI has opened. */

#define PORTAL                                                                                     \
    "GET "                                                                                         \
    "https://portal.sso.eu-west-1.amazonaws.com/federation/"                                       \
    "credentials?role_name=R%2F1&account_id=123456789012"
#define OIDC "POST https://oidc.eu-west-1.amazonaws.com/token"
#define ROLE_KEYS                                                                                  \
    "{\"roleCredentials\":{\"accessKeyId\":\"ASIAS\",\"secretAccessKey\":"                         \
    "\"0123456789abcdefS3CR3T\","                                                                  \
    "\"sessionToken\":\"token0123456789abcdefS3CR3T\",\"expiration\":1767326645000}}"
#define ACCOUNT "sso_account_id = 123456789012\nsso_role_name = R/1\n"
#define SESSION                                                                                    \
    "[default]\nsso_session = corp\n" ACCOUNT "[sso-session corp]\nsso_region = eu-west-1\n"       \
    "sso_start_url = https://corp.awsapps.com/start\n"
#define LEGACY                                                                                     \
    "[default]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n" ACCOUNT
#define CACHE(expires)                                                                             \
    "{\"startUrl\":\"https://corp.awsapps.com/start\",\"region\":\"eu-west-1\","                   \
    "\"accessToken\":\"old0123456789abcdefS3CR3T\",\"expiresAt\":\"" expires                       \
    "\",\"clientId\":\"id0123456789abcdefS3CR3T\","                                                \
    "\"clientSecret\":\"client0123456789abcdefS3CR3T\",\"refreshToken\":"                          \
    "\"refresh0123456789abcdefS3CR3T\"}"

/* What the AWS CLI names the files: the SHA-1 of the session's name, or of the start URL. */
#define SESSION_FILE ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
#define LEGACY_FILE  ".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json"

static void check_sso(const char *config, const char *file, const char *cache)
{
    struct fake_aws f;

    fake_aws_init(&f);
    fake_save(file, cache);
    fake_aws_script(&f, (struct fake_reply){PORTAL, 200, ROLE_KEYS, NULL});
    fake_aws_start(&f, config, NULL);
    fake_check_found(
        &f, "ASIAS 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T profile 'default': SSO");
    CHECK_STR("x-amz-sso_bearer_token: old0123456789abcdefS3CR3T\n\n", buf_str(&f.request));
    CHECK(!f.latest.direct);
    unlink(file);
    fake_aws_clear(&f);
}

static void test_sso(void)
{
    TEST("the token of a session, or of an old profile, is exchanged for a role's keys")
    {
        check_sso(SESSION, SESSION_FILE, CACHE("2026-01-02T03:10:05Z"));
        check_sso(LEGACY, LEGACY_FILE, CACHE("2026-01-02T03:10:05Z"));
    }
    TEST("an old profile's token is used to its end, which may be written in the old way")
    {
        check_sso(LEGACY, LEGACY_FILE, CACHE("2026-01-02T03:04:06UTC"));
    }
    TEST("a session's is used to its end, too, where the file has nothing to renew it with")
    {
        check_sso(SESSION, SESSION_FILE,
                  "{\"accessToken\":\"old0123456789abcdefS3CR3T\",\"expiresAt\":\"2026-01-02T03:04:"
                  "06Z\"}");
    }
}

/* What profile "default" comes to, with this session file (NULL for none); no server is asked. */
static void check_sso_error(enum error_kind kind, const char *expected, const char *config,
                            const char *cache)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    if (cache != NULL)
        fake_save(SESSION_FILE, cache);
    fake_aws_start(&f, config, NULL);
    snprintf(message, sizeof(message),
             "profile 'default': SSO: %s (before it: environment: AWS_ACCESS_KEY_ID is not set)",
             expected);
    fake_check_error(&f, kind, message);
    unlink(SESSION_FILE);
    fake_aws_clear(&f);
}

#define LOG_IN "run aws sso login --profile default"

static void test_sso_errors(void)
{
    TEST("without a good session the user is told to log in")
    {
        check_sso_error(ERR_PERM, "nobody has logged in: " LOG_IN, SESSION, NULL);
        check_sso_error(
            ERR_PERM, "the session is over: " LOG_IN, SESSION,
            "{\"accessToken\":\"0123456789abcdefS3CR3T\",\"expiresAt\":\"2026-01-02T03:04:05Z\"}");
        check_sso_error(ERR_PERM, "the session's file is damaged: " LOG_IN, SESSION,
                        "0123456789abcdefS3CR3T");
        check_sso_error(ERR_PERM, "the session's file is damaged: " LOG_IN, SESSION,
                        "{\"accessToken\":\"0123456789abcdefS3CR3T\"}");
        check_sso_error(ERR_PERM, "the session's file has no token: " LOG_IN, SESSION,
                        "{\"accessToken\":\"0123456789abcdefS3CR3T\\n\",\"expiresAt\":\"2027-01-"
                        "02T03:04:05Z\"}");
    }
    TEST("what is missing in the files is named")
    {
        check_sso_error(
            ERR_CONFIG, "the profile has no sso_role_name",
            "[default]\nsso_session = s\nsso_account_id = 1\n[sso-session s]\nsso_region = r\n"
            "sso_start_url = u\n",
            NULL);
        check_sso_error(
            ERR_CONFIG, "the profile has no sso_account_id",
            "[default]\nsso_session = s\nsso_role_name = 1\n[sso-session s]\nsso_region = r\n"
            "sso_start_url = u\n",
            NULL);
        check_sso_error(ERR_CONFIG, "the sso-session has no sso_region",
                        "[default]\nsso_session = s\n[sso-session s]\nsso_start_url = u\n", NULL);
        check_sso_error(ERR_CONFIG, "there is no section [sso-session s]",
                        "[default]\nsso_session = s\n", NULL);
        check_sso_error(ERR_CONFIG, "the profile has no sso_region",
                        "[default]\nsso_start_url = u\n", NULL);
        check_sso_error(ERR_CONFIG, "the profile has no sso_start_url",
                        "[default]\nsso_region = r\n" ACCOUNT, NULL);
    }
}

static void check_portal_error(enum error_kind kind, const char *expected, struct fake_reply reply)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    fake_save(SESSION_FILE, CACHE("2026-01-02T04:04:05Z"));
    reply.wants = PORTAL;
    fake_aws_script(&f, reply);
    fake_aws_start(&f, SESSION, NULL);
    snprintf(message, sizeof(message),
             "profile 'default': SSO: %s (before it: environment: AWS_ACCESS_KEY_ID is not set)",
             expected);
    fake_check_error(&f, kind, message);
    fake_aws_clear(&f);
}

static void test_portal_errors(void)
{
    TEST("what the portal refuses is told")
    {
        check_portal_error(ERR_PERM, "the session is over: " LOG_IN,
                           (struct fake_reply){.status = 401});
        check_portal_error(ERR_PERM, "status 403 for role R/1 in account 123456789012",
                           (struct fake_reply){.status = 403, .body = "old0123456789abcdefS3CR3T"});
        check_portal_error(ERR_UNAVAILABLE, "status 500 for role R/1 in account 123456789012",
                           (struct fake_reply){.status = 500});
        check_portal_error(ERR_UNAVAILABLE, "sent *************************",
                           (struct fake_reply){.error = "sent old0123456789abcdefS3CR3T"});
        check_portal_error(ERR_PERM, "the answer is no JSON",
                           (struct fake_reply){.status = 200, .body = "0123456789abcdefS3CR3T"});
    }
}

#define RENEWED                                                                                    \
    "{\"accessToken\":\"new0123456789abcdefS3CR3T\",\"expiresIn\":3600,\"refreshToken\":"          \
    "\"fresh0123456789abcdefS3CR3T\","                                                             \
    "\"tokenType\":\"Bearer\"}"

/* The token is about to expire; the service that renews it answers so. */
static void check_renewal(const char *token, struct fake_reply reply, const char *file_after)
{
    struct fake_aws f;
    struct buf text;
    struct error err;
    char header[128];

    fake_aws_init(&f);
    fake_save(SESSION_FILE, CACHE("2026-01-02T03:09:05Z"));
    reply.wants = OIDC;
    fake_aws_script(&f, reply);
    fake_aws_script(&f, (struct fake_reply){PORTAL, 200, ROLE_KEYS, NULL});
    fake_aws_start(&f, SESSION, NULL);
    fake_check_found(
        &f, "ASIAS 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T profile 'default': SSO");
    snprintf(header, sizeof(header), "x-amz-sso_bearer_token: %s\n", token);
    fake_check_request(&f, header);
    buf_init_secret(&text, 4096);
    CHECK_INT(0, file_read(SESSION_FILE, &text, &err));
    CHECK_STR(file_after, buf_str(&text));
    buf_clear(&text);
    fake_aws_clear(&f);
}

static void test_renewal(void)
{
    struct fake_aws f;

    TEST("a session's token is renewed 5 minutes before its end, and kept for others who use it")
    {
        struct stat info;

        check_renewal(
            "new0123456789abcdefS3CR3T", (struct fake_reply){.status = 200, .body = RENEWED},
            "{\"startUrl\":\"https://corp.awsapps.com/"
            "start\",\"region\":\"eu-west-1\",\"accessToken\":"
            "\"new0123456789abcdefS3CR3T\",\"expiresAt\":\"2026-01-02T04:04:05Z\",\"clientId\":"
            "\"id0123456789abcdefS3CR3T\",\"clientSecret\":"
            "\"client0123456789abcdefS3CR3T\",\"refreshToken\":\"fresh0123456789abcdefS3CR3T\"}");
        CHECK_INT(0, stat(SESSION_FILE, &info));
        CHECK_INT(0600, info.st_mode & 0777);
    }
    TEST("it is used on where it cannot be renewed")
    {
        check_renewal("old0123456789abcdefS3CR3T", (struct fake_reply){.status = 400, .body = "{}"},
                      CACHE("2026-01-02T03:09:05Z"));
        check_renewal("old0123456789abcdefS3CR3T", (struct fake_reply){.error = "timed out"},
                      CACHE("2026-01-02T03:09:05Z"));
        check_renewal("old0123456789abcdefS3CR3T",
                      (struct fake_reply){.status = 200, .body = "0123456789abcdefS3CR3T"},
                      CACHE("2026-01-02T03:09:05Z"));
        check_renewal(
            "old0123456789abcdefS3CR3T",
            (struct fake_reply){.status = 200, .body = "{\"accessToken\":\"a\",\"expiresIn\":-1}"},
            CACHE("2026-01-02T03:09:05Z"));
    }
    TEST("what renews it is sent to AWS's host in the session's region, and nothing else")
    {
        fake_aws_init(&f);
        fake_save(SESSION_FILE, CACHE("2026-01-02T03:04:05Z"));
        fake_aws_script(&f, (struct fake_reply){OIDC, 400, "{}", NULL});
        fake_aws_start(&f, SESSION, NULL);
        fake_check_error(&f, ERR_PERM,
                         "profile 'default': SSO: the session is over: " LOG_IN
                         " (before it: environment: AWS_ACCESS_KEY_ID is not set)");
        CHECK_STR(
            "content-type: "
            "application/"
            "json\n\n{\"grantType\":\"refresh_token\",\"clientId\":\"id0123456789abcdefS3CR3T\","
            "\"clientSecret\":\"client0123456789abcdefS3CR3T\",\"refreshToken\":"
            "\"refresh0123456789abcdefS3CR3T\"}",
            buf_str(&f.request));
        fake_aws_clear(&f);
    }
    TEST("a region in the file that is no host label leads nowhere")
    {
        fake_aws_init(&f);
        fake_save(SESSION_FILE, CACHE("2027-01-02T03:04:05Z"));
        fake_aws_start(&f,
                       "[default]\nsso_session = corp\n" ACCOUNT
                       "[sso-session corp]\nsso_region = evil.com/\n"
                       "sso_start_url = u\n",
                       NULL);
        fake_check_error(
            &f, ERR_CONFIG,
            "this cannot be the name of an AWS region: evil.com/ (before it: environment: "
            "AWS_ACCESS_KEY_ID is not set)");
        fake_aws_clear(&f);
    }
}

int main(void)
{
    test_sso();
    test_sso_errors();
    test_portal_errors();
    test_renewal();
    return fake_aws_end();
}
