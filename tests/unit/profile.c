#include "aws/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "unit.h"

/* The profiles in the text of a config and a credentials file (NULL for none). */
static struct profiles *parse(const char *config, const char *credentials)
{
    struct profiles *p = profiles_new();

    if (config != NULL)
        profiles_add(p, &(struct profile_text){"config", config, strlen(config), false});
    if (credentials != NULL)
        profiles_add(p, &(struct profile_text){"cred", credentials, strlen(credentials), true});
    return p;
}

/* The value of `key` in profile "x", or "default" where there is no "x". */
static void check_value(const char *expected, const char *config, const char *key)
{
    struct profiles *p = parse(config, NULL);

    CHECK_STR(expected,
              profiles_get(p, PROFILE, profiles_has(p, PROFILE, "x") ? "x" : "default", key));
    profiles_free(p);
}

static void check_problem(const char *expected, const char *config)
{
    struct profiles *p = parse(config, NULL);

    CHECK_STR(expected, profiles_problem(p));
    profiles_free(p);
}

static void test_values(void)
{
    TEST("a value is what stands behind '=', without the white space around it")
    {
        check_value("v", "[profile x]\nk=v", "k");
        check_value("a b", "[profile x]\r\n k \t =  a b \t\r\n", "k");
        check_value("val=ue", "[profile x]\nk = val=ue\n", "k");
        check_value("\xf0\x9f\x98\x82", "[profile x]\nk = \xf0\x9f\x98\x82", "k");
        check_value("\"v\"", "[profile x]\nk = \"v\"\n", "k");
        check_value("v", "\xef\xbb\xbf[profile x]\nk=v", "k");
    }
    TEST("keys are the same in either case, the last line counts, an empty value is none")
    {
        check_value("v", "[profile x]\nRegIon = v\n", "region");
        check_value("2", "[profile x]\nK = 1\nk = 2\n", "k");
        check_value("2", "[profile x]\nk = 1\n[profile y]\nk=3\n[profile x]\nk = 2\n", "k");
        check_value(NULL, "[profile x]\nk =\n", "k");
        check_value(NULL, "[profile x]\nk = 1\nk =\n", "k");
        check_value(NULL, "[profile x]\nkk = 1\n", "k");
    }
    TEST("comments stand on a line of their own or behind white space")
    {
        check_value("v", "# [profile x]\n; c\n[profile x] # c\n# k = w\n  ; k = w\nk = v # c\n",
                    "k");
        check_value("v", "[profile x]; c\nk = v ;\n", "k");
        check_value("v#w;x", "[profile x]#c\nk = v#w;x ; y # z\n", "k");
        check_value("#v", "[profile x]\nk =#v\n", "k");
        check_value(NULL, "[profile x]\nk = # v\n", "k");
    }
}

static void test_continuation(void)
{
    TEST("a line that is indented more than its key's goes on with the value")
    {
        check_value("v\n-w", "[profile x]\nk = v\n \t -w \t\n", "k");
        check_value("v\n-w\n-z", "[profile x]\nk = v\n -w\n\n    -z", "k");
        check_value("v\n-w # c", "[profile x]\nk = v\n -w # c", "k");
        check_value("v\nl = w", "[profile x]\nk = v\n l = w", "k");
        check_value("v\n[w]", "[profile x]\nk = v\n [w]", "k");
        check_value(NULL, "[profile x]\nk = v\n l = w", "l");
    }
    TEST("comments and blank lines do not break it")
    {
        check_value("v\n-w", "[profile x]\nk = v\n # c\n; c\n \n -w\n", "k");
    }
    TEST("a file that is indented all over reads as any other")
    {
        check_value("1", "  [profile x]\n  k = 1\n  l = 2\n", "k");
        check_value("2", "  [profile x]\n  k = 1\n  l = 2\n", "l");
        check_value("3", "  [profile x]\n  s3 =\n    m = 3\n  l = 2\n", "s3.m");
        check_value("2", "  [profile x]\n  s3 =\n    m = 3\n  l = 2\n", "l");
        check_value("2", "[profile y]\n    k = 1\n  [profile x]\n  k = 2\n", "k");
    }
    TEST("indented lines below an empty value are keys of their own")
    {
        check_value("path", "[profile x]\ns3 =\n  Addressing_Style = path # c\n",
                    "s3.addressing_style");
        check_value("2", "[profile x]\ns3 =\n  a =\n    b = 2\nc = 3\n", "s3.b");
        check_value(NULL, "[profile x]\ns3 =\n  a =\n    b = 2\nc = 3\n", "s3.a");
        check_value("3", "[profile x]\ns3 =\n  a = 1\n\n  # c\n  b = 2\nc = 3\n", "c");
        check_value(NULL, "[profile x]\ns3 =\n  a = 1\n", "a");
    }
}

