#include "base/error.h"

#include <errno.h>

#include "unit.h"

static void test_set(void)
{
    struct error err;
    char text[2000];

    memset(&err, 0xff, sizeof(err)); /* callers need not initialise one */
    TEST("setting fills in every member and returns -1")
    {
        CHECK_INT(-1, error_set(&err, ERR_DATA, "BadThing", "line %d is %s", 7, "bad"));
        CHECK_INT(ERR_DATA, err.kind);
        CHECK_STR("BadThing", err.code);
        CHECK_STR("line 7 is bad", err.message);
        CHECK(!err.retryable);
        CHECK_INT(0, err.attempts);
    }
    TEST("a system error's text follows the message")
    {
        CHECK_INT(-1, error_set_errno(&err, ERR_IO, ENOENT, "FileError", "cannot open %s", "x"));
        CHECK_STR("cannot open x: No such file or directory", err.message);
        CHECK_STR("FileError", err.code);
    }
    TEST("a prefix goes in front and keeps the rest")
    {
        err.retryable = true;
        err.attempts = 3;
        CHECK_INT(-1, error_prefix(&err, "%s:%d", "a.jsonl", 12));
        CHECK_STR("a.jsonl:12: cannot open x: No such file or directory", err.message);
        CHECK_INT(ERR_IO, err.kind);
        CHECK(err.retryable);
        CHECK_INT(3, err.attempts);
    }
    TEST("what is too long is cut")
    {
        memset(text, 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        error_set(&err, ERR_DATA, text, "%s", text);
        CHECK_INT(sizeof(err.code) - 1, strlen(err.code));
        CHECK_INT(sizeof(err.message) - 1, strlen(err.message));
        error_prefix(&err, "in front");
        CHECK_INT(sizeof(err.message) - 1, strlen(err.message));
        CHECK(strncmp(err.message, "in front: aaa", 13) == 0);
        error_prefix(&err, "%s", text);
        CHECK_INT(sizeof(err.message) - 1, strlen(err.message));
        error_set_errno(&err, ERR_IO, EIO, "X", "%s", text);
        CHECK_INT(sizeof(err.message) - 1, strlen(err.message));
    }
    TEST("clear leaves nothing")
    {
        error_clear(&err);
        CHECK_INT(ERR_NONE, err.kind);
        CHECK_STR("", err.code);
        CHECK_STR("", err.message);
    }
}

int main(void)
{
    test_set();
    TEST("each kind has its status from sysexits.h")
    {
        CHECK_INT(0, error_exit_status(ERR_NONE));
        CHECK_INT(64, error_exit_status(ERR_USAGE));
        CHECK_INT(65, error_exit_status(ERR_DATA));
        CHECK_INT(69, error_exit_status(ERR_UNAVAILABLE));
        CHECK_INT(70, error_exit_status(ERR_INTERNAL));
        CHECK_INT(73, error_exit_status(ERR_CANTCREAT));
        CHECK_INT(74, error_exit_status(ERR_IO));
        CHECK_INT(75, error_exit_status(ERR_TEMP));
        CHECK_INT(77, error_exit_status(ERR_PERM));
        CHECK_INT(78, error_exit_status(ERR_CONFIG));
        CHECK_INT(70, error_exit_status((enum error_kind)999));
    }
    return unit_end();
}
