#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-file-XXXXXX";

static const char *read_text(const char *path)
{
    static struct buf text;
    struct error err;

    if (text.max == 0)
        buf_init(&text, 1 << 20);
    buf_reset(&text);
    if (path == NULL) {
        buf_clear(&text);
        return NULL;
    }
    return file_read(path, &text, &err) < 0 ? "(unreadable)" : buf_str(&text);
}

/* The names in a folder, each followed by a space. */
static const char *names_in(const char *dir)
{
    static char text[1024];
    struct file_list list;
    struct error err;

    text[0] = '\0';
    if (file_list_dir(dir, &list, &err) < 0)
        return "(failed)";
    for (size_t i = 0; i < list.count; i++) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof(text) - used, "%s ", list.names[i]);
    }
    file_list_free(&list);
    return text;
}

static int put(const char *path, const char *text, bool no_clobber, bool *existed,
               struct error *err)
{
    struct file_write write = {
        .path = path, .data = text, .len = strlen(text), .no_clobber = no_clobber, .no_sync = true};

    return file_write_atomic(&write, existed, err);
}

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

static void test_write(void)
{
    struct error err;
    bool existed = true;
    struct stat info;
    struct file_write write = {.path = "a/b/c/new", .data = "x\0y", .len = 3, .mode = 0600};

    TEST("folders on the way are made, the bytes and the mode are those asked for")
    {
        CHECK_INT(0, file_write_atomic(&write, &existed, &err));
        CHECK(!existed);
        CHECK_INT(0, stat("a/b/c/new", &info));
        CHECK_INT(3, info.st_size);
        CHECK_INT(0600, info.st_mode & 07777);
        CHECK_STR("new ", names_in("a/b/c"));
    }
    TEST("without a mode the umask decides")
    {
        mode_t mask = umask(027);

        CHECK_INT(0, put("a/masked", "", false, NULL, &err));
        CHECK_INT(027, umask(mask));
        CHECK_INT(0, stat("a/masked", &info));
        CHECK_INT(0640, info.st_mode & 07777);
    }
    TEST("an existing file is replaced")
    {
        CHECK_INT(0, put("a/f", "one", false, &existed, &err));
        CHECK_INT(0, put("a/f", "two", false, &existed, &err));
        CHECK(!existed);
        CHECK_STR("two", read_text("a/f"));
    }
    TEST("with no_clobber it stays, and that is told")
    {
        CHECK_INT(0, put("a/f", "three", true, &existed, &err));
        CHECK(existed);
        CHECK_INT(0, put("a/f", "three", true, NULL, &err));
        CHECK_STR("two", read_text("a/f"));
        CHECK_INT(0, put("a/g", "three", true, &existed, &err));
        CHECK(!existed);
        CHECK_STR("three", read_text("a/g"));
        CHECK_STR("b f g masked ", names_in("a"));
    }
    TEST("a symbolic link in the file's place is replaced, not followed")
    {
        CHECK_INT(0, symlink("../hello", "a/link"));
        CHECK_INT(0, put("a/link", "four", true, &existed, &err));
        CHECK(existed);
        CHECK_INT(0, put("a/link", "four", false, NULL, &err));
        CHECK_STR("hello", read_text("hello"));
        CHECK_INT(0, lstat("a/link", &info));
        CHECK(S_ISREG(info.st_mode));
    }
}

static void test_write_failures(void)
{
    struct error err;

    TEST("what cannot be written is an error that names it, and nothing is left over")
    {
        CHECK_INT(-1, put("hello/x", "", false, NULL, &err));
        CHECK_INT(ERR_CANTCREAT, err.kind);
        CHECK(strstr(err.message, "hello: ") != NULL);
        CHECK_INT(0, file_make_dir("d/sub", &err));
        CHECK_INT(-1, put("d/sub", "", false, NULL, &err));
        CHECK_STR("cannot write d/sub: Is a directory", err.message);
        CHECK_STR("sub ", names_in("d"));
        CHECK_INT(-1, put("d/sub/", "", false, NULL, &err));
        CHECK_STR("", names_in("d/sub"));
        CHECK_INT(-1, put("", "", false, NULL, &err));
    }
    TEST("a file that gets too large is taken away again, and the old one stays")
    {
        struct rlimit limit = {.rlim_cur = 10, .rlim_max = RLIM_INFINITY};
        struct sigaction ignore = {.sa_handler = SIG_IGN};
        struct sigaction before;

        CHECK_INT(0, put("d/f", "old", false, NULL, &err));
        sigaction(SIGXFSZ, &ignore, &before);
        setrlimit(RLIMIT_FSIZE, &limit);
        CHECK_INT(-1, put("d/f", "longer than ten bytes", false, NULL, &err));
        limit.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &limit);
        sigaction(SIGXFSZ, &before, NULL);
        CHECK_STR("cannot write d/f: File too large", err.message);
        CHECK_STR("NoSpace", err.code);
        CHECK_STR("old", read_text("d/f"));
        CHECK_STR("f sub ", names_in("d"));
    }
}

