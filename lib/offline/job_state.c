#include "offline/job_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "json/json.h"

enum { STATE_BYTES_MAX = 64 << 20 };

void job_state_init(struct job_state *state, const char *path)
{
    *state = (struct job_state){.path = path, .lock_fd = -1};
}

static void forget(struct job_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        jv_free(state->items[i].info);
        job_run_free(state->items[i].run);
    }
    state->count = 0;
}

void job_state_clear(struct job_state *state)
{
    forget(state);
    free(state->items);
    if (state->lock_fd >= 0)
        close(state->lock_fd);
    job_state_init(state, NULL);
}

struct job *job_state_add(struct job_state *state)
{
    state->items = mem_grow(state->items, &state->cap, state->count + 1, sizeof(*state->items));
    state->items[state->count] = (struct job){.info = jv_object()};
    return &state->items[state->count++];
}

static void add_read(struct job_state *state, jv value)
{
    struct job *job = job_state_add(state);
    const char *digest = json_str(value, "digest", NULL);

    jv_free(job->info);
    job->info = jv_copy(json_get(value, "info"));
    job->polls = json_int(value, "polls", 0);
    job->nth = json_int(value, "nth", 0);
    snprintf(job->digest, sizeof(job->digest), "%s", digest ? digest : "");
}

/* Whether a job that was read has what is looked at without asking. */
static bool is_whole(jv value)
{
    jv info = json_get(value, "info");
    const char *arn = json_str(info, "jobArn", NULL);

    return arn != NULL && strchr(arn, '/') != NULL && json_str(info, "status", NULL) != NULL &&
           json_str(info, "jobName", NULL) != NULL && json_str(info, "submitTime", NULL) != NULL;
}

static int read_file(struct job_state *state, struct error *err)
{
    struct buf text;
    int status;
    jv all = jv_invalid();

    forget(state);
    if (!file_exists(state->path))
        return 0;
    buf_init(&text, STATE_BYTES_MAX);
    status = file_read(state->path, &text, err);
    if (status == 0)
        all = json_parse(buf_str(&text), text.len, NULL, err);
    if (status == 0 && !json_is(all, JV_KIND_ARRAY))
        status = error_set(err, ERR_DATA, "BadState", "%s is no list of jobs", state->path);
    for (int i = 0; status == 0 && i < json_count(all); i++) {
        if (is_whole(json_at(all, i)))
            add_read(state, json_at(all, i));
    }
    jv_free(all);
    buf_clear(&text);
    return status;
}

int job_state_open(struct job_state *state, struct error *err)
{
    char *lock;

    state->changed = false;
    if (state->path == NULL)
        return 0;
    if (file_make_parent(state->path, err) < 0)
        return -1;
    lock = mem_printf("%s.lock", state->path);
    state->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    free(lock);
    while (state->lock_fd >= 0 && flock(state->lock_fd, LOCK_EX) < 0) {
        if (errno != EINTR)
            break;
    }
    if (state->lock_fd < 0)
        return error_set_errno(err, ERR_IO, errno, "LockFailed", "cannot lock %s", state->path);
    if (read_file(state, err) == 0)
        return 0;
    close(state->lock_fd);
    state->lock_fd = -1;
    return -1;
}

static int write_file(const struct job_state *state, struct error *err)
{
    struct buf text;
    struct file_write write = {.path = state->path, .mode = 0600};
    int status;

    buf_init(&text, STATE_BYTES_MAX);
    for (size_t i = 0; i < state->count; i++) {
        const struct job *job = &state->items[i];

        buf_addf(&text,
                 "%s{\"digest\":\"%s\",\"polls\":%lld,\"nth\":%lld,\"info\":", i ? ",\n" : "[",
                 job->digest, (long long)job->polls, (long long)job->nth);
        json_write(&text, job->info);
        buf_addc(&text, '}');
    }
    buf_adds(&text, state->count ? "]\n" : "[]\n");
    write.data = buf_str(&text);
    write.len = text.len;
    status = buf_full(&text) ? error_set(err, ERR_DATA, "TooManyJobs", "%s is full", state->path)
                             : file_write_atomic(&write, NULL, err);
    buf_clear(&text);
    return status;
}

int job_state_close(struct job_state *state, struct error *err)
{
    int status = 0;

    if (state->path == NULL)
        return 0;
    if (state->changed)
        status = write_file(state, err);
    close(state->lock_fd);
    state->lock_fd = -1;
    return status;
}
