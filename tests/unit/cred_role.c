#include "aws/credentials.h"

#include "fake_aws.h"

/* Roles that a profile or the environment names, assumed by AWS STS. */

#define STS_REPLY(action, number)                                                                  \
    "<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" action             \
    "Result><Credentials>"                                                                         \
    "<AccessKeyId>ASIA" number "</AccessKeyId><SecretAccessKey>0123456789abcdefS3CR3T" number      \
    "</SecretAccessKey>"                                                                           \
    "<SessionToken>token0123456789abcdefS3CR3T" number                                             \
    "</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials>"                   \
    "<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser></" action       \
    "Result></" action "Response>"
#define ASSUMED(number) STS_REPLY("AssumeRole", number)
#define STS             "POST https://sts.us-east-1.amazonaws.com/"

#define KEYS_X "[x]\naws_access_key_id = AKIDX\naws_secret_access_key = x0123456789abcdefS3CR3T\n"

/* The request is signed by this key, with this token (NULL for none). */
static void check_signed(const struct fake_aws *f, const char *key_and_scope, const char *token)
{
    char text[512];

    snprintf(text, sizeof(text),
             "authorization: AWS4-HMAC-SHA256 Credential=%s/aws4_request, "
             "SignedHeaders=content-type;host;",
             key_and_scope);
    fake_check_request(f, text);
    fake_check_request(f, "x-amz-date: 20260102T030405Z\n");
    snprintf(text, sizeof(text), "x-amz-security-token: %s\n", token ? token : "");
    CHECK_INT(token != NULL, strstr(buf_str(&f->request), text) != NULL);
}

static void test_role(void)
{
    struct fake_aws f;

    TEST("a role is assumed with the keys of another profile")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=r";
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_start(&f, "[profile r]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = x\n",
                       KEYS_X);
        fake_check_found(&f, "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 "
                             "AssumeRole arn:aws:iam::1:role/R");
        fake_check_request(&f, "content-type: application/x-www-form-urlencoded\n");
        fake_check_request(
            &f,
            "\n\nAction=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FR&"
            "RoleSessionName=maki-1767323045000");
        check_signed(&f, "AKIDX/20260102/us-east-1/sts", NULL);
        CHECK(!f.latest.direct);
        CHECK_INT(3, f.latest.attempts_max);
        fake_aws_clear(&f);
    }
    TEST("with all that the profile says of it, in the profile's region")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=r";
        fake_aws_script(&f, (struct fake_reply){"POST https://sts.eu-west-1.amazonaws.com/", 200,
                                                ASSUMED("1"), NULL});
        fake_aws_start(&f,
                       "[profile r]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = "
                       "x\nexternal_id = a b/c\n"
                       "role_session_name = me@here\nduration_seconds = 900\nregion = eu-west-1\n",
                       KEYS_X "aws_session_token = token0123456789abcdefS3CR3T\n");
        fake_check_found(&f, "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 "
                             "AssumeRole arn:aws:iam::1:role/R");
        fake_check_request(&f,
                           "&RoleSessionName=me%40here&DurationSeconds=900&ExternalId=a%20b%2Fc");
        check_signed(&f, "AKIDX/20260102/eu-west-1/sts", "token0123456789abcdefS3CR3T");
        fake_aws_clear(&f);
    }
    TEST("at the endpoint that the user named, below its path")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=r";
        f.vars[2] = "AWS_ENDPOINT_URL_STS=http://127.0.0.1:8080/base";
        fake_aws_script(
            &f, (struct fake_reply){"POST http://127.0.0.1:8080/base/", 200, ASSUMED("1"), NULL});
        fake_aws_start(&f, "[profile r]\nrole_arn = r\nsource_profile = x\n", KEYS_X);
        fake_check_found(&f,
                         "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRole r");
        fake_aws_clear(&f);
    }
    TEST("one role leads to the next")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=a";
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("2"), NULL});
        fake_aws_start(&f,
                       "[profile a]\nrole_arn = A\nsource_profile = b\n"
                       "[profile b]\nrole_arn = B\nsource_profile = x\n",
                       KEYS_X);
        fake_check_found(&f,
                         "ASIA2 0123456789abcdefS3CR3T2 token0123456789abcdefS3CR3T2 AssumeRole A");
        fake_check_request(&f, "&RoleArn=A&");
        check_signed(&f, "ASIA1/20260102/us-east-1/sts", "token0123456789abcdefS3CR3T1");
        fake_aws_clear(&f);
    }
    TEST("of a profile that is a source, keys count before its role")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=a";
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_start(
            &f,
            "[profile a]\nrole_arn = A\nsource_profile = x\naws_access_key_id = no\n"
            "aws_secret_access_key = no\n[profile x]\nrole_arn = X\nsource_profile = y\n",
            KEYS_X);
        fake_check_found(&f,
                         "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRole A");
        check_signed(&f, "AKIDX/20260102/us-east-1/sts", NULL);
        fake_aws_clear(&f);
    }
    TEST("a profile with keys may be its own source")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=x";
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_start(&f, "[profile x]\nrole_arn = X\nsource_profile = x\n", KEYS_X);
        fake_check_found(&f,
                         "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRole X");
        check_signed(&f, "AKIDX/20260102/us-east-1/sts", NULL);
        fake_aws_clear(&f);
    }
    TEST("the environment may be the source")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=AKIDE";
        f.vars[2] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T";
        f.choice.profile = "r";
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_start(&f, "[profile r]\nrole_arn = R\ncredential_source = Environment\n", NULL);
        fake_check_found(&f,
                         "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRole R");
        check_signed(&f, "AKIDE/20260102/us-east-1/sts", NULL);
        fake_aws_clear(&f);
    }
}

