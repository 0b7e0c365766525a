#include "base/opt.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "unit.h"

static struct {
    bool flag;
    const char *text;
    struct opt_list list;
    struct opt_list each;
    int64_t number;
    int64_t size;
    double real;
} o;

static const struct opt table[] = {
    {OPT_FLAG, 'f', "flag", &o.flag, NULL, "MAKI_FLAG", "a flag", 0, 0},
    {OPT_STRING, 't', "text", &o.text, "TEXT", "MAKI_TEXT", "some text", 0, 0},
    {OPT_LIST, 'l', "list", &o.list, "NAME,...", "MAKI_LIST", "names", 0, 0},
    {OPT_EACH, 'e', "each", &o.each, "VALUE", NULL, "values with commas in them", 0, 0},
    {.type = OPT_END},
};

static const struct opt more[] = {
    {OPT_INT, 'n', "number", &o.number, "N", "MAKI_NUMBER", "a number", 1, 100},
    {OPT_SIZE, 's', "size", &o.size, "SIZE", "MAKI_SIZE", "a size", 0, 0},
    {OPT_REAL, 'r', "real-number", &o.real, "X", NULL,
     "a help text that is so long that it has to be wrapped into a second line of the text that is "
     "shown",
     0, 1},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-test",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Tests.",
    .tables = {table, more},
    .notes = "Example:\n  maki-test x\n",
    .operands_min = 0,
    .operands_max = 2,
};

enum { ARGS_MAX = 12 };

/* Parse a command line given as words, ended by NULL; `words` is not touched. */
static enum opt_outcome parse(const char *const *words, const struct conf *conf, int *operand,
                              struct error *err)
{
    static char copies[ARGS_MAX][64];
    static char *argv[ARGS_MAX + 1];
    int argc = 0;

    opt_list_free(&o.list);
    opt_list_free(&o.each);
    memset(&o, 0, sizeof(o));
    o.text = "default";
    o.number = 7;
    *err = (struct error){0};
    for (; words[argc] != NULL && argc < ARGS_MAX; argc++) {
        snprintf(copies[argc], sizeof(copies[argc]), "%s", words[argc]);
        argv[argc] = copies[argc];
    }
    argv[argc] = NULL;
    return opt_parse(&program, conf, argc, argv, operand, err);
}

/* A command line: the program's name, these words, and the end. */
#define WORDS(...) ((const char *const[]){"maki-test", __VA_ARGS__, NULL})

static void check_run(const char *const *words)
{
    struct error err;
    int operand;

    CHECK_INT(OPT_RUN, parse(words, NULL, &operand, &err));
    CHECK_STR("", err.message);
}

static void check_bad(const char *const *words, const char *message)
{
    struct error err;
    int operand;

    CHECK_INT(OPT_BAD, parse(words, NULL, &operand, &err));
    CHECK_INT(ERR_USAGE, err.kind);
    CHECK_STR(message, err.message);
}

static const char *const none[] = {"maki-test", NULL};

static void test_values(void)
{
    TEST("without options the defaults stay")
    {
        check_run(none);
        CHECK(!o.flag);
        CHECK_STR("default", o.text);
        CHECK_INT(7, o.number);
        CHECK_INT(0, o.list.count);
    }
    TEST("every type, by letter and by name")
    {
        check_run(WORDS("-ft", "x", "-n5", "-s", "64k", "-r.5"));
        CHECK(o.flag);
        CHECK_STR("x", o.text);
        CHECK_INT(5, o.number);
        CHECK_INT(65536, o.size);
        CHECK(o.real > 0.49 && o.real < 0.51);
        check_run(WORDS("--flag", "--text=", "--number", "100", "--real-number=1"));
        CHECK(o.flag);
        CHECK_STR("", o.text);
        CHECK_INT(100, o.number);
    }
    TEST("lists are repeatable and split at commas; empty parts are nothing")
    {
        check_run(WORDS("-l", "a,,b", "--list=c,", "-l", ""));
        CHECK_INT(3, o.list.count);
        CHECK(opt_list_has(&o.list, "a") && opt_list_has(&o.list, "b") &&
              opt_list_has(&o.list, "c"));
        CHECK(!opt_list_has(&o.list, "") && !opt_list_has(&o.list, "a,"));
    }
    TEST("where each value counts whole, commas are part of it")
    {
        check_run(WORDS("-e", "a,b", "--each=", "-e", "c=d,"));
        CHECK_INT(3, o.each.count);
        CHECK(opt_list_has(&o.each, "a,b") && opt_list_has(&o.each, "") &&
              opt_list_has(&o.each, "c=d,"));
    }
}

static void test_bad(void)
{
    TEST("unknown options and missing values are named")
    {
        check_bad(WORDS("--nope"), "unknown option '--nope'; try 'maki-test --help'");
        check_bad(WORDS("-x"), "unknown option '-x'; try 'maki-test --help'");
        check_bad(WORDS("-fxt", "v"), "unknown option '-x'; try 'maki-test --help'");
        check_bad(WORDS("--text"), "a value is missing after '--text'; try 'maki-test --help'");
        check_bad(WORDS("-ft"), "a value is missing after '-t'; try 'maki-test --help'");
        check_bad(WORDS("--flag=yes"), "'--flag' takes no value; try 'maki-test --help'");
    }
    TEST("numbers must be whole, within their range, and nothing else")
    {
        static const char *const refused[] = {"0",  "101", "1.5", "x",    "",
                                              "5x", "nan", "inf", "1e30", "-1"};

        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
            char message[128];

            snprintf(message, sizeof(message), "--number: '%s' is not a number from 1 to 100",
                     refused[i]);
            check_bad(WORDS("-n", refused[i]), message);
        }
        check_bad(WORDS("-r", "1.01"), "--real-number: '1.01' is not a number from 0 to 1");
        check_bad(WORDS("-s", "-1"), "--size: '-1' is not a size (such as 64k or 10M)");
    }
    TEST("the number of operands is checked")
    {
        check_bad(WORDS("a", "b", "c"),
                  "too many operands; usage: maki-test [OPTION]... [FILE]...");
    }
}

