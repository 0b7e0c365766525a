#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-conf-XXXXXX";

static void save(const char *path, const char *text, size_t len)
{
    struct file_write write = {
        .path = path, .data = text, .len = len, .mode = 0644, .no_sync = true};
    struct error err;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
}

/* The configuration from this text, named by MAKI_CONF. */
static struct conf *load_text(const char *text, struct error *err)
{
    save("named.conf", text, strlen(text));
    setenv("MAKI_CONF", "named.conf", 1);
    return conf_load(err);
}

static void check_value(const char *line, const char *expected)
{
    struct error err = {0};
    struct conf *conf = load_text(line, &err);

    CHECK_STR("", err.message);
    CHECK_STR(expected, conf ? conf_get(conf, "MAKI_KEY") : "(not loaded)");
    conf_free(conf);
}

static void check_refused(const char *text, const char *message)
{
    struct error err = {0};
    struct conf *conf = load_text(text, &err);

    CHECK(conf == NULL);
    CHECK_INT(ERR_CONFIG, err.kind);
    CHECK_STR(message, err.message);
    conf_free(conf);
}

static void test_lines(void)
{
    TEST("a value is what stands behind '=', without the space around it")
    {
        check_value("MAKI_KEY=value", "value");
        check_value("  MAKI_KEY  =  some words \r\n", "some words");
        check_value("MAKI_KEY=a=b", "a=b");
        check_value("MAKI_KEY=# no comment", "# no comment");
    }
    TEST("quotes are taken off in pairs only")
    {
        check_value("MAKI_KEY=\" a 'b' \"", " a 'b' ");
        check_value("MAKI_KEY='a \"b\"'", "a \"b\"");
        check_value("MAKI_KEY=\"a", "\"a");
        check_value("MAKI_KEY=\"", "\"");
        check_value("MAKI_KEY='a\"", "'a\"");
        check_value("MAKI_KEY=\"\"", NULL);
    }
    TEST("comments and blank lines are passed over, the last line for a key counts")
    {
        check_value("# MAKI_KEY=no\n\n   \n\t# x\nMAKI_KEY=one\nOTHER=x\nMAKI_KEY=two\n", "two");
        check_value("MAKI_KEY=one\nMAKI_KEY=\n", NULL);
    }
    TEST("a key that is not there, and an empty file, have no values")
    {
        check_value("OTHER=x\nMAKI_KEYS=y", NULL);
        check_value("", NULL);
        check_value("\n", NULL);
    }
    TEST("what is no setting is refused with file and line")
    {
        check_refused("A=1\nnonsense\n", "named.conf:2: expected KEY=VALUE");
        check_refused("=x", "named.conf:1: a key is upper-case letters, digits and _, not ''");
        check_refused("maki_key=x",
                      "named.conf:1: a key is upper-case letters, digits and _, not 'maki_key'");
        check_refused(
            "\n\nexport MAKI_KEY=x",
            "named.conf:3: a key is upper-case letters, digits and _, not 'export MAKI_KEY'");
        check_refused("1KEY=x",
                      "named.conf:1: a key is upper-case letters, digits and _, not '1KEY'");
    }
    TEST("a NUL does not hide what comes after it")
    {
        struct error err = {0};

        save("named.conf", "A=1\n\0MAKI_KEY=x\n", 16);
        setenv("MAKI_CONF", "named.conf", 1);
        CHECK(conf_load(&err) == NULL);
        CHECK_INT(ERR_CONFIG, err.kind);
        CHECK(strstr(err.message, "named.conf: ") == err.message);
    }
}

static void test_environment(void)
{
    struct error err;
    struct conf *conf = load_text("MAKI_KEY=file\n", &err);

    TEST("the environment comes first, an empty variable does not")
    {
        CHECK_STR("file", conf_get(conf, "MAKI_KEY"));
        setenv("MAKI_KEY", "environment", 1);
        CHECK_STR("environment", conf_get(conf, "MAKI_KEY"));
        setenv("MAKI_KEY", "", 1);
        CHECK_STR("file", conf_get(conf, "MAKI_KEY"));
        unsetenv("MAKI_KEY");
    }
    TEST("the file that was read has a name")
    {
        CHECK_STR("named.conf", conf_path(conf));
    }
    conf_free(conf);
    conf_free(NULL);
    TEST("a file that MAKI_CONF names must be there")
    {
        setenv("MAKI_CONF", "none.conf", 1);
        CHECK(conf_load(&err) == NULL);
        CHECK_INT(ERR_CONFIG, err.kind);
        CHECK_STR("cannot open none.conf: No such file or directory", err.message);
    }
    TEST("/dev/null is a configuration without settings")
    {
        setenv("MAKI_CONF", "/dev/null", 1);
        conf = conf_load(&err);
        CHECK(conf != NULL && conf_get(conf, "MAKI_KEY") == NULL);
        conf_free(conf);
    }
}

static void check_path(const char *expected)
{
    struct error err = {0};
    struct conf *conf = conf_load(&err);

    CHECK_STR("", err.message);
    CHECK_STR(expected, conf ? conf_path(conf) : "(not loaded)");
    conf_free(conf);
}

static void test_places(void)
{
    struct error err;

    unsetenv("MAKI_CONF");
    setenv("XDG_CONFIG_HOME", "xdg", 1);
    setenv("HOME", "home", 1);
    TEST("without MAKI_CONF: ./maki.conf, then XDG_CONFIG_HOME, then ~/.config, then none")
    {
        check_path(NULL);
        save("xdg/maki/maki.conf", "A=1\n", 4);
        save("home/.config/maki/maki.conf", "A=1\n", 4);
        check_path("xdg/maki/maki.conf");
        unsetenv("XDG_CONFIG_HOME");
        check_path("home/.config/maki/maki.conf");
        save("maki.conf", "A=1\n", 4);
        check_path("maki.conf");
        setenv("MAKI_CONF", "", 1);
        check_path("maki.conf");
    }
    TEST("a ./maki.conf that others may write is refused, and MAKI_CONF overrides that")
    {
        CHECK_INT(0, chmod("maki.conf", 0666));
        CHECK(conf_load(&err) == NULL);
        CHECK_INT(ERR_CONFIG, err.kind);
        CHECK(strstr(err.message, "may be written by others; name it in MAKI_CONF") != NULL);
        setenv("MAKI_CONF", "maki.conf", 1);
        check_path("maki.conf");
        unsetenv("MAKI_CONF");
        CHECK_INT(0, chmod("maki.conf", 0644));
    }
    if (geteuid() == 0) { /* only root can give a file away */
        TEST("a ./maki.conf of another user is refused, also behind a link of that user's")
        {
            CHECK_INT(0, chown("maki.conf", 65534, 65534));
            CHECK(conf_load(&err) == NULL);
            CHECK_STR("UntrustedConfig", err.code);
            CHECK_INT(0, unlink("maki.conf"));
            CHECK_INT(0, symlink("xdg/maki/maki.conf", "maki.conf"));
            check_path("maki.conf");
            CHECK_INT(0, lchown("maki.conf", 65534, 65534));
            CHECK(conf_load(&err) == NULL);
            CHECK_STR("UntrustedConfig", err.code);
        }
    }
}

int main(void)
{
    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    unsetenv("MAKI_KEY");
    test_lines();
    test_environment();
    test_places();
    scratch_remove(folder);
    return unit_end();
}
