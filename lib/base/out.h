#ifndef MAKI_BASE_OUT_H
#define MAKI_BASE_OUT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Checked output: whole lines, buffered, every write looked at. A reader that went away (`| head
 * -1`) ends the program silently by SIGPIPE, as any filter; every other failure comes back as an
 * error, and the first one sticks.
 */
struct out;

/* Standard output, or a file that is made or emptied. NULL with an error. Close with out_close. */
struct out *out_stdout(void);
struct out *out_open(const char *path, struct error *err);

/* Write one record: the bytes and a newline. -1 with ERR_IO (status 74). */
int out_line(struct out *out, const char *data, size_t len, struct error *err);
int out_buf(struct out *out, const struct buf *line, struct error *err);

/* Hand on what is buffered. Called before a wait, so that readers see the records that are done. */
int out_flush(struct out *out, struct error *err);

/* Flush, check and free; NULL is fine. A file is also fsynced. */
int out_close(struct out *out, struct error *err);

#endif
