#ifndef MAKI_OFFLINE_JOB_STORE_H
#define MAKI_OFFLINE_JOB_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Where batch jobs read and write: what S3 is for Bedrock. Objects pass through local files, so
 * that their size costs no memory.
 */
struct job_store {
    const struct job_store_ops *ops;
};

/* Called for each object, by key; another value than 0 ends the list. */
typedef int job_store_each_fn(void *context, const char *key, int64_t size);

/* All: 0, or -1 with an error; "NoSuchKey" for an object that is not there. */
struct job_store_ops {
    int (*list)(struct job_store *s, const char *bucket, const char *prefix,
                job_store_each_fn *each, void *context, struct error *err);
    /* Write an object's content to a file that is open at its start. */
    int (*fetch)(struct job_store *s, const char *bucket, const char *key, int fd,
                 struct error *err);
    /* Store a file's content. */
    int (*put)(struct job_store *s, const char *bucket, const char *key, const char *path,
               struct error *err);
    void (*free)(struct job_store *s);
};

int job_store_list(struct job_store *s, const char *bucket, const char *prefix,
                   job_store_each_fn *each, void *context, struct error *err);
int job_store_fetch(struct job_store *s, const char *bucket, const char *key, int fd,
                    struct error *err);
int job_store_put(struct job_store *s, const char *bucket, const char *key, const char *path,
                  struct error *err);

/* NULL is fine. */
void job_store_free(struct job_store *s);

/* Over a folder as folder.h lays it out; `root` must outlive it. */
struct job_store *job_store_folder_new(const char *root);

#endif
