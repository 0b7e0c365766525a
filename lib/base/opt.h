#ifndef MAKI_BASE_OPT_H
#define MAKI_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/error.h"

/*
 * Command-line options from tables, which also give the help text. A value comes from the flag,
 * else from the setting named by `key` (environment, then configuration file), else it stays what
 * the program put there: the default.
 */
enum opt_type {
    OPT_END,    /* closes a table */
    OPT_FLAG,   /* bool; from a setting: 1, true, yes or on */
    OPT_STRING, /* const char *; borrowed from argv or the configuration */
    OPT_LIST,   /* struct opt_list; repeatable, and commas separate */
    OPT_EACH,   /* struct opt_list; repeatable, each value taken whole */
    OPT_INT,    /* int64_t within [min, max] */
    OPT_SIZE,   /* int64_t bytes: a number with k, M or G (powers of 1024) */
    OPT_REAL,   /* double within [min, max] */
};

struct opt_list {
    char **items; /* freed by opt_list_free */
    size_t count;
    size_t cap;
};

struct opt {
    enum opt_type type;
    char letter;      /* 0 if it has none */
    const char *name; /* without the dashes */
    void *value;
    const char *arg; /* the argument's name in the help text; NULL for a flag */
    const char *key; /* setting, or NULL */
    const char *help;
    double min, max;
};

struct opt_program {
    const char *name;
    const char *synopsis;        /* after the name: "[OPTION]... [FILE]..." */
    const char *purpose;         /* a sentence or two */
    const struct opt *tables[8]; /* ended by NULL */
    const char *notes;           /* examples and hints, printed last; may be NULL */
    int operands_min, operands_max;
};

enum opt_outcome { OPT_RUN, OPT_HELP, OPT_VERSION, OPT_BAD };

/*
 * Parse argv; *operand becomes the index of the first operand. OPT_HELP and OPT_VERSION are for the
 * caller to print. OPT_BAD with ERR_USAGE (ERR_CONFIG for a bad setting).
 */
enum opt_outcome opt_parse(const struct opt_program *program, const struct conf *conf, int argc,
                           char **argv, int *operand, struct error *err);

/* The text of --help. */
void opt_help(const struct opt_program *program, struct buf *text);

/* A number of bytes ("10", "64k", "1.5G"); -1 if it is none or negative. */
int opt_parse_size(const char *text, int64_t *bytes);

bool opt_list_has(const struct opt_list *list, const char *item);
void opt_list_free(struct opt_list *list);

#endif
