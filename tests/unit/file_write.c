#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "files.h"
#include "scratch.h"
#include "unit.h"

static char folder[] = "/tmp/maki-unit-file-write-XXXXXX";

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
            free(text);
            read_text(NULL);
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

int main(void)
{
    struct error err;

    scratch_make(folder);
    if (chdir(folder) < 0)
        return 1;
    put("hello", "hello", false, NULL, &err);
    test_write();
    test_write_failures();
    test_killed();
    test_many_writers();
    test_one_winner();
    read_text(NULL);
    scratch_remove(folder);
    return unit_end();
}
