#ifndef MAKI_BASE_FILE_H
#define MAKI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Files and folders. All of them: 0, or -1 with an error of kind ERR_IO, ERR_CANTCREAT, ERR_PERM or
 * ERR_DATA. */

/* Append the whole file to `into`; a file larger than the buffer's maximum is ERR_DATA. */
int file_read(const char *path, struct buf *into, struct error *err);

/* The same from an open descriptor, to its end; `name` is for messages. Standard input may be a
 * pipe, so this is its way. */
int file_read_fd(int fd, const char *name, struct buf *into, struct error *err);

/*
 * Put `len` bytes at `path` so that after a crash at any point there is either the old file or the
 * whole new one: written to a temporary file beside it, fsync, rename, fsync of the folder. Folders
 * on the way are made. With `no_clobber` an existing file is left as it is and *existed (unless
 * NULL) is set; that is decided atomically, so two writers cannot both win. A symbolic link at
 * `path` is replaced, not followed. What a killed writer leaves is a hidden file ".maki-…" that the
 * next writer of the same path takes over. err->code is "NoSpace" for a full disk and "IsFolder"
 * for a folder in the way.
 */
struct file_write {
    const char *path;
    const void *data;
    size_t len;
    mode_t mode; /* 0 means 0666 less the umask */
    bool no_clobber;
    bool no_sync; /* for caches, where a lost file costs time only: the rename is still atomic */
};
int file_write_atomic(const struct file_write *write, bool *existed, struct error *err);

/* The same in an open folder; `path` is then a bare name. For callers that must not be led out of a
 * folder by links. */
int file_write_atomic_at(int dir_fd, const struct file_write *write, bool *existed,
                         struct error *err);

/* Give a file another name, in the same file system, in place of what has that name; lasting, once
 * it returns. */
int file_rename(const char *from, const char *to, struct error *err);

/* mkdir -p for a folder, and for the folder that `path` lies in. */
int file_make_dir(const char *dir, struct error *err);
int file_make_parent(const char *path, struct error *err);

/* Make the name of a new folder last, and of those above it: fsync of all the folders that they
 * stand in. */
int file_sync_parents(const char *dir, struct error *err);

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/*
 * The names in a folder, sorted bytewise, without "." and "..", hidden ones included. The caller
 * frees with file_list_free.
 */
struct file_list {
    char **names;
    size_t count;
    size_t cap;
};
int file_list_dir(const char *dir, struct file_list *list, struct error *err);
void file_list_free(struct file_list *list);

/*
 * Take an exclusive lock on `path` (made if missing; it holds the owner's pid for people) without
 * waiting: a descriptor to be closed to release it, or -1 with ERR_TEMP naming the owner. The
 * kernel drops the lock when its process ends, however that happens.
 */
int file_lock(const char *path, struct error *err);

/* The same on a descriptor that is open already, in the name of process `owner`. The lock lasts as
 * long as any copy of it. */
int file_lock_fd(int fd, const char *path, long owner, struct error *err);

#endif