static void check_has(bool expected, const char *config, const char *credentials, const char *name)
{
    struct profiles *p = parse(config, credentials);

    CHECK_INT(expected, profiles_has(p, PROFILE, name));
    CHECK_STR(expected ? "v" : NULL, profiles_get(p, PROFILE, name, "k"));
    profiles_free(p);
}

static void test_sections(void)
{
    TEST("the config file's profiles have a prefix, the credentials file's have none")
    {
        check_has(true, "[profile x]\nk=v", NULL, "x");
        check_has(false, "[x]\nk=v", NULL, "x");
        check_has(true, NULL, "[x]\nk=v", "x");
        check_has(false, NULL, "[profile x]\nk=v", "x");
        check_has(false, NULL, "[profile x]\nk=v", "profile x");
        check_has(true, "[default]\nk=v", NULL, "default");
        check_has(true, NULL, "[default]\nk=v", "default");
    }
    TEST("names may stand in quotes and have white space around them")
    {
        check_has(true, "[ profile \t x ]\nk=v", NULL, "x");
        check_has(true, "[profile \"x\"]\nk=v", NULL, "x");
        check_has(true, "[profile 'a b']\nk=v", NULL, "a b");
        check_has(true, NULL, "[  x  ]\nk=v", "x");
        check_has(true, "[profile a-b/c.d%e@f_g:h+]\nk=v", NULL, "a-b/c.d%e@f_g:h+");
    }
    TEST("other sections are passed over with all that is in them")
    {
        check_has(false, "[profile a b]\nk=v", NULL, "a");
        check_has(false, "[profilex]\nk=v", NULL, "x");
        check_has(false, "[sso-session x]\nk=v", NULL, "x");
        check_has(false, "[preview]\nk=v", NULL, "preview");
        check_has(false, "[profile ]\nk=v", NULL, "");
        check_has(false, "k=v\n", NULL, "default");
        check_has(true, "[profile x]\nk=v\n[other]\nk=w\n", NULL, "x");
    }
    TEST("[profile default] goes before [default], in either order, and is not merged with it")
    {
        struct profiles *p =
            parse("[default]\nk = 1\nl = 1\n[profile default]\nk = 2\n", "[default]\nm = 3\n");

        CHECK_STR("2", profiles_get(p, PROFILE, "default", "k"));
        CHECK_STR(NULL, profiles_get(p, PROFILE, "default", "l"));
        CHECK_STR("3", profiles_get(p, PROFILE, "default", "m"));
        profiles_free(p);
        check_has(true, "[profile default]\nk = v\n[default]\nk = w\n", NULL, "default");
    }
    TEST("a profile in both files is one, in which the credentials file goes before")
    {
        struct profiles *p = parse("[profile x]\nk = 1\nl = 2\n", "[x]\nk = 3\nm = 4\n");

        CHECK_STR("3", profiles_get(p, PROFILE, "x", "k"));
        CHECK_STR("2", profiles_get(p, PROFILE, "x", "l"));
        CHECK_STR("4", profiles_get(p, PROFILE, "x", "m"));
        profiles_free(p);
    }
    TEST("sessions and services are sections of their own")
    {
        struct profiles *p = parse("[sso-session x]\nsso_region = r\n[services x]\n"
                                   "bedrock_runtime =\n  endpoint_url = http://h:1\n"
                                   "s3 =\n  endpoint_url = http://i\n",
                                   NULL);

        CHECK_STR("r", profiles_get(p, SSO_SESSION, "x", "sso_region"));
        CHECK_STR("http://h:1", profiles_get(p, SERVICES, "x", "bedrock_runtime.endpoint_url"));
        CHECK_STR("http://i", profiles_get(p, SERVICES, "x", "s3.endpoint_url"));
        CHECK(profiles_has(p, SERVICES, "x") && profiles_has(p, SSO_SESSION, "x"));
        CHECK(!profiles_has(p, PROFILE, "x") && !profiles_has(p, SERVICES, "y"));
        profiles_free(p);
    }
}

