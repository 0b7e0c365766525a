#ifndef MAKI_JSON_JSONL_H
#define MAKI_JSON_JSONL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/input.h"
#include "json/json.h"

/*
 * Reads JSON Lines: one value a line, plain or gzip, with LF or CRLF, an optional byte order mark
 * at the start; blank lines are passed over. Memory is bounded by the longest line.
 */
struct jsonl;

enum { JSONL_LINE_MAX_DEFAULT = 64 << 20 };

enum jsonl_status {
    JSONL_VALUE, /* *value is the caller's */
    JSONL_BAD, /* this line cannot be used; err says why, with name and line; go on with the next */
    JSONL_END,
    JSONL_FAILED, /* reading itself failed; nothing more comes */
};

struct jsonl_options {
    size_t line_bytes_max; /* 0: JSONL_LINE_MAX_DEFAULT */
    bool documents; /* a line of only '{' or '[' starts a pretty-printed value that ends with the
                       line of its bracket */
};

/* Open a file or "-". NULL with an error. */
struct jsonl *jsonl_open(const char *path, const struct jsonl_options *options, struct error *err);

/* Read from a source of one's own instead, called `name`. */
struct jsonl *jsonl_open_source(const struct input_source *source, const char *name,
                                const struct jsonl_options *options);

/* The next value. */
enum jsonl_status jsonl_next(struct jsonl *reader, jv *value, struct error *err);

/* The next line itself, unparsed, without its end; JSONL_VALUE then means that there is one. Not
 * mixed with jsonl_next. */
enum jsonl_status jsonl_next_line(struct jsonl *reader, struct error *err);

/* Of the current value: its text (valid until the next call), its line number from 1, whether bad
 * text was replaced. */
const char *jsonl_text(const struct jsonl *reader, size_t *len);
long jsonl_line(const struct jsonl *reader);
bool jsonl_repaired(const struct jsonl *reader);

/* "cases.jsonl" or "standard input". */
const char *jsonl_name(const struct jsonl *reader);

void jsonl_close(struct jsonl *reader);

#endif