static void test_operands(void)
{
    struct error err;
    int operand = 0;

    TEST("options may stand behind operands, and -- ends them")
    {
        CHECK_INT(OPT_RUN, parse(WORDS("a", "-f", "b", "-t", "x"), NULL, &operand, &err));
        CHECK_INT(4, operand);
        CHECK(o.flag);
        CHECK_STR("x", o.text);
        CHECK_INT(OPT_RUN, parse(WORDS("--", "-f"), NULL, &operand, &err));
        CHECK_INT(2, operand);
        CHECK(!o.flag);
        CHECK_INT(OPT_RUN, parse(WORDS("-"), NULL, &operand, &err));
        CHECK_INT(1, operand);
    }
    TEST("help and version are told at once, whatever else is wrong")
    {
        CHECK_INT(OPT_HELP, parse(WORDS("--help", "--nope"), NULL, &operand, &err));
        CHECK_INT(OPT_HELP, parse(WORDS("-h"), NULL, &operand, &err));
        CHECK_INT(OPT_VERSION, parse(WORDS("--version"), NULL, &operand, &err));
    }
}

static void test_settings(void)
{
    static const char text[] = "MAKI_FLAG=yes\nMAKI_TEXT=from file\nMAKI_LIST=x,y\nMAKI_NUMBER=9\n";
    struct file_write write = {
        .path = "maki-unit-opt.conf", .data = text, .len = sizeof(text) - 1, .no_sync = true};
    struct conf *conf;
    struct error err;
    int operand;

    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
    setenv("MAKI_CONF", write.path, 1);
    conf = conf_load(&err);
    TEST("a value comes from the flag, else the environment, else the file, else the default")
    {
        setenv("MAKI_NUMBER", "11", 1);
        CHECK_INT(OPT_RUN, parse(WORDS("-t", "flag"), conf, &operand, &err));
        CHECK_STR("flag", o.text);
        CHECK_INT(11, o.number);
        CHECK(o.flag);
        CHECK_INT(2, o.list.count);
        CHECK_INT(0, o.size);
        CHECK_INT(OPT_RUN, parse(WORDS("-l", "z"), conf, &operand, &err));
        CHECK_INT(1, o.list.count);
    }
    TEST("a bad setting is an error of configuration that names the key")
    {
        setenv("MAKI_NUMBER", "many", 1);
        CHECK_INT(OPT_BAD, parse(none, conf, &operand, &err));
        CHECK_INT(ERR_CONFIG, err.kind);
        CHECK_STR("MAKI_NUMBER: 'many' is not a number from 1 to 100", err.message);
        setenv("MAKI_NUMBER", "1", 1);
        setenv("MAKI_FLAG", "maybe", 1);
        CHECK_INT(OPT_BAD, parse(none, conf, &operand, &err));
        CHECK_STR("MAKI_FLAG: 'maybe' is not a yes or no", err.message);
        setenv("MAKI_FLAG", "OFF", 1);
        CHECK_INT(OPT_RUN, parse(none, conf, &operand, &err));
        CHECK(!o.flag);
    }
    conf_free(conf);
    unlink(write.path);
}

static void check_size(const char *text, int64_t expected)
{
    int64_t bytes = -1;
    int status = opt_parse_size(text, &bytes);

    CHECK_INT(expected < 0 ? -1 : 0, status);
    CHECK_INT(expected, bytes);
}

static void test_size(void)
{
    TEST("sizes in units of 1024")
    {
        check_size("0", 0);
        check_size("10", 10);
        check_size("64k", 65536);
        check_size("64K", 65536);
        check_size("1.5M", 1572864);
        check_size("2GiB", INT64_C(2) << 30);
        check_size("1TB", INT64_C(1) << 40);
    }
    TEST("what is no size is refused")
    {
        static const char *const refused[] = {"",    "-1", "k",   "1x",  "1kk",  "1 k",
                                              "1ki", "1B", "nan", "inf", "1e30", "9999999999T"};

        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
            check_size(refused[i], -1);
    }
}

static void test_help(void)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    opt_help(&program, &text);
    TEST("the help text comes from the tables")
    {
        const char *help = buf_str(&text);

        CHECK(strstr(help, "Usage: maki-test [OPTION]... [FILE]...\nTests.\n") == help);
        CHECK(strstr(help, "\n  -t, --text TEXT         some text [MAKI_TEXT]\n") != NULL);
        CHECK(strstr(help, "\n  -h, --help              show this text\n") != NULL);
        CHECK(strstr(help, "\nExample:\n  maki-test x\n") != NULL);
    }
    TEST("no line is longer than 96 characters")
    {
        for (const char *line = buf_str(&text); *line; line += strcspn(line, "\n") + 1)
            CHECK(strcspn(line, "\n") <= 96);
    }
    buf_clear(&text);
}

int main(void)
{
    char folder[] = "/tmp/maki-unit-opt-XXXXXX";

    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    unsetenv("MAKI_FLAG");
    unsetenv("MAKI_TEXT");
    unsetenv("MAKI_LIST");
    unsetenv("MAKI_SIZE");
    test_values();
    test_bad();
    test_operands();
    test_settings();
    test_size();
    test_help();
    opt_list_free(&o.list);
    opt_list_free(&o.each);
    scratch_remove(folder);
    return unit_end();
}
