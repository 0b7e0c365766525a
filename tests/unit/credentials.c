#include "aws/credentials.h"

#include "fake_aws.h"

/* The chain of providers, keys in the environment and in files, processes, renewal. */

#define KEYS_X "[x]\naws_access_key_id = AKIDX\naws_secret_access_key = x0123456789abcdefS3CR3T\n"
#define NOTHING_ELSE                                                                               \
    "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; container: "                            \
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "                                                  \
    "_FULL_URI are not set; instance metadata: AWS_EC2_METADATA_DISABLED is set"

static const char no_imds[] = "AWS_EC2_METADATA_DISABLED=true";

static void test_environment(void)
{
    struct fake_aws f;

    TEST("keys in the environment come first, before a profile that is there and one that is named")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
        f.vars[2] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T";
        f.vars[3] = "AWS_PROFILE=x";
        fake_aws_start(&f, NULL, KEYS_X);
        fake_check_found(&f, "AKIDEXAMPLE 0123456789abcdefS3CR3T - environment");
        fake_aws_clear(&f);
    }
    TEST("their session token comes with them, and their time of expiry")
    {
        const struct aws_credentials *c;
        struct error err;

        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=ASIAEXAMPLE";
        f.vars[2] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T";
        f.vars[3] = "AWS_SESSION_TOKEN=token0123456789abcdefS3CR3T";
        f.vars[4] = "AWS_CREDENTIAL_EXPIRATION=2026-01-02T03:04:06Z";
        fake_aws_start(&f, NULL, NULL);
        fake_check_found(
            &f, "ASIAEXAMPLE 0123456789abcdefS3CR3T token0123456789abcdefS3CR3T environment");
        CHECK_INT(0, aws_chain_get(f.chain, &c, &err));
        CHECK_INT(f.now_ms + 1000, c->expires_ms);
        f.now_ms += 1000;
        fake_check_error(&f, ERR_PERM,
                         "environment: the credentials expired at 2026-01-02T03:04:06.000Z");
        fake_aws_clear(&f);
    }
    TEST("a profile chosen on the command line is meant instead of them")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
        f.vars[2] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T";
        f.choice.profile = "x";
        fake_aws_start(&f, NULL, KEYS_X);
        fake_check_found(&f, "AKIDX x0123456789abcdefS3CR3T - profile 'x'");
        fake_aws_clear(&f);
    }
    TEST("one key without the other is an error, not a reason to be somebody else")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
        fake_aws_start(
            &f, NULL,
            "[default]\naws_access_key_id = A\naws_secret_access_key = 0123456789abcdefS3CR3T\n");
        fake_check_error(&f, ERR_PERM,
                         "environment: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
        fake_aws_clear(&f);
        fake_aws_init(&f);
        f.vars[1] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T";
        fake_aws_start(&f, NULL, NULL);
        fake_check_error(&f, ERR_PERM,
                         "environment: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
        fake_aws_clear(&f);
    }
    TEST("keys that cannot be sent are refused without showing them")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
        f.vars[2] = "AWS_SECRET_ACCESS_KEY=0123456789abcdefS3CR3T\r\nHost: evil.com";
        fake_aws_start(&f, NULL, NULL);
        fake_check_error(
            &f, ERR_PERM,
            "environment: the keys are too long, or have characters that keys never have");
        fake_aws_clear(&f);
    }
}

static void check_nothing(const char *expected, const char *config)
{
    struct fake_aws f;

    fake_aws_init(&f);
    f.vars[1] = no_imds;
    fake_aws_start(&f, config, NULL);
    fake_check_error(&f, ERR_PERM, expected);
    fake_aws_clear(&f);
}

static void test_nothing(void)
{
    TEST("without any credentials the error names every place and what is wrong there")
    {
        check_nothing("no AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; profile: "
                      "there is no profile "
                      "'default'; " NOTHING_ELSE,
                      NULL);
        check_nothing("no AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; profile: "
                      "there are no credentials "
                      "in profile 'default'; " NOTHING_ELSE,
                      "[default]\nregion = eu-west-1\n");
    }
    TEST("it also says what could not be read of the files")
    {
        struct fake_aws f;
        char expected[512];

        fake_aws_init(&f);
        f.vars[1] = no_imds;
        fake_aws_start(&f, "[default]\n0123456789abcdefS3CR3T\n", NULL);
        snprintf(expected, sizeof(expected),
                 "no AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; profile: there "
                 "are no credentials in "
                 "profile 'default': %s/.aws/config:2: a line that is not \"key = value\" was "
                 "passed over; " NOTHING_ELSE,
                 fake_home);
        fake_check_error(&f, ERR_PERM, expected);
        fake_aws_clear(&f);
    }
    TEST("a profile that is named and not there ends the search: its user is nobody else")
    {
        struct fake_aws f;

        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=y";
        fake_aws_start(&f, NULL, KEYS_X);
        fake_check_error(
            &f, ERR_PERM,
            "there is no profile 'y' (before it: environment: AWS_ACCESS_KEY_ID is not set)");
        fake_aws_clear(&f);
    }
}