/* A writer that the kernel ends in the middle of its file: what it leaves is what a kill -9 leaves.
 */
static void die_writing(const char *path)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
        struct rlimit no_core = {0, 0};
        struct error err;

        setrlimit(RLIMIT_CORE, &no_core);
        setrlimit(RLIMIT_FSIZE, &limit);
        put(path, "longer than ten bytes", false, NULL, &err);
        _exit(0);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
}

static void test_killed(void)
{
    struct error err;

    TEST("what a killed writer left is cleared away by the next one of the same file")
    {
        file_make_dir("k", &err);
        die_writing("k/f");
        CHECK(strncmp(names_in("k"), ".maki-", 6) == 0);
        CHECK_INT(0, put("k/f", "whole", false, NULL, &err));
        CHECK_STR("f ", names_in("k"));
        CHECK_STR("whole", read_text("k/f"));
        die_writing("k/f");
        CHECK_STR("whole", read_text("k/f"));
        CHECK_INT(0, put("k/f", "again", false, NULL, &err));
        CHECK_STR("f ", names_in("k"));
    }
    TEST("also where it was killed between giving the name and taking the temporary one away")
    {
        char left[64];

        die_writing("k/g");
        snprintf(left, sizeof(left), "k/%.*s", (int)strcspn(names_in("k"), " "), names_in("k"));
        CHECK_INT(0, link(left, "k/precious"));
        CHECK_INT(0, put("k/g", "whole", true, NULL, &err));
        CHECK_STR("f g precious ", names_in("k"));
        CHECK_STR("longer tha", read_text("k/precious"));
    }
    TEST("a symbolic link in the temporary file's place is not followed")
    {
        char left[64];

        die_writing("k/h");
        snprintf(left, sizeof(left), "k/%.*s", (int)strcspn(names_in("k"), " "), names_in("k"));
        CHECK_INT(0, unlink(left));
        CHECK_INT(0, symlink("precious", left));
        CHECK_INT(0, put("k/h", "whole", false, NULL, &err));
        CHECK_STR("longer tha", read_text("k/precious"));
        CHECK_STR("whole", read_text("k/h"));
        unlink(left);
    }
}

/* Eight processes write one file over and over: readers see whole files only, and none of the
 * writers fails. */
static void test_many_writers(void)
{
    enum { WRITERS = 8, ROUNDS = 200, SIZE = 20000 };
    char *text = mem_alloc(SIZE + 1);
    int failures = 0;
    struct error err;

    file_make_dir("m", &err);
    for (int w = 0; w < WRITERS; w++) {
        if (fork() == 0) {
            int bad = 0;

            memset(text, 'a' + w, SIZE);
            text[SIZE] = '\0';
            for (int i = 0; i < ROUNDS; i++) {
                const char *now;

                bad += put("m/f", text, false, NULL, &err) < 0;
                now = read_text("m/f");
                bad += strlen(now) != SIZE || strspn(now, (char[]){*now, '\0'}) != SIZE;
            }
            _exit(bad ? 1 : 0);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;

        wait(&status);
        failures += status != 0;
    }
    free(text);
    TEST("many writers of one file do not disturb each other")
    {
        CHECK_INT(0, failures);
        CHECK_STR("f ", names_in("m"));
    }
}

static void test_one_winner(void)
{
    enum { WRITERS = 8, ROUNDS = 50 };
    int wins = 0;

    for (int w = 0; w < WRITERS; w++) {
        if (fork() == 0) {
            int won = 0;

            for (int i = 0; i < ROUNDS; i++) {
                char path[32];
                bool existed = true;
                struct error err;

                snprintf(path, sizeof(path), "w/%d", i);
                won += put(path, "mine", true, &existed, &err) == 0 && !existed;
            }
            _exit(won);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;

        wait(&status);
        wins += WEXITSTATUS(status);
    }
    TEST("of many writers that may not replace, exactly one wins each file")
    {
        CHECK_INT(ROUNDS, wins);
    }
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
    test_write();
    test_write_failures();
    test_killed();
    test_many_writers();
    test_one_winner();
    test_folders();
    test_lock();
    read_text(NULL);
    scratch_remove(folder);
    return unit_end();
}
