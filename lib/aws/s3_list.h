#ifndef MAKI_AWS_S3_LIST_H
#define MAKI_AWS_S3_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/s3_request.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * The objects of a bucket whose keys start with a prefix, one after the other in the order of S3:
 * bytewise by key. Pages of 1,000 are asked for as they are needed, the next one while the current
 * one is read; memory does not depend on how many there are.
 */
struct s3_entry {
    const char *key; /* decoded; valid until the next call */
    size_t key_len;  /* where strlen(key) is less, a NUL is in the key: no request can name it */
    const char *etag;
    int64_t size;
};

struct s3_list;

/* Nothing is asked for yet. Copies the names. Free with s3_list_free. */
struct s3_list *s3_list_new(struct http_transport *transport, const char *bucket,
                            const char *prefix);

/* 1: *entry is the next one; 0: there is none; -1 with an error as s3_error_read. Waits. */
int s3_list_next(struct s3_list *list, struct s3_entry *entry, struct error *err);

/* Go on behind this key instead, without asking for what lies between. -1 when waiting failed. */
int s3_list_seek(struct s3_list *list, const char *key, struct error *err);

/* Waits for a page that is on its way. Before its transport is freed. NULL is fine. */
void s3_list_free(struct s3_list *list);

#endif