static void test_keys(void)
{
    struct fake_aws f;

    TEST("keys of a profile, from both files, with a token")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=x";
        fake_aws_start(&f,
                       "[profile x]\naws_session_token = "
                       "token0123456789abcdefS3CR3T\naws_secret_access_key = not this\n",
                       KEYS_X);
        fake_check_found(&f,
                         "AKIDX x0123456789abcdefS3CR3T token0123456789abcdefS3CR3T profile 'x'");
        fake_aws_clear(&f);
    }
    TEST("a role that nothing says how to assume does not stand in their way")
    {
        fake_aws_init(&f);
        f.vars[1] = "AWS_PROFILE=x";
        fake_aws_start(&f, "[profile x]\nrole_arn = R\n", KEYS_X);
        fake_check_found(&f, "AKIDX x0123456789abcdefS3CR3T - profile 'x'");
        fake_aws_clear(&f);
    }
    TEST("one key without the other is an error")
    {
        fake_aws_init(&f);
        fake_aws_start(&f, NULL, "[default]\naws_secret_access_key = 0123456789abcdefS3CR3T\n");
        fake_check_error(&f, ERR_CONFIG,
                         "profile 'default' has aws_secret_access_key, but no aws_access_key_id "
                         "(before it: environment: "
                         "AWS_ACCESS_KEY_ID is not set)");
        fake_aws_clear(&f);
    }
}

/* What a process that writes this comes to. */
static void check_process(const char *found, const char *error, const char *output)
{
    struct fake_aws f;
    char message[640];

    fake_aws_init(&f);
    f.output = output;
    fake_aws_start(&f, "[default]\ncredential_process = /opt/get --for \"a b\"\n", NULL);
    snprintf(message, sizeof(message),
             "profile 'default': credential_process: %s (before it: environment: AWS_ACCESS_KEY_ID "
             "is not set)",
             error ? error : "");
    if (found != NULL)
        fake_check_found(&f, found);
    else
        fake_check_error(&f, ERR_PERM, message);
    CHECK_STR("/opt/get --for \"a b\"", f.command);
    CHECK_INT(1, f.processes);
    fake_aws_clear(&f);
}

static void test_process(void)
{
    TEST("a process gives keys as JSON")
    {
        check_process("AKIDP 0123456789abcdefS3CR3T - profile 'default': credential_process", NULL,
                      "{\"Version\":1,\"AccessKeyId\":\"AKIDP\",\"SecretAccessKey\":"
                      "\"0123456789abcdefS3CR3T\"}\n");
        check_process("ASIAP 0123456789abcdefS3CR3T/+ token0123456789abcdefS3CR3T profile "
                      "'default': credential_process",
                      NULL,
                      " {\"Expiration\":\"2026-01-02T04:04:05+00:00\", "
                      "\"x\":[{\"a\":\"}\\\"\"},1], \"SessionToken\":\"token"
                      "0123456789abcdefS3CR3T\",\"Version\":1,\n\"AccessKeyId\":\"ASIAP\","
                      "\"SecretAccessKey\":"
                      "\"0123456789abcdefS3CR3T\\/\\u002b\"}\n");
    }
    TEST("what is no such JSON is refused, and not shown")
    {
        check_process(NULL, "it wrote no JSON", "0123456789abcdefS3CR3T");
        check_process(NULL, "it wrote no JSON", "");
        check_process(
            NULL, "it wrote no JSON",
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\"");
        check_process(NULL, "it wrote no \"Version\": 1",
                      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\"}");
        check_process(
            NULL, "it wrote no \"Version\": 1",
            "{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\"}");
        check_process(
            NULL,
            "the answer has not AccessKeyId, SecretAccessKey and Expiration as they should be",
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":[\"0123456789abcdefS3CR3T\"]"
            "}");
        check_process(
            NULL,
            "the answer has not AccessKeyId, SecretAccessKey and Expiration as they should be",
            "{\"Version\":1,\"x\":{\"AccessKeyId\":\"A\",\"SecretAccessKey\":"
            "\"0123456789abcdefS3CR3T\"}}");
        check_process(
            NULL,
            "the answer has not AccessKeyId, SecretAccessKey and Expiration as they should be",
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\","
            "\"Expiration\":"
            "\"soon\"}");
        check_process(
            NULL,
            "the answer has not AccessKeyId, SecretAccessKey and Expiration as they should be",
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":"
            "\"0123456789abcdefS3CR3T\\u0000\"}");
    }
    TEST("a process that fails, and keys that have expired, are errors")
    {
        check_process(NULL, "it ended with status 3", NULL);
        check_process(
            NULL, "the credentials expired at 2026-01-02T03:04:05.000Z",
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\","
            "\"Expiration\":\"2026-01-02T03:04:05Z\"}");
    }
}

