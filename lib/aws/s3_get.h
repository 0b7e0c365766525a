#ifndef MAKI_AWS_S3_GET_H
#define MAKI_AWS_S3_GET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "aws/s3_request.h"
#include "base/buf.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * An object, read as a stream while others are under way. One of up to S3_PIECE_BYTES comes whole
 * and is held against its checksum; a larger one comes in pieces of that size, the next one asked
 * for while one is read, all of them of the same version. Memory: the object's size, at most two
 * pieces.
 */
enum { S3_PIECE_BYTES = 8 << 20 };

struct s3_piece {
    struct s3_get *get;
    struct s3_request request;
    struct buf data;
    struct error err; /* why it did not come; ERR_NONE if it did */
    int64_t first;    /* its place in the object */
    bool asked, over;
};

/* A reader; the caller's from s3_get_init to s3_get_clear, for one object after the other. */
struct s3_get {
    struct http_transport *transport;
    struct s3_object object;
    struct s3_piece pieces[2];
    int turn;       /* the one that is read */
    size_t used;    /* of its bytes */
    int64_t size;   /* of the object */
    int64_t next;   /* the first byte that was not asked for */
    char etag[128]; /* of what comes; "" before its first piece is there, or where it has none */
};

void s3_get_init(struct s3_get *get, struct http_transport *transport);

/* Waits for pieces that are on their way. Before its transport is freed. */
void s3_get_clear(struct s3_get *get);

/*
 * Ask for an object of (as was listed) `size` bytes. Its names are borrowed until it is read. Never
 * waits but for a piece of the object before that nobody read. -1 if it cannot be asked for.
 */
int s3_get_start(struct s3_get *get, const struct s3_object *object, int64_t size,
                 struct error *err);

/* True if reading would not wait. */
bool s3_get_is_ready(const struct s3_get *get);

/*
 * Up to `size` of the next bytes: how many, 0 at the end, -1 with an error as s3_error_read or
 * "ChecksumMismatch", "ChangedMeanwhile". Waits for what is not there yet.
 */
ssize_t s3_get_read(struct s3_get *get, char *data, size_t size, struct error *err);

/*
 * One object at once, in place of what `out` holds, and nothing else to do meanwhile. Its ETag goes
 * to `etag` (of s3_get's size) unless that is NULL. -1 as above, or ERR_DATA for one that does not
 * fit into the buffer.
 */
int s3_get_whole(struct http_transport *transport, const struct s3_object *object, struct buf *out,
                 char *etag, struct error *err);

#endif
