/* What the parts of maki-fetch share. */
#ifndef MAKI_CMD_FETCH_H
#define MAKI_CMD_FETCH_H

#include "base/seen.h"
#include "select.h"
#include "state.h"
#include "tool/tool.h"
#include "tool/transport.h"
#include "json/jsonl.h"

/* One run. */
struct fetch {
    struct tool tool;
    struct tool_transport world; /* opened by fetch_transport */
    struct select select;
    struct seen *seen;   /* the caseIds that were emitted */
    struct state *state; /* NULL without --state */
    const char *state_path;
    const char *source; /* the one that is being read, as the user named it */
    bool no_source;
    int64_t limit; /* 0: none */
    bool done;     /* the limit is reached: nothing more is read */
    struct {
        int64_t files;
        int64_t files_unchanged;
        int64_t files_ignored;
        int64_t duplicates;
        int64_t undated; /* no timeCreated that --since and --until could be held against */
        int64_t conversations_cut; /* DescribeCases gave their latest communications only */
        int64_t communications_without_data; /* files */
    } stats;
    struct {
        int64_t cases;
        bool partial;     /* something in it is still to be emitted, another time */
        const char *etag; /* an object's, or NULL */
    } file;               /* the one that is being read */
    struct {
        bool repaired; /* it had text that was not valid Unicode */
        int element;   /* of a page, from 0; -1: it is no page */
    } value;           /* the one that is being taken */
    bool told_unjoined;
    bool told_no_communications;
    bool told_forgot;
};

/* A kind of SOURCE. The first in the table that matches has it. */
struct source_kind {
    bool (*matches)(const char *spec);
    /* Before anything is read: can it be used? -1 with an error that says what to do. NULL: always.
     */
    int (*check)(const char *spec, struct error *err);
    /* Hand all of its cases to intake_value. -1 if the run cannot go on; tool.fatal is then set. */
    int (*read)(struct fetch *fetch, const char *spec);
    bool bytewise; /* the order in which its files come */
};
const struct source_kind *source_kind(const char *spec);

/* What leads to AWS, opened when a source first needs it. -1 with an error that says what to do. */
int fetch_transport(struct fetch *fetch, struct http_transport **transport, struct error *err);

/* Every file of cases in a folder and the folders in it. -1 only when tool.fatal is set, here and
 * below. */
int tree_read(struct fetch *fetch, const char *folder);

/*
 * A file (or pipe) of cases, "-" for standard input: every record in it, and with it --state.
 * `relative` is its path within the source, "" where it is the source. What cannot be read is a
 * failure of one record.
 */
int infile_read(struct fetch *fetch, const char *path, const char *relative);

/* Where a file's or object's cases come from. */
struct origin {
    const char *uri;  /* as in the record; NULL for standard input */
    const char *etag; /* an object's, or NULL */
    bool joined;      /* a case of the CID data collection; its communications are elsewhere: */
    /* Open them. NULL with an error, or, where there are none, with one of kind ERR_NONE. */
    struct jsonl *(*open_communications)(struct fetch *fetch, void *context, struct error *err);
    void *context;
};

/* All values of an open file or object. */
int values_read(struct fetch *fetch, struct jsonl *reader, const struct origin *origin);

/* How files and objects are read. */
struct jsonl_options values_options(const struct fetch *fetch);

/* .json, .jsonl, .ndjson, each also with .gz behind it. */
bool values_are_in(const char *name);

/* --state knows the file as one of `cases` cases: they are skipped. */
int values_skip_unchanged(struct fetch *fetch, const struct state_key *key, int64_t cases);

/* One value that was read: a case or a page, counted and handled. Takes record->value. `uri` as in
 * the record, or NULL. */
int intake_value(struct fetch *fetch, const struct tool_record *record, const char *uri);

/* A record that failed before it was a case; not counted as in yet. Borrows. */
int intake_reject(struct fetch *fetch, const struct tool_record *record, const struct error *err);

/* A file or folder that cannot be read: one record in, one failed. */
int intake_unreadable(struct fetch *fetch, const char *path, const struct error *err);

/* Text of a value was not valid Unicode and was replaced: warn and count. */
void intake_repaired(struct fetch *fetch, const char *path, long line);

#endif
