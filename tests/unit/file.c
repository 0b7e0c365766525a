#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-file-XXXXXX";

static void test_read(void)
{
    struct buf text;
    struct error err;

    buf_init(&text, 100000);
    put("empty", "", false, NULL, &err);
    put("hello", "hello", false, NULL, &err);
    TEST("an empty file is an empty string")
    {
        CHECK_INT(0, file_read("empty", &text, &err));
        CHECK_INT(0, text.len);
        CHECK_STR("", buf_str(&text));
    }
    TEST("what is read is appended")
    {
        CHECK_INT(0, file_read("hello", &text, &err));
        CHECK_INT(0, file_read("hello", &text, &err));
        CHECK_STR("hellohello", buf_str(&text));
    }
    buf_clear(&text);
    TEST("a file of exactly the maximum fits, one byte more is an error")
    {
        buf_init(&text, 5);
        CHECK_INT(0, file_read("hello", &text, &err));
        CHECK_STR("hello", buf_str(&text));
        buf_clear(&text);
        buf_init(&text, 4);
        CHECK_INT(-1, file_read("hello", &text, &err));
        CHECK_INT(ERR_DATA, err.kind);
        CHECK_INT(buf_str(&text)[text.len], 0);
        CHECK(strstr(err.message, "hello: larger than 4 bytes") != NULL);
        buf_clear(&text);
    }
    buf_init(&text, 100000);
    TEST("what cannot be read is an error that names it")
    {
        CHECK_INT(-1, file_read("none", &text, &err));
        CHECK_INT(ERR_IO, err.kind);
        CHECK_STR("cannot open none: No such file or directory", err.message);
        CHECK_INT(-1, file_read(".", &text, &err));
        CHECK_STR("cannot read .: Is a directory", err.message);
        CHECK_INT(-1, file_read("", &text, &err));
    }
    TEST("a descriptor is read from where it stands to its end")
    {
        int fd = open("hello", O_RDONLY | O_CLOEXEC);

        CHECK_INT(1, lseek(fd, 1, SEEK_SET));
        buf_reset(&text);
        CHECK_INT(0, file_read_fd(fd, "hello", &text, &err));
        CHECK_STR("ello", buf_str(&text));
        close(fd);
        CHECK_INT(-1, file_read_fd(-1, "nothing", &text, &err));
        CHECK_STR("cannot read nothing: Bad file descriptor", err.message);
    }
    buf_clear(&text);
}

static void test_folders(void)
{
    struct error err;
    struct file_list list;

    TEST("folders are made with all their parents, and making one again is fine")
    {
        CHECK_INT(0, file_make_dir("x/y//z/", &err));
        CHECK(file_is_dir("x/y/z"));
        CHECK_INT(0, file_make_dir("x/y/z", &err));
        CHECK_INT(0, file_make_dir(".", &err));
        CHECK_INT(0, file_make_dir("/", &err));
        CHECK_INT(0, file_make_parent("x/p/q", &err));
        CHECK(file_is_dir("x/p") && !file_exists("x/p/q"));
        CHECK_INT(0, file_make_parent("bare", &err));
        CHECK_INT(0, file_make_parent("/bare", &err));
    }
    TEST("a file in the way is an error that names it, and so is an empty name")
    {
        CHECK_INT(-1, file_make_dir("hello", &err));
        CHECK_STR("cannot make the folder hello: File exists", err.message);
        CHECK_INT(-1, file_make_dir("hello/x", &err));
        CHECK_INT(ERR_CANTCREAT, err.kind);
        CHECK_INT(-1, file_make_dir("", &err));
        CHECK_INT(ERR_CANTCREAT, err.kind);
    }
    TEST("a listing is sorted and has the hidden names")
    {
        put("l/b", "", false, NULL, &err);
        put("l/a", "", false, NULL, &err);
        put("l/.h", "", false, NULL, &err);
        put("l/Z", "", false, NULL, &err);
        CHECK_STR(".h Z a b ", names_in("l"));
        CHECK_STR("", names_in("x/y/z"));
        CHECK_INT(-1, file_list_dir("none", &list, &err));
        CHECK_STR("cannot open the folder none: No such file or directory", err.message);
        CHECK_INT(0, list.count);
        file_list_free(&list);
    }
    TEST("what is there and what is a folder")
    {
        CHECK(file_exists("hello") && !file_is_dir("hello"));
        CHECK(file_exists("x") && file_is_dir("x"));
        CHECK(!file_exists("none") && !file_is_dir("none"));
    }
}

static void test_lock(void)
{
    struct error err;
    int first = file_lock("locks/run", &err);
    char expected[200];

    TEST("one holder at a time; the second is told who the first is")
    {
        CHECK(first >= 0);
        CHECK_INT(-1, file_lock("locks/run", &err));
        CHECK_INT(ERR_TEMP, err.kind);
        snprintf(expected, sizeof(expected), "process %ld", (long)getpid());
        CHECK(strstr(err.message, expected) != NULL);
        CHECK(strstr(err.message, "locks/run") != NULL);
    }
    TEST("closing releases it")
    {
        close(first);
        first = file_lock("locks/run", &err);
        CHECK(first >= 0);
        snprintf(expected, sizeof(expected), "%ld\n", (long)getpid());
        CHECK_STR(expected, read_text("locks/run"));
        close(first);
    }
    TEST("and so does the end of its process")
    {
        pid_t child = fork();

        if (child == 0)
            _exit(file_lock("locks/run", &err) >= 0 ? 0 : 1);
        waitpid(child, NULL, 0);
        first = file_lock("locks/run", &err);
        CHECK(first >= 0);
        close(first);
    }
}

int main(void)
{
    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    test_read();
    test_folders();
    test_lock();
    read_text(NULL);
    scratch_remove(folder);
    return unit_end();
}