#define OUTPUT(id, time)                                                                           \
    "{\"Version\":1,\"AccessKeyId\":\"" id                                                         \
    "\",\"SecretAccessKey\":\"0123456789abcdefS3CR3T\",\"Expiration\":\"2026-01-02T" time "Z\"}"
#define FROM_PROCESS(id) id " 0123456789abcdefS3CR3T - profile 'default': credential_process"

enum { MINUTE_MS = 60 * 1000 };

static void start_process(struct fake_aws *f, const char *output)
{
    fake_aws_init(f);
    f->output = output;
    fake_aws_start(f, "[default]\ncredential_process = x\n", NULL);
}

static void test_renewal(void)
{
    struct fake_aws f;

    TEST("credentials are looked for once, and again when less than 5 minutes are left")
    {
        start_process(&f, OUTPUT("A1", "04:04:05"));
        fake_check_found(&f, FROM_PROCESS("A1"));
        f.output = OUTPUT("A2", "05:04:05");
        f.now_ms += 55 * MINUTE_MS;
        fake_check_found(&f, FROM_PROCESS("A1"));
        CHECK_INT(1, f.processes);
        f.now_ms++;
        fake_check_found(&f, FROM_PROCESS("A2"));
        fake_check_found(&f, FROM_PROCESS("A2"));
        CHECK_INT(2, f.processes);
        CHECK(aws_chain_problem(f.chain) == NULL);
        fake_aws_clear(&f);
    }
    TEST("when they cannot be renewed they are used on while they are valid, and it is tried every "
         "30 s")
    {
        start_process(&f, OUTPUT("A1", "04:04:05"));
        fake_check_found(&f, FROM_PROCESS("A1"));
        f.output = NULL;
        f.now_ms += 56 * MINUTE_MS;
        for (int i = 0; i < 10; i++)
            fake_check_found(&f, FROM_PROCESS("A1"));
        CHECK_INT(2, f.processes);
        CHECK(aws_chain_problem(f.chain) != NULL);
        f.now_ms += 29999;
        fake_check_found(&f, FROM_PROCESS("A1"));
        CHECK_INT(2, f.processes);
        f.now_ms++;
        fake_check_found(&f, FROM_PROCESS("A1"));
        CHECK_INT(3, f.processes);
        f.output = OUTPUT("A2", "05:04:05");
        f.now_ms += 30000;
        fake_check_found(&f, FROM_PROCESS("A2"));
        CHECK(aws_chain_problem(f.chain) == NULL);
        fake_aws_clear(&f);
    }
    TEST("once they have expired they are not used, and the error is given for 10 s without trying "
         "again")
    {
        static const char error[] = "profile 'default': credential_process: it ended with status 3 "
                                    "(before it: environment: "
                                    "AWS_ACCESS_KEY_ID is not set)";

        start_process(&f, OUTPUT("A1", "04:04:05"));
        fake_check_found(&f, FROM_PROCESS("A1"));
        f.output = NULL;
        f.now_ms += 60 * MINUTE_MS;
        fake_check_error(&f, ERR_PERM, error);
        f.now_ms += 9999;
        fake_check_error(&f, ERR_PERM, error);
        CHECK_INT(2, f.processes);
        f.output = OUTPUT("A2", "05:04:05");
        f.now_ms++;
        fake_check_found(&f, FROM_PROCESS("A2"));
        CHECK_INT(3, f.processes);
        fake_aws_clear(&f);
    }
    TEST("short-lived ones are not renewed at every call, but at once when they expire")
    {
        start_process(&f, OUTPUT("A1", "03:04:25"));
        for (int i = 0; i < 10; i++)
            fake_check_found(&f, FROM_PROCESS("A1"));
        CHECK_INT(1, f.processes);
        f.output = OUTPUT("A2", "03:04:45");
        f.now_ms += 20000;
        fake_check_found(&f, FROM_PROCESS("A2"));
        CHECK_INT(2, f.processes);
        fake_aws_clear(&f);
    }
    TEST("a service that says they have expired is believed, once in 30 s")
    {
        start_process(&f, OUTPUT("A1", "04:04:05"));
        fake_check_found(&f, FROM_PROCESS("A1"));
        f.output = OUTPUT("A2", "05:04:05");
        aws_chain_expire(f.chain, "A1");
        fake_check_found(&f, FROM_PROCESS("A1"));
        f.now_ms += 30000;
        aws_chain_expire(f.chain, "A0");
        fake_check_found(&f, FROM_PROCESS("A1"));
        aws_chain_expire(f.chain, "A1");
        fake_check_found(&f, FROM_PROCESS("A2"));
        CHECK_INT(2, f.processes);
        fake_aws_clear(&f);
    }
}

int main(void)
{
    test_environment();
    test_nothing();
    test_keys();
    test_process();
    test_renewal();
    return fake_aws_end();
}
