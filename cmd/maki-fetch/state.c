#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/jsonl.h"

#define STATE_FORMAT "fetch 1"

enum { STATE_LINE_MAX = 1 << 20 };

/* Of a source, as bits. */
enum { OLD = 1, BEGUN = 2 };

struct state {
    const char *path;
    char *next;      /* FILE.next */
    char *temporary; /* FILE.next.tmp: unfinished */
    int lock;
    bool has_old;
    struct jsonl *old;      /* the old state; NULL at its end or without one */
    jv entry;               /* what comes next in it; jv_invalid() at its end */
    enum state_order order; /* of the source that was begun */
    struct map *sources;    /* by name: OLD, BEGUN */
    struct out *out;
    struct buf line;
};

static int write_value(struct state *state, jv value, struct error *err)
{
    buf_reset(&state->line);
    if (json_write(&state->line, value) < 0)
        return error_set(err, ERR_DATA, "StateTooLong", "%s: a line of over %d bytes", state->path,
                         STATE_LINE_MAX);
    return out_buf(state->out, &state->line, err);
}

static int write_header(struct state *state, jv select, int64_t since_ms, struct error *err)
{
    jv header = jv_object();
    char since[TIME_ISO_SIZE] = "";
    int status;

    if (since_ms != INT64_MIN)
        time_format_iso(since_ms, since);
    json_set_str(&header, "maki_state", STATE_FORMAT);
    json_set_str(&header, "since", since);
    json_set(&header, "select", jv_copy(select));
    status = write_value(state, header, err);
    jv_free(header);
    return status;
}

static int damaged(const struct state *state, long line, struct error *err)
{
    return error_set(
        err, ERR_DATA, "BadState",
        "%s:%ld: this is no line of a state of maki-fetch; remove the file to start over",
        state->path, line);
}

static void close_old(struct state *state)
{
    jsonl_close(state->old);
    state->old = NULL;
    jv_free(state->entry);
    state->entry = jv_invalid();
}

/* The next line of the old state to `entry`; jv_invalid() at the end. */
static int advance(struct state *state, struct error *err)
{
    enum jsonl_status status;

    if (state->old == NULL)
        return 0;
    jv_free(state->entry);
    state->entry = jv_invalid();
    status = jsonl_next(state->old, &state->entry, err);
    if (status == JSONL_FAILED)
        return -1;
    if (status == JSONL_BAD)
        return damaged(state, jsonl_line(state->old), err);
    if (status == JSONL_END) {
        close_old(state);
        return 0;
    }
    if (jsonl_line(state->old) == 1 ? !json_has(state->entry, "maki_state")
                                    : json_str(state->entry, "source", NULL) == NULL ||
                                          json_str(state->entry, "path", NULL) == NULL ||
                                          json_str(state->entry, "version", NULL) == NULL)
        return damaged(state, jsonl_line(state->old), err);
    return 0;
}

/* Read the old state from its start: `entry` is the header afterwards, if there is an old state. */
static int rewind_old(struct state *state, struct error *err)
{
    struct jsonl_options options = {.line_bytes_max = STATE_LINE_MAX};

    close_old(state);
    if (!state->has_old)
        return 0;
    state->old = jsonl_open(state->path, &options, err);
    return state->old ? advance(state, err) : -1;
}

/* Does the header (state->entry) allow for what is asked now? A later --since only makes the wanted
 * fewer. */
static bool header_fits(const struct state *state, jv select, int64_t since_ms)
{
    const char *format = json_str(state->entry, "maki_state", NULL);
    const char *since = json_str(state->entry, "since", NULL);
    int64_t old_since_ms = INT64_MIN;

    if (format == NULL || strcmp(format, STATE_FORMAT) != 0 || since == NULL)
        return false;
    if (*since != '\0' && time_parse_iso(since, &old_since_ms) < 0)
        return false;
    return since_ms >= old_since_ms &&
           jv_equal(jv_copy(json_get(state->entry, "select")), jv_copy(select));
}

/* Which sources the old state knows; and it is read whole once, so that damage shows before
 * anything is emitted. */
static int list_sources(struct state *state, struct error *err)
{
    while (state->old != NULL) {
        const char *source = json_str(state->entry, "source", NULL);

        if (source != NULL)
            *map_value(state->sources, map_add(state->sources, source, strlen(source))) |= OLD;
        if (advance(state, err) < 0)
            return -1;
    }
    return rewind_old(state, err);
}

static int open_old(struct state *state, jv select, int64_t since_ms, bool *stale,
                    struct error *err)
{
    *stale = false;
    state->has_old = file_exists(state->path);
    if (rewind_old(state, err) < 0)
        return -1;
    if (state->old == NULL) {
        state->has_old = false; /* also where it is empty */
        return 0;
    }
    if (header_fits(state, select, since_ms))
        return list_sources(state, err);
    *stale = true;
    state->has_old = false;
    close_old(state);
    return 0;
}

/* A FILE.next that nobody committed tells of a run that failed later on: it must not be committed
 * for this one. */
static int remove_next(const struct state *state, struct error *err)
{
    if (unlink(state->next) < 0 && errno != ENOENT)
        return error_set_errno(err, ERR_CANTCREAT, errno, "FileError", "cannot remove %s",
                               state->next);
    return 0;
}

struct state *state_open(const char *path, jv select, int64_t since_ms, bool *stale,
                         struct error *err)
{
    struct state *state = mem_calloc(1, sizeof(*state));
    char *lock = mem_printf("%s.lock", path);
    int status;

