#ifndef MAKI_CMD_PUT_TARGET_H
#define MAKI_CMD_PUT_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* An object on its way; borrowed. Keys come from maki/report.h: segments that are plain names,
 * joined by '/'. */
struct put_object {
    const char *key;
    const char *data;
    size_t len;
};

enum put_outcome {
    PUT_STORED,
    PUT_EXISTED, /* and was left as it is, as asked */
    PUT_REFUSED, /* err says why; other objects may do better */
    PUT_FAILED,  /* err says why; there is no point in going on */
};

/*
 * Where objects go. A kind of target is one open function, which fills this in; `put` has stored
 * the object for good when it returns, and `close` frees the state.
 */
struct put_target {
    void *state;
    enum put_outcome (*put)(void *state, const struct put_object *object, struct error *err);
    void (*close)(void *state);
};

struct put_options {
    bool no_clobber; /* leave objects that exist */
    bool no_sync;    /* do not wait until they are on the disk */
};

/* A folder, made if it is missing; `path` must outlive the target. -1 with ERR_CANTCREAT. */
int folder_open(struct put_target *target, const char *path, const struct put_options *options,
                struct error *err);

#endif
