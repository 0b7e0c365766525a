#ifndef MAKI_OFFLINE_FOLDER_H
#define MAKI_OFFLINE_FOLDER_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Objects in a folder: ROOT/BUCKET/KEY, each segment of the key percent-encoded so that no key can
 * leave the bucket's folder or be hidden in it. What a file system cannot do is refused: an object
 * "a" beside "a/b", segments of over 255 bytes.
 */

/* Behind the name of a file that is not whole yet: no key is encoded like that. */
#define FOLDER_PART ".%part"

/* Append an object's path. -1 with ERR_DATA "InvalidBucketName" or "KeyTooLongError". */
int folder_path(const char *root, const char *bucket, const char *key, struct buf *path,
                struct error *err);

struct folder_item {
    char *key;
    struct stat file;
};

struct folder_list {
    struct folder_item *items; /* sorted by key, bytewise */
    size_t count, cap;
};

/* The objects whose keys start with a prefix; none for a bucket that is not there. Clear it in any
 * case. */
int folder_list(const char *root, const char *bucket, const char *prefix, struct folder_list *list,
                struct error *err);
void folder_list_clear(struct folder_list *list);

#endif
