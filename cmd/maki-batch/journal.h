#ifndef MAKI_CMD_JOURNAL_H
#define MAKI_CMD_JOURNAL_H

#include "base/error.h"
#include "json/json.h"

/*
 * A journal: JSON Lines that are only ever added to, each on the disk before what it announces is
 * done. A last line that a crash cut off announces nothing, since nothing was done yet: it is taken
 * away at the next opening. One process at a time has it.
 */
struct journal;

/* Called for each event so far, which it borrows. -1 with an error ends it. */
typedef int journal_each_fn(void *context, jv event, struct error *err);

/*
 * Open or make it, under a lock, and read what is there. NULL with ERR_TEMP where another process
 * has it, ERR_DATA for a line that is no event, ERR_IO, ERR_CANTCREAT. Close with journal_close.
 */
struct journal *journal_open(const char *path, journal_each_fn *each, void *context,
                             struct error *err);
void journal_close(struct journal *journal);

/* Add an event (taken); it is on the disk when this returns. */
int journal_add(struct journal *journal, jv event, struct error *err);

/* Forget all events: what they were about is over. */
int journal_clear(struct journal *journal, struct error *err);

#endif
