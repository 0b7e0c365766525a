/* The walk through a bucket: objects of cases in the order of their keys, each of the CID data
 * collection's with its communications. */
#ifndef MAKI_CMD_BUCKET_WALK_H
#define MAKI_CMD_BUCKET_WALK_H

#include <stdbool.h>

#include "aws/s3_list.h"
#include "aws/s3_uri.h"
#include "fetch.h"

/*
 * Two lists are read side by side, that of the bucket and that of the communications; both are
 * sorted by key, and the keys of a case end alike, so memory does not depend on how many there are.
 */
struct bucket_walk;

struct bucket_file {
    struct s3_entry data; /* valid until the next call */
    bool joined;          /* of the CID data collection */
    bool has_communications;
    struct s3_entry communications;
};

/* `uri` is borrowed. Free with bucket_walk_free. */
struct bucket_walk *bucket_walk_new(struct fetch *fetch, struct http_transport *transport,
                                    const struct s3_uri *uri);

/* 1, 0 at the end, -1 with an error. Objects that hold no cases are passed over and counted. */
int bucket_walk_next(struct bucket_walk *walk, struct bucket_file *file, struct error *err);

/* Before the transport is closed. NULL is fine. */
void bucket_walk_free(struct bucket_walk *walk);

#endif