/* What profile "a" comes to, whose error is followed by what was before it. */
static void check_profile_error(enum error_kind kind, const char *expected, const char *config)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    f.vars[1] = "AWS_PROFILE=a";
    fake_aws_start(&f, config, KEYS_X);
    snprintf(message, sizeof(message), "%s (before it: environment: AWS_ACCESS_KEY_ID is not set)",
             expected);
    fake_check_error(&f, kind, message);
    fake_aws_clear(&f);
}

static void test_bad_roles(void)
{
    TEST("profiles that lead in a circle are refused, whether or not there are keys on the way")
    {
        check_profile_error(
            ERR_CONFIG,
            "profile 'a': source_profile: profile 'b': source_profile a leads in a circle",
            "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = "
            "B\nsource_profile = a\n");
        check_profile_error(ERR_CONFIG, "profile 'a': source_profile a leads in a circle",
                            "[profile a]\nrole_arn = A\nsource_profile = a\n");
        check_profile_error(
            ERR_CONFIG,
            "profile 'a': source_profile: profile 'b': source_profile a leads in a circle",
            "[profile a]\nrole_arn = A\nsource_profile = b\naws_access_key_id = "
            "A\naws_secret_access_key = B\n"
            "[profile b]\nrole_arn = B\nsource_profile = a\n");
    }
    TEST("a source that is not there, or has nothing, is an error")
    {
        check_profile_error(ERR_PERM, "profile 'a': source_profile: there is no profile 'b'",
                            "[profile a]\nrole_arn = A\nsource_profile = b\n");
        check_profile_error(
            ERR_PERM, "profile 'a': source_profile: there are no credentials in profile 'b'",
            "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nregion = r\n");
    }
    TEST("contradictions and what cannot be done here are errors")
    {
        check_profile_error(
            ERR_CONFIG, "profile 'a' has both source_profile and credential_source",
            "[profile a]\nrole_arn = A\nsource_profile = x\ncredential_source = Environment\n");
        check_profile_error(
            ERR_CONFIG,
            "profile 'a' has role_arn, but none of source_profile, credential_source and "
            "web_identity_token_file",
            "[profile a]\nrole_arn = A\n");
        check_profile_error(
            ERR_CONFIG,
            "profile 'a' asks for a code (mfa_serial), which nobody can type here: use "
            "credential_process "
            "with a tool that asks for it",
            "[profile a]\nrole_arn = A\nsource_profile = x\nmfa_serial = arn:mfa\n");
        check_profile_error(
            ERR_CONFIG,
            "profile 'a': credential_source is Environment, EcsContainer or Ec2InstanceMetadata",
            "[profile a]\nrole_arn = A\ncredential_source = Pocket\n");
        check_profile_error(
            ERR_PERM, "profile 'a': credential_source Environment: AWS_ACCESS_KEY_ID is not set",
            "[profile a]\nrole_arn = A\ncredential_source = Environment\n");
        check_profile_error(
            ERR_CONFIG,
            "profile 'a': AssumeRole A: duration_seconds is to be a number from 900 to 43200",
            "[profile a]\nrole_arn = A\nsource_profile = x\nduration_seconds = 1h\n");
    }
    TEST("a session of aws login, which is the CLI's own, is an error that says what to do")
    {
        check_profile_error(
            ERR_CONFIG,
            "profile 'a' has a login_session, which only the AWS CLI can use: add "
            "credential_process = "
            "aws configure export-credentials --profile a --format process to another profile",
            "[profile a]\nlogin_session = arn:aws:iam::1:user/a\n");
    }
    TEST("more profiles in a row than anybody has are refused")
    {
        struct fake_aws f;
        const struct aws_credentials *c;
        struct error err;
        char config[4096];
        size_t len = 0;

        len += (size_t)snprintf(config, sizeof(config),
                                "[profile a]\nrole_arn = A\nsource_profile = p0\n");
        for (int i = 0; i < 20; i++)
            len +=
                (size_t)snprintf(config + len, sizeof(config) - len,
                                 "[profile p%d]\nrole_arn = A\nsource_profile = p%d\n", i, i + 1);

        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=a";
        fake_aws_start(&f, config, NULL);
        CHECK_INT(-1, aws_chain_get(f.chain, &c, &err));
        CHECK(strstr(err.message, "profile 'p14': more than 16 profiles lead to one another") !=
              NULL);
        fake_aws_clear(&f);
    }
}

