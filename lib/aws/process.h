#ifndef MAKI_AWS_PROCESS_H
#define MAKI_AWS_PROCESS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Run a command with /bin/sh and append what it writes to `output`. It reads nothing (our standard
 * input is data), and shares our standard error and terminal, so that it can ask its user
 * something. -1 with an error when it cannot be run, ends with another status than 0, writes more
 * than fits, or does not end in time (it is killed then). No message shows its command or its
 * output.
 */
typedef int aws_process_fn(void *context, const char *command, int64_t timeout_ms,
                           struct buf *output, struct error *err);

/* The one that really does; `context` is not used. */
int aws_process_run(void *context, const char *command, int64_t timeout_ms, struct buf *output,
                    struct error *err);

#endif