    state->path = path;
    state->next = mem_printf("%s.next", path);
    state->temporary = mem_printf("%s.next.tmp", path);
    state->entry = jv_invalid();
    state->sources = map_new();
    buf_init(&state->line, STATE_LINE_MAX);
    state->lock = file_lock(lock, err);
    free(lock);
    status = state->lock;
    if (status >= 0)
        status = remove_next(state, err);
    if (status >= 0)
        status = open_old(state, select, since_ms, stale, err);
    if (status >= 0) {
        state->out = out_open(state->temporary, err);
        status = state->out ? write_header(state, select, since_ms, err) : -1;
    }
    jv_free(select);
    if (status >= 0)
        return state;
    state_free(state);
    return NULL;
}

static bool entry_is_of(const struct state *state, const char *source)
{
    const char *name = json_str(state->entry, "source", NULL);

    return name != NULL && strcmp(name, source) == 0;
}

/* On to the first entry of the source, from here to the end and then once from the start. */
int state_begin_source(struct state *state, const char *source, enum state_order order,
                       struct error *err)
{
    long long *known = map_value(state->sources, map_add(state->sources, source, strlen(source)));

    *known |= BEGUN;
    state->order = order;
    if (!(*known & OLD))
        return 0;
    for (int pass = 0; pass < 2; pass++) {
        while (state->old != NULL && !entry_is_of(state, source)) {
            if (advance(state, err) < 0)
                return -1;
        }
        if (state->old != NULL)
            return 0;
        if (pass == 0 && rewind_old(state, err) < 0)
            return -1;
    }
    return 0;
}

int state_end_source(struct state *state, const char *source, bool complete, struct error *err)
{
    while (!complete && entry_is_of(state, source)) {
        if (write_value(state, state->entry, err) < 0 || advance(state, err) < 0)
            return -1;
    }
    return 0;
}

/* The order in which folders are read: by path component, bytewise; so '/' counts as lower than any
 * byte of a name. */
static int compare_paths(const char *a, const char *b)
{
    for (;; a++, b++) {
        unsigned char x = *a == '/' ? 0 : (unsigned char)*a;
        unsigned char y = *b == '/' ? 0 : (unsigned char)*b;

        if (x != y)
            return x < y ? -1 : 1;
        if (*a == '\0' || *b == '\0')
            return (*a != '\0') - (*b != '\0');
    }
}

/* JSON cannot hold every file name: such a file is read each time. */
static bool can_hold(const struct state_key *key)
{
    size_t source_len = strlen(key->source);
    size_t path_len = strlen(key->path);

    return utf8_valid_prefix(key->source, source_len) == source_len &&
           utf8_valid_prefix(key->path, path_len) == path_len;
}

int state_is_unchanged(struct state *state, const struct state_key *key, int64_t *cases,
                       struct error *err)
{
    while (entry_is_of(state, key->source)) {
        const char *path = json_str(state->entry, "path", NULL);
        int order = state->order == STATE_BYTEWISE ? strcmp(path, key->path)
                                                   : compare_paths(path, key->path);

        if (order == 0) {
            *cases = json_int(state->entry, "cases", 0);
            return strcmp(json_str(state->entry, "version", NULL), key->version) == 0;
        }
        if (order > 0)
            break;
        if (advance(state, err) < 0)
            return -1;
    }
    return 0;
}

int state_remember(struct state *state, const struct state_key *key, int64_t cases,
                   struct error *err)
{
    jv entry;
    int status;

    if (!can_hold(key))
        return 0;
    entry = jv_object();
    json_set_str(&entry, "source", key->source);
    json_set_str(&entry, "path", key->path);
    json_set_str(&entry, "version", key->version);
    json_set(&entry, "cases", jv_number((double)cases));
    status = write_value(state, entry, err);
    jv_free(entry);
    return status;
}

/* What the old state knows of sources that this run was not about. */
static int carry_over(struct state *state, struct error *err)
{
    if (rewind_old(state, err) < 0)
        return -1;
    while (state->old != NULL) {
        const char *source = json_str(state->entry, "source", NULL);
        long index = source ? map_find(state->sources, source, strlen(source)) : MAP_NONE;

        if (index != MAP_NONE && !(*map_value(state->sources, (size_t)index) & BEGUN) &&
            write_value(state, state->entry, err) < 0)
            return -1;
        if (advance(state, err) < 0)
            return -1;
    }
    return 0;
}

int state_finish(struct state *state, struct error *err)
{
    int status = carry_over(state, err);
    struct error close_error;

    if (out_close(state->out, status < 0 ? &close_error : err) < 0)
        status = -1;
    state->out = NULL;
    if (status == 0)
        status = file_rename(state->temporary, state->next, err);
    if (status < 0)
        unlink(state->temporary);
    return status;
}

void state_free(struct state *state)
{
    struct error ignored;

    if (state == NULL)
        return;
    if (state->out != NULL) {
        out_close(state->out, &ignored);
        unlink(state->temporary);
    }
    close_old(state);
    map_free(state->sources);
    buf_clear(&state->line);
    free(state->next);
    free(state->temporary);
    if (state->lock >= 0)
        close(state->lock);
    free(state);
}

int state_commit(const char *path, bool *done, struct error *err)
{
    char *next = mem_printf("%s.next", path);
    int status = 0;

    *done = file_exists(next);
    if (*done)
        status = file_rename(next, path, err);
    free(next);
    return status;
}
