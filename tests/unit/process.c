#include "aws/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "unit.h"

enum { AMPLE_MS = 20000, OUTPUT_BYTES_MAX = 1000 };

static size_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* What a command writes, or the error. */
static void check_run(const char *expected, const char *command, int64_t timeout_ms)
{
    size_t before = count_descriptors();
    struct error err = {0};
    struct buf output;
    int status;

    buf_init_secret(&output, OUTPUT_BYTES_MAX);
    status = aws_process_run(NULL, command, timeout_ms, &output, &err);
    CHECK_STR(expected, status == 0 ? buf_str(&output) : err.message);
    CHECK_INT(status == 0 ? ERR_NONE : ERR_PERM, err.kind);
    buf_clear(&output);
    CHECK_INT(before, count_descriptors());
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD); /* no child is left behind */
}

static void test_output(void)
{
    char all[OUTPUT_BYTES_MAX + 1];

    TEST("what a command writes is all there, whether it comes at once or piece by piece")
    {
        check_run("hello\n", "echo hello", AMPLE_MS);
        check_run("abc", "printf a; printf b; sh -c 'printf c'", AMPLE_MS);
        check_run("", "true", AMPLE_MS);
    }
    TEST("the shell reads it, as with the AWS SDKs")
    {
        check_run("a b|$x\n", "x='a b'; echo \"$x|\\$x\"", AMPLE_MS);
    }
    TEST("output has a maximum")
    {
        memset(all, 'x', OUTPUT_BYTES_MAX);
        all[OUTPUT_BYTES_MAX] = '\0';
        check_run(all, "printf '%01000d' 0 | tr 0 x", AMPLE_MS);
        check_run("it wrote more than 1000 bytes", "printf '%01001d' 0", AMPLE_MS);
        check_run("it wrote more than 1000 bytes", "exec yes", AMPLE_MS);
    }
}

static void test_status(void)
{
    TEST("a command that fails is an error, whatever it wrote")
    {
        check_run("it ended with status 3", "echo hello; exit 3", AMPLE_MS);
        check_run("it ended with status 127", "/none/such 2>/dev/null", AMPLE_MS);
        check_run("it was killed by signal 15", "kill $$", AMPLE_MS);
    }
}

static void test_time(void)
{
    const struct clock *clock = clock_system();
    int64_t started_ms = clock_monotonic_ms(clock);

    TEST("a command that takes too long is killed, silent or not, and also when it has closed its "
         "output")
    {
        check_run("it took too long and was killed", "exec sleep 100", 50);
        check_run("it took too long and was killed", "trap '' TERM; while :; do :; done", 50);
        check_run("it took too long and was killed", "exec sleep 100 >&-", 50);
        CHECK(clock_monotonic_ms(clock) - started_ms < AMPLE_MS);
    }
}

static void test_streams(void)
{
    int saved_in = dup(STDIN_FILENO);
    int saved_err = dup(STDERR_FILENO);
    char path[] = "/tmp/maki-unit-process-XXXXXX";
    int fd = mkstemp(path);
    struct buf text;
    struct error err;

    TEST("it cannot eat our input, which is data")
    {
        dup2(fd, STDIN_FILENO);
        CHECK_INT(5, write(fd, "data\n", 5));
        lseek(fd, 0, SEEK_SET);
        check_run("", "cat", AMPLE_MS);
        dup2(saved_in, STDIN_FILENO);
    }
    TEST("what it says on standard error reaches the user")
    {
        CHECK_INT(0, ftruncate(fd, 0));
        dup2(fd, STDERR_FILENO);
        check_run("out\n", "echo touch your key >&2; echo out", AMPLE_MS);
        dup2(saved_err, STDERR_FILENO);
        buf_init(&text, 100);
        CHECK_INT(0, file_read(path, &text, &err));
        CHECK_STR("touch your key\n", buf_str(&text));
        buf_clear(&text);
    }
    TEST("it works where our own standard streams are closed")
    {
        close(STDIN_FILENO);
        check_run("out\n", "cat; echo out", AMPLE_MS);
        dup2(saved_in, STDIN_FILENO);
    }
    TEST("signals that we ignore are as usual for it")
    {
        struct sigaction ignore = {.sa_handler = SIG_IGN};
        struct sigaction old;

        sigaction(SIGPIPE, &ignore, &old);
        check_run("it was killed by signal 13", "kill -PIPE $$", AMPLE_MS);
        sigaction(SIGPIPE, &old, NULL);
    }
    close(fd);
    close(saved_in);
    close(saved_err);
    unlink(path);
}

int main(void)
{
    test_output();
    test_status();
    test_time();
    test_streams();
    return unit_end();
}
