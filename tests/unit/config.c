#include "aws/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "fake_env.h"
#include "unit.h"

static const char *vars[16]; /* the environment */
static char folder[] = "/tmp/maki-unit-config-XXXXXX";

static void set(const char *a, const char *b, const char *c)
{
    vars[0] = "HOME=.";
    vars[1] = a;
    vars[2] = a ? b : NULL;
    vars[3] = a && b ? c : NULL;
}

static void save(const char *path, const char *text)
{
    struct file_write write = {
        .path = path, .data = text, .len = strlen(text), .mode = 0600, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

/* The config from the environment that was set and this file. */
static int load(struct aws_config *config, const char *file, const struct aws_config_choice *choice)
{
    static struct aws_env env;
    struct error err = {0};
    int status;

    env = fake_env(vars);
    save(".aws/config", file);
    status = aws_config_load(config, &env, choice, &err);
    CHECK_STR("", err.message);
    return status;
}

static void check_refused(const char *expected, const char *file)
{
    struct aws_env env = fake_env(vars);
    struct aws_config config;
    struct error err = {0};

    save(".aws/config", file);
    CHECK_INT(-1, aws_config_load(&config, &env, NULL, &err));
    CHECK_INT(ERR_CONFIG, err.kind);
    CHECK_STR(expected, err.message);
    aws_config_clear(&config);
}

static void check_region(const char *expected, const char *file)
{
    struct aws_config config;

    load(&config, file, NULL);
    CHECK_STR(expected, config.region);
    aws_config_clear(&config);
}

static void test_region(void)
{
    static const char file[] = "[default]\nregion = in-file\n[profile x]\nregion = in-x\n";

    TEST("the region comes from the command line, AWS_REGION, AWS_DEFAULT_REGION, the profile")
    {
        struct aws_config config;

        set("AWS_REGION=in-env", "AWS_DEFAULT_REGION=in-old-env", NULL);
        load(&config, file, &(struct aws_config_choice){.region = "chosen"});
        CHECK_STR("chosen", config.region);
        aws_config_clear(&config);
        check_region("in-env", file);
        set("AWS_DEFAULT_REGION=in-old-env", "AWS_REGION=", NULL);
        check_region("in-old-env", file);
        set("AWS_PROFILE=x", NULL, NULL);
        check_region("in-x", file);
        set(NULL, NULL, NULL);
        check_region("in-file", file);
        check_region(NULL, "");
    }
    TEST("a region that is no host label is refused, wherever it comes from")
    {
        set("AWS_REGION=evil.com/", NULL, NULL);
        check_refused("AWS_REGION: expected the name of a region, as us-east-1, not 'evil.com/'",
                      "");
        set(NULL, NULL, NULL);
        check_refused("profile 'default', region: expected the name of a region, as us-east-1, not "
                      "'a@b'",
                      "[default]\nregion = a@b\n");
        check_refused("profile 'default', region: expected the name of a region, as us-east-1, not "
                      "'a.b'",
                      "[default]\nregion = a.b\n");
    }
    TEST("the old names of FIPS regions mean the region, with FIPS")
    {
        struct aws_config config;

        set("AWS_REGION=fips-us-east-1", NULL, NULL);
        load(&config, "", NULL);
        CHECK_STR("us-east-1", config.region);
        CHECK(config.use_fips);
        aws_config_clear(&config);
        set("AWS_REGION=us-gov-west-1-fips", NULL, NULL);
        check_region("us-gov-west-1", "");
    }
}

static void check_profile(const char *expected, bool named, bool chosen, const char *choice)
{
    struct aws_config config;

    load(&config, "", &(struct aws_config_choice){.profile = choice});
    CHECK_STR(expected, config.profile);
    CHECK_INT(named, config.profile_named);
    CHECK_INT(chosen, config.profile_chosen);
    aws_config_clear(&config);
}

static void test_profile(void)
{
    TEST("the profile comes from the command line, AWS_PROFILE, or is the default one")
    {
        set("AWS_PROFILE=x", NULL, NULL);
        check_profile("y", true, true, "y");
        check_profile("x", true, false, NULL);
        set("AWS_PROFILE=", NULL, NULL);
        check_profile("default", false, false, NULL);
    }
    TEST("the files lie where the variables say, with ~ for the home folder, else in ~/.aws")
    {
        save("elsewhere", "[default]\nregion = elsewhere\n");
        set("AWS_CONFIG_FILE=elsewhere", NULL, NULL);
        check_region("elsewhere", "");
        set("AWS_CONFIG_FILE=~/elsewhere", NULL, NULL);
        check_region("elsewhere", "");
        set("AWS_SHARED_CREDENTIALS_FILE=~/elsewhere", NULL, NULL);
        check_region("elsewhere", "[default]\nregion = here\n");
        set("AWS_CONFIG_FILE=none", NULL, NULL);
        check_region(NULL, "[default]\nregion = here\n");
        set("HOME=x", NULL, NULL);
        vars[0] = "NO_HOME=1";
        vars[1] = NULL;
        check_region(NULL, "[default]\nregion = here\n");
    }
}

static void test_modes(void)
{
    struct aws_config config;

    TEST("without settings: no FIPS, no dual-stack, three attempts in standard mode")
    {
        set(NULL, NULL, NULL);
        load(&config, "", NULL);
        CHECK(!config.use_fips && !config.use_dualstack);
        CHECK_INT(AWS_RETRY_STANDARD, config.retry_mode);
        CHECK_INT(3, config.max_attempts);
        CHECK_INT(AWS_ADDRESSING_AUTO, config.s3_addressing);
        CHECK_STR(NULL, config.bearer_token);
        aws_config_clear(&config);
    }
    TEST("they come from the profile")
    {
        load(&config,
             "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = TRUE\nretry_mode = "
             "adaptive\n"
             "max_attempts = 7\ns3 =\n  addressing_style = path\n",
             NULL);
        CHECK(config.use_fips && config.use_dualstack);
        CHECK_INT(AWS_RETRY_ADAPTIVE, config.retry_mode);
        CHECK_INT(7, config.max_attempts);
        CHECK_INT(AWS_ADDRESSING_PATH, config.s3_addressing);
        aws_config_clear(&config);
    }
    TEST("the environment goes before the profile")
    {
        set("AWS_USE_FIPS_ENDPOINT=false", "AWS_MAX_ATTEMPTS=1", "AWS_RETRY_MODE=legacy");
        load(&config,
             "[default]\nuse_fips_endpoint = true\nmax_attempts = 7\nretry_mode = adaptive\n",
             NULL);
        CHECK(!config.use_fips);
        CHECK_INT(1, config.max_attempts);
        CHECK_INT(AWS_RETRY_STANDARD, config.retry_mode);
        aws_config_clear(&config);
    }
    TEST("the command line's addressing style goes before the profile's")
    {
        load(&config, "[default]\ns3 =\n  addressing_style = path\n",
             &(struct aws_config_choice){.s3_addressing = AWS_ADDRESSING_VIRTUAL});
        CHECK_INT(AWS_ADDRESSING_VIRTUAL, config.s3_addressing);
        aws_config_clear(&config);
    }
    TEST("the key for Bedrock comes from the environment")
    {
        set("AWS_BEARER_TOKEN_BEDROCK=k3y", NULL, NULL);
        load(&config, "", NULL);
        CHECK_STR("k3y", config.bearer_token);
        aws_config_clear(&config);
    }
}

static void test_refused(void)
{
    TEST("values that cannot be are refused, with the place they stand at")
    {
        set("AWS_USE_FIPS_ENDPOINT=yes", NULL, NULL);
        check_refused("AWS_USE_FIPS_ENDPOINT: expected true or false, not 'yes'", "");
        set("AWS_PROFILE=x", NULL, NULL);
        check_refused("profile 'x', use_dualstack_endpoint: expected true or false, not '1'",
                      "[profile x]\nuse_dualstack_endpoint = 1\n");
        check_refused("profile 'x', retry_mode: expected standard or adaptive, not 'fast'",
                      "[profile x]\nretry_mode = fast\n");
        check_refused("profile 'x', s3.addressing_style: expected auto, path or virtual, not 'dns'",
                      "[profile x]\ns3 =\n  addressing_style = dns\n");
    }
    TEST("attempts are a number from 1 to 1000")
    {
        static const char *const numbers[] = {
            "0", "-1", "1001", "3x", "x", "+3", "99999999999999999999"};
        char variable[64];
        char message[128];

        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            snprintf(variable, sizeof(variable), "AWS_MAX_ATTEMPTS=%s", numbers[i]);
            snprintf(message, sizeof(message),
                     "AWS_MAX_ATTEMPTS: expected a number from 1 to 1000, not '%s'", numbers[i]);
            set(variable, NULL, NULL);
            check_refused(message, "");
        }
    }
}

static void check_endpoint(enum aws_service service, const char *url, const char *origin,
                           const char *file)
{
    struct aws_config config;

    if (load(&config, file, NULL) < 0)
        return;
    CHECK_STR(url, config.endpoint_urls[service]);
    CHECK_STR(origin, config.endpoint_origins[service]);
    aws_config_clear(&config);
}

static void test_endpoints(void)
{
    static const char file[] =
        "[default]\nendpoint_url = http://profile\nservices = s\n"
        "[services s]\nbedrock_runtime =\n  endpoint_url = http://services\n";

    TEST("a service's variable goes first, then the one for all")
    {
        set("AWS_ENDPOINT_URL=http://all", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://runtime", NULL);
        check_endpoint(AWS_BEDROCK_RUNTIME, "http://runtime", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
                       file);
        check_endpoint(AWS_S3, "http://all", "AWS_ENDPOINT_URL", file);
        set("AWS_ENDPOINT_URL_SSO_OIDC=http://oidc", NULL, NULL);
        check_endpoint(AWS_SSO_OIDC, "http://oidc", "AWS_ENDPOINT_URL_SSO_OIDC", "");
    }
    TEST("then the services section of the profile, then the profile's own")
    {
        set(NULL, NULL, NULL);
        check_endpoint(AWS_BEDROCK_RUNTIME, "http://services",
                       "[services s], bedrock_runtime.endpoint_url", file);
        check_endpoint(AWS_BEDROCK, "http://profile", "profile 'default', endpoint_url", file);
        check_endpoint(AWS_BEDROCK, NULL, NULL, "[profile other]\nendpoint_url = http://x\n");
    }
    TEST("a services section that is not there is refused")
    {
        check_refused("profile 'default' has services = t, but there is no section [services t]",
                      "[default]\nservices = t\n");
    }
    TEST("all of them are ignored if so told")
    {
        set("AWS_ENDPOINT_URL=http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", NULL);
        check_endpoint(AWS_S3, NULL, NULL, file);
        set("AWS_ENDPOINT_URL=http://all", NULL, NULL);
        check_endpoint(AWS_S3, NULL, NULL, "[default]\nignore_configured_endpoint_urls = true\n");
        set("AWS_ENDPOINT_URL=http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false", NULL);
        check_endpoint(AWS_S3, "http://all", "AWS_ENDPOINT_URL",
                       "[default]\nignore_configured_endpoint_urls = true\n");
    }
}

static void check_bundle(const char *expected, const char *const *usual)
{
    struct aws_config config;
    struct error err = {0};
    char *path;

    load(&config, "[profile x]\nca_bundle = profile.pem\n", NULL);
    path = aws_config_ca_bundle(&config, usual, &err);
    CHECK_STR(expected, path ? path : err.message);
    CHECK_INT(path ? ERR_NONE : ERR_CONFIG, err.kind);
    free(path);
    aws_config_clear(&config);
}

static void test_bundle(void)
{
    static const char *const usual[] = {"none.pem", ".", "usual.pem", "other.pem", NULL};
    static const char *const nowhere[] = {"none.pem", NULL};

    save("usual.pem", "x");
    save("other.pem", "x");
    save("profile.pem", "x");
    TEST("the file of certificates is the one named, else the first usual one that there is")
    {
        set("AWS_CA_BUNDLE=other.pem", "CURL_CA_BUNDLE=none.pem", NULL);
        check_bundle("other.pem", usual);
        set("CURL_CA_BUNDLE=other.pem", "SSL_CERT_FILE=none.pem", NULL);
        check_bundle("other.pem", usual);
        set("CURL_CA_BUNDLE=other.pem", "AWS_PROFILE=x", NULL);
        check_bundle("profile.pem", usual);
        set("SSL_CERT_FILE=other.pem", NULL, NULL);
        check_bundle("other.pem", usual);
        set(NULL, NULL, NULL);
        check_bundle("usual.pem", usual);
    }
    TEST("one that is named and cannot be read is an error, not a reason to take another")
    {
        set("AWS_CA_BUNDLE=none.pem", NULL, NULL);
        check_bundle("AWS_CA_BUNDLE names none.pem, which is not a file that can be read", usual);
        set("SSL_CERT_FILE=.", NULL, NULL);
        check_bundle("SSL_CERT_FILE names ., which is not a file that can be read", usual);
    }
    TEST("without any, the message says what to do")
    {
        set(NULL, NULL, NULL);
        check_bundle(
            "no CA certificates to check servers with: install the package ca-certificates, or "
            "name a PEM file in AWS_CA_BUNDLE",
            nowhere);
    }
}

static void clean_up(void)
{
    static const char *const files[] = {"usual.pem", "other.pem", "profile.pem", "elsewhere",
                                        ".aws/config"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        unlink(files[i]);
    rmdir(".aws");
    rmdir(folder);
}

int main(void)
{
    if (mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir(".aws", 0700) < 0)
        return 1;
    test_region();
    test_profile();
    test_modes();
    test_refused();
    test_endpoints();
    test_bundle();
    clean_up();
    return unit_end();
}
