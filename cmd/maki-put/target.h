#ifndef MAKI_CMD_PUT_TARGET_H
#define MAKI_CMD_PUT_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"

/* An object on its way; borrowed. Keys come from maki/report.h: segments that are plain names,
 * joined by '/'. */
struct put_object {
    const char *key;
    const char *data;
    size_t len;
    const char *sha256_hex; /* of the data, if the target wants it; else NULL */
};

enum put_outcome {
    PUT_STORED,
    PUT_EXISTED, /* and was left as it is, as asked */
    PUT_REFUSED, /* err says why; other objects may do better */
    PUT_FAILED,  /* err says why; there is no point in going on */
};

/*
 * Where objects go. A kind of target is one open function, which fills this in. Up to `slots`
 * objects may be under way at once, each in a slot of its own, numbered from 0.
 */
struct put_target {
    void *state;
    size_t slots;
    bool wants_sha256;
    /* Start to store an object, which must stay as it is until `finish` has returned for its slot.
     */
    void (*start)(void *state, size_t slot, const struct put_object *object);
    /* Does `finish` have an answer without waiting? Gives the others a chance to get on, too. */
    bool (*is_over)(void *state, size_t slot);
    /* Wait for it: PUT_STORED means that it is stored for good. */
    enum put_outcome (*finish)(void *state, size_t slot, struct error *err);
    void (*close)(void *state);
};

struct put_options {
    bool no_clobber; /* leave objects that exist */
    bool no_sync;    /* do not wait until they are on the disk */
};

/* A folder, made if it is missing; `path` must outlive the target. -1 with ERR_CANTCREAT. */
int folder_open(struct put_target *target, const char *path, const struct put_options *options,
                struct error *err);

/* s3://BUCKET[/PREFIX]; `uri` must outlive the target. -1 with ERR_USAGE, ERR_CONFIG, ERR_PERM. */
int s3_open(struct put_target *target, const char *uri, const struct put_options *options,
            struct error *err);

#endif