/* What a role's call comes to, with this answer. */
static void check_refusal(enum error_kind kind, const char *expected, struct fake_reply reply)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    f.vars[1] = "AWS_PROFILE=r";
    reply.wants = STS;
    fake_aws_script(&f, reply);
    fake_aws_start(&f, "[profile r]\nrole_arn = R\nsource_profile = x\n",
                   KEYS_X "aws_session_token = token0123456789abcdefS3CR3Ttoken\n");
    snprintf(message, sizeof(message),
             "profile 'r': AssumeRole R: %s (before it: environment: AWS_ACCESS_KEY_ID is not set)",
             expected);
    fake_check_error(&f, kind, message);
    fake_aws_clear(&f);
}

static void test_refusals(void)
{
    TEST("what STS refuses is told in its own words")
    {
        check_refusal(
            ERR_PERM, "403 AccessDenied: User: u is not authorized to perform: sts:AssumeRole",
            (struct fake_reply){
                .status = 403,
                .body =
                    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>"
                    "User: u is not authorized to perform: sts:AssumeRole</Message></Error>"
                    "</ErrorResponse>"});
        check_refusal(ERR_UNAVAILABLE, "503: (no message)",
                      (struct fake_reply){.status = 503, .body = "<html>"});
        check_refusal(ERR_UNAVAILABLE, "connection refused",
                      (struct fake_reply){.error = "connection refused"});
    }
    TEST("secrets that a server repeats are not told on")
    {
        check_refusal(
            ERR_PERM,
            "400 X: bad key ***********************, bad token ********************************",
            (struct fake_reply){
                .status = 400,
                .body =
                    "<E><Error><Code>X</Code><Message>bad key x0123456789abcdefS3CR3T, bad token "
                    "token0123456789abcdefS3CR3Ttoken</Message></Error></E>"});
    }
    TEST("an answer without credentials is an error")
    {
        check_refusal(ERR_PERM, "the answer has no credentials",
                      (struct fake_reply){.status = 200, .body = "<a/>"});
        check_refusal(ERR_PERM, "the answer has no credentials",
                      (struct fake_reply){.status = 200, .body = "0123456789abcdefS3CR3T"});
        check_refusal(
            ERR_PERM, "the keys are too long, or have characters that keys never have",
            (struct fake_reply){
                .status = 200,
                .body = "<a><b><Credentials><Expiration>2027-01-01T00:00:00Z</Expiration>"
                        "<AccessKeyId>A</AccessKeyId><SecretAccessKey>0123456789abcdefS3CR3T</"
                        "SecretAccessKey>"
                        "</Credentials></b></a>"});
    }
}

