/* --state: which files' cases were handed on already. */
#ifndef MAKI_CMD_STATE_H
#define MAKI_CMD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"

/*
 * A state file is JSON Lines: a first line {"maki_state":"fetch 1","since":…,"select":{…}}, then
 * one line a file,
 * {"source","path","version","cases"}, sources together and their paths in the order in which
 * they are read. So the old state is read alongside the folders and the new one written on the
 * way, and memory does not depend on how many files there are.
 *
 * The new state goes to FILE.next; FILE changes only by state_commit, when the caller knows that
 * what was emitted is safe.
 */
struct state;

struct state_key {
    const char *source;  /* as the user named it */
    const char *path;    /* within the source */
    const char *version; /* anything that changes when the file does */
};

/*
 * Start on FILE (borrowed; it may be missing), under a lock. `select` (taken) tells which cases of
 * a file are wanted; where it is not what the state was made with, or since_ms is earlier
 * (INT64_MIN: none), the old state says nothing: *stale is set and all is read again. NULL with an
 * error.
 */
struct state *state_open(const char *path, jv select, int64_t since_ms, bool *stale,
                         struct error *err);

/* The order of a source's paths: that of folders, where '/' counts less than any byte of a name; or
 * bytewise, as S3 lists keys. */
enum state_order { STATE_BY_FOLDER, STATE_BYTEWISE };

/* A source begins, and ends; `complete` unless it was left early: what is left of it then stays
 * remembered. */
int state_begin_source(struct state *state, const char *source, enum state_order order,
                       struct error *err);
int state_end_source(struct state *state, const char *source, bool complete, struct error *err);

/* 1 if the file is the same as when it was remembered (*cases: how many it holds), 0 if not, -1
 * with an error. */
int state_is_unchanged(struct state *state, const struct state_key *key, int64_t *cases,
                       struct error *err);

/* Remember a file of which all is emitted that is wanted. */
int state_remember(struct state *state, const struct state_key *key, int64_t cases,
                   struct error *err);

/* Write FILE.next, whole. Sources that were not begun stay remembered. */
int state_finish(struct state *state, struct error *err);

/* Without state_finish before, nothing is left behind. NULL is fine. */
void state_free(struct state *state);

/* Put FILE.next in place of FILE; fine if there is none. *done tells. */
int state_commit(const char *path, bool *done, struct error *err);

#endif
