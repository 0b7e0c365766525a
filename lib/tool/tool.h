#ifndef MAKI_TOOL_TOOL_H
#define MAKI_TOOL_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/opt.h"
#include "base/out.h"
#include "base/progress.h"
#include "json/json.h"

/*
 * What every program of the kit does alike: options, the loop over records, accounting (in = out +
 * failed + skipped), failures, statistics, exit status. A program is its options, its callback and
 * its summary.
 */

/* Options that all programs share; put tool_common_options last in opt_program.tables. */
struct tool_common {
    bool quiet;
    bool verbose;
    const char *stats;    /* file, or NULL */
    const char *failures; /* file, or NULL */
    int64_t line_bytes_max;
};
extern const struct opt tool_common_options[];

struct tool_counts {
    int64_t in;
    int64_t out;
    int64_t failed;
    int64_t skipped;
    int64_t repaired; /* of those in: came with text that is not UTF-8, which was replaced */
};

struct tool {
    const struct opt_program *program;
    const struct tool_common *common;
    struct conf *conf;
    const struct clock *clock;
    struct tool_counts counts;
    struct progress progress;
    struct out *out;
    jv stats; /* an object the program may add members to, written by --stats after the counts */
    int64_t started_ms;
    struct out *failures; /* opened at the start if asked for */
    struct buf line;      /* scratch for one output line */
    struct error fatal;   /* what stopped the program; kind ERR_NONE if nothing did */
};

/* One record on its way through a program. Where it came from is for messages. */
struct tool_record {
    jv value;           /* jv_invalid() where the input was no JSON; then `text` has it */
    const char *source; /* the input's name */
    long line;
    const char *text;
    size_t text_len;
};

/*
 * Read configuration and options, open outputs. -1 to go on, with *operand the first operand's
 * index; otherwise the exit status to leave with (help was printed, usage was wrong). tool_end is
 * called only after -1.
 */
int tool_begin(struct tool *tool, const struct opt_program *program, int argc, char **argv,
               int *operand);

/* Flush, write statistics, check the sum, clean up: the exit status. */
int tool_end(struct tool *tool);

/* Clean up without a word: the program did something else than work through records. */
void tool_abandon(struct tool *tool);

/*
 * Hand each record of the files (or standard input where there are none) to `each`, which takes
 * over record->value and accounts for it with tool_emit, tool_skip or tool_reject, then or later.
 * Lines that are no JSON object are rejected here. It stops early, with -1, when `each` returns -1
 * (tool->fatal is then set) or reading fails.
 */
typedef int tool_each_fn(struct tool *tool, const struct tool_record *record, void *context);
int tool_each_record(struct tool *tool, int file_count, char **files, tool_each_fn *each,
                     void *context);

/* A record came in by another way than tool_each_record. */
void tool_count_in(struct tool *tool);

/* Write one record to standard output and count it as out. The value is borrowed. -1 (fatal is set)
 * when writing fails. */
int tool_emit(struct tool *tool, jv record);

/* Count a record as skipped: not wanted, for the reason given to the user when verbose. */
void tool_skip(struct tool *tool, const struct tool_record *record, const char *reason);

/* Count a record as failed: a line for people, and a failure record for --failures. Borrows the
 * record. -1 as tool_emit. */
int tool_reject(struct tool *tool, const struct tool_record *record, const char *stage,
                const struct error *err);

/* Note the error that ends the program. Returns -1. */
int tool_fatal(struct tool *tool, const struct error *err);

#endif