static void test_web_identity(void)
{
    static const char reply[] = STS_REPLY("AssumeRoleWithWebIdentity", "1");
    struct fake_aws f;

    TEST("a web identity's token from the environment's file is exchanged, without a signature")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_WEB_IDENTITY_TOKEN_FILE=token";
        f.vars[2] = "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/BatchRole";
        f.vars[3] = "AWS_ROLE_SESSION_NAME=sess";
        fake_save("token", "eyJh.b.c\n");
        fake_aws_script(&f, (struct fake_reply){STS, 200, reply, NULL});
        fake_aws_start(&f, NULL, NULL);
        fake_check_found(
            &f,
            "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRoleWithWebIdentity "
            "arn:aws:iam::123456789012:role/BatchRole");
        /* as the AWS SDK for JavaScript sends it */
        CHECK_STR("content-type: application/x-www-form-urlencoded\n\n"
                  "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%"
                  "3A123456789012%3Arole%2F"
                  "BatchRole&RoleSessionName=sess&WebIdentityToken=eyJh.b.c",
                  buf_str(&f.request));
        fake_aws_clear(&f);
    }
    TEST("so is one from a profile's file, which may be a source for another role")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=a";
        fake_aws_script(&f, (struct fake_reply){STS, 200, reply, NULL});
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("2"), NULL});
        fake_aws_start(&f,
                       "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\n"
                       "web_identity_token_file = token\nrole_session_name = n\n",
                       NULL);
        fake_check_found(&f,
                         "ASIA2 0123456789abcdefS3CR3T2 token0123456789abcdefS3CR3T2 AssumeRole A");
        fake_aws_clear(&f);
    }
    TEST("a file without a token, or none, is an error")
    {
        fake_save("empty", "\n");
        fake_save("two", "a\nb\n");
        check_profile_error(ERR_PERM, "profile 'a': web identity: empty holds no token",
                            "[profile a]\nrole_arn = A\nweb_identity_token_file = empty\n");
        check_profile_error(ERR_PERM, "profile 'a': web identity: two holds no token",
                            "[profile a]\nrole_arn = A\nweb_identity_token_file = two\n");
        check_profile_error(
            ERR_PERM, "profile 'a': web identity: cannot open none: No such file or directory",
            "[profile a]\nrole_arn = A\nweb_identity_token_file = none\n");
        check_profile_error(ERR_CONFIG, "profile 'a' has web_identity_token_file, but no role_arn",
                            "[profile a]\nweb_identity_token_file = token\n");
    }
    TEST("a token that STS repeats is not told on, even where its end is cut off")
    {
        char token[400];
        char body[640];
        char expected[640];

        snprintf(token, sizeof(token), "ey%s%0350d", SECRET_MARK, 0);
        snprintf(body, sizeof(body),
                 "<E><Error><Code>InvalidIdentityToken</Code><Message>%s</Message></Error></E>",
                 token);
        snprintf(expected, sizeof(expected),
                 "AssumeRoleWithWebIdentity R: 400 InvalidIdentityToken: %.*s (before it: "
                 "environment: AWS_ACCESS_KEY_ID is not "
                 "set; profile: there is no profile 'default')",
                 300,
                 "*********************************************************************************"
                 "***************"
                 "*********************************************************************************"
                 "*******************"
                 "*********************************************************************************"
                 "*******************"
                 "****");
        fake_save("token", token);
        fake_aws_init(&f);
        f.vars[1] = "AWS_WEB_IDENTITY_TOKEN_FILE=token";
        f.vars[2] = "AWS_ROLE_ARN=R";
        fake_aws_script(&f, (struct fake_reply){STS, 400, body, NULL});
        fake_aws_start(&f, NULL, NULL);
        fake_check_error(&f, ERR_PERM, expected);
        fake_aws_clear(&f);
    }
}

static void test_one_at_a_time(void)
{
    struct fake_aws f;

    TEST("while credentials are looked for, nobody starts looking for them")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=r";
        f.nested = true;
        fake_aws_script(&f, (struct fake_reply){STS, 200, ASSUMED("1"), NULL});
        fake_aws_start(&f, "[profile r]\nrole_arn = R\nsource_profile = x\n", KEYS_X);
        fake_check_found(&f,
                         "ASIA1 0123456789abcdefS3CR3T1 token0123456789abcdefS3CR3T1 AssumeRole R");
        CHECK_STR("the AWS credentials are being looked for", f.nested_error.message);
        CHECK_INT(ERR_TEMP, f.nested_error.kind);
        fake_aws_clear(&f);
    }
}

int main(void)
{
    test_role();
    test_bad_roles();
    test_refusals();
    test_web_identity();
    test_one_at_a_time();
    return fake_aws_end();
}
