#ifndef MAKI_OFFLINE_JOB_FILES_H
#define MAKI_OFFLINE_JOB_FILES_H

#include <stddef.h>

#include "base/error.h"
#include "offline/job_store.h"

/* The objects of a batch job's input, one after the other as a local file, and where its output
 * goes. */
struct job_file {
    char *key;
    int64_t size;
};

struct job_files {
    struct job_store *store; /* NULL before job_files_init */
    char *bucket;
    struct job_file *items;
    size_t count, cap;
    char folder[64];                          /* for what follows; removed in the end */
    char local[80], output[80], shuffled[80]; /* paths */
};

/*
 * The object that the URI names, or all *.jsonl objects below it. -1 with the reason that the job
 * fails with. Clear it in any case.
 */
int job_files_init(struct job_files *files, struct job_store *store, const char *uri,
                   struct error *err);
void job_files_clear(struct job_files *files);

/* Get one into files->local. */
int job_files_fetch(const struct job_files *files, size_t index, struct error *err);

/* Store files->output as URI/ID/NAME.out, where NAME is the input's; and as the manifest. */
int job_files_put(const struct job_files *files, size_t index, const char *uri, const char *id,
                  struct error *err);
int job_files_put_manifest(const struct job_files *files, const char *uri, const char *id,
                           struct error *err);

#endif
