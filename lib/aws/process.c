#include "aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { READ_BYTES = 4096 };

static int fail(struct error *err, const char *what)
{
    return error_set_errno(err, ERR_PERM, errno, "ProcessFailed", "%s", what);
}

/* Signals as a program expects them at its start: SIGPIPE, for one, may be ignored in ours. */
static void init_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t usual;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGTERM);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/*
 * The command comes from the user's own configuration, and a shell reads it, as with the AWS SDKs.
 * /
 */
static pid_t start(const char *command, int output)
{
    char shell[] = "sh";
    char option[] = "-c";
    char *text = mem_strdup(command);
    char *argv[] = {shell, option, text, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid;
    int status;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    init_attributes(&attributes);
    status = posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(text);
    errno = status;
    return status == 0 ? pid : -1;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

static int too_late(struct error *err)
{
    return error_set(err, ERR_PERM, "ProcessFailed", "it took too long and was killed");
}

/* All that comes, to its end. */
static int read_output(int fd, int64_t deadline_ms, struct buf *output, struct error *err)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    ssize_t got = 1;

    while (got != 0) {
        int64_t left = deadline_ms - now_ms();
        char part[READ_BYTES];
        int full;

        if (left <= 0)
            return too_late(err);
        if (poll(&ready, 1, left < 60000 ? (int)left : 60000) <= 0)
            continue;
        got = read(fd, part, sizeof(part));
        if (got < 0 && errno != EINTR)
            return fail(err, "its output cannot be read");
        full = got > 0 ? buf_add(output, part, (size_t)got) : 0;
        mem_wipe(part, sizeof(part));
        if (full < 0)
            return error_set(err, ERR_PERM, "ProcessFailed", "it wrote more than %zu bytes",
                             output->max);
    }
    return 0;
}

/*
 * Its output has ended; so should it. *pid becomes -1 once there is no such process of ours any
 * more.
 */
static int wait_for(pid_t *pid, int64_t deadline_ms, struct error *err)
{
    enum { NAP_MS = 2 };
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(*pid, &status, WNOHANG)) == 0) {
        if (now_ms() >= deadline_ms)
            return too_late(err);
        clock_sleep_ms(clock_system(), NAP_MS);
    }
    *pid = -1;
    if (ended < 0) /* nobody knows how it ended: our parent had the kernel reap all children */
        return 0;
    if (WIFSIGNALED(status))
        return error_set(err, ERR_PERM, "ProcessFailed", "it was killed by signal %d",
                         WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return error_set(err, ERR_PERM, "ProcessFailed", "it ended with status %d",
                         WEXITSTATUS(status));
    return 0;
}

int aws_process_run(void *context, const char *command, int64_t timeout_ms, struct buf *output,
                    struct error *err)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    int ends[2];
    int status;
    pid_t pid;

    (void)context;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return fail(err, "no pipe to it can be made");
    pid = start(command, ends[1]);
    status = pid < 0 ? fail(err, "/bin/sh cannot be run") : 0;
    close(ends[1]);
    if (status == 0)
        status = read_output(ends[0], deadline_ms, output, err);
    if (status == 0)
        status = wait_for(&pid, deadline_ms, err);
    close(ends[0]);
    if (pid > 0) { /* it was given up on */
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return status;
}