static void test_problems(void)
{
    TEST("what is read without trouble is no problem")
    {
        check_problem(NULL, "# c\n[other thing]\nx\n[profile x] # c\nk = v\n w\n");
    }
    TEST("what is passed over is remembered with its line, but not shown")
    {
        check_problem("config:2: a line that is not \"key = value\" was passed over",
                      "[profile x]\nwJalrXUtnFEMI\n= x");
        check_problem("config:2: a line that is not \"key = value\" was passed over",
                      "[profile x]\n= wJalrXUtnFEMI\n");
        check_problem("config:3: a line that is not \"key = value\" was passed over",
                      "[profile x]\ns3 =\n wJalrXUtnFEMI\n");
        check_problem("config:1: a section's title without ']' was passed over", "[profile x\n[y");
        check_problem("config:1: text behind a section's title was passed over", "[profile x] y\n");
    }
    TEST("what stands below a damaged title is not given to the profile before it")
    {
        check_value("1", "[profile x]\nk = 1\n[profile y\nk = 2\n", "k");
    }
    TEST("names and keys have a maximum")
    {
        char text[4096];

        snprintf(text, sizeof(text), "[profile %0501d]\nk = v\n[profile x]\nk = 1\n%0501d = 1\n", 0,
                 0);
        check_value("1", text, "k");
        check_problem("config:5: a key that is too long was passed over", text);
        snprintf(text, sizeof(text), "[profile x]\n%0500d = 1\n", 0);
        check_problem(NULL, text);
        snprintf(text, sizeof(text), "%03000d", 0);
        check_value(NULL, "[profile x]\nk = 1\n", text);
    }
}

static void save(const char *path, const char *text)
{
    struct file_write write = {
        .path = path, .data = text, .len = strlen(text), .mode = 0600, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

static void test_files(void)
{
    char folder[] = "/tmp/maki-unit-profile-XXXXXX";
    struct profiles *p;

    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    save("config", "[profile x]\nregion = r\n");
    save("credentials", "[x]\naws_access_key_id = AKIDEXAMPLE\n");
    TEST("both files are read")
    {
        p = profiles_load(&(struct profile_files){"config", "credentials"});
        CHECK_STR("r", profiles_get(p, PROFILE, "x", "region"));
        CHECK_STR("AKIDEXAMPLE", profiles_get(p, PROFILE, "x", "aws_access_key_id"));
        CHECK_STR(NULL, profiles_problem(p));
        profiles_free(p);
    }
    TEST("a file that is not there, and none at all, are no problem")
    {
        p = profiles_load(&(struct profile_files){"none", NULL});
        CHECK(!profiles_has(p, PROFILE, "default"));
        CHECK_STR(NULL, profiles_problem(p));
        profiles_free(p);
        profiles_free(NULL);
    }
    TEST("a file that cannot be read is remembered")
    {
        p = profiles_load(&(struct profile_files){"/", "credentials"});
        CHECK_STR("cannot read /: Is a directory", profiles_problem(p));
        CHECK_STR("AKIDEXAMPLE", profiles_get(p, PROFILE, "x", "aws_access_key_id"));
        profiles_free(p);
    }
    unlink("config");
    unlink("credentials");
    rmdir(folder);
}

int main(void)
{
    test_values();
    test_continuation();
    test_sections();
    test_problems();
    test_files();
    return unit_end();
}
