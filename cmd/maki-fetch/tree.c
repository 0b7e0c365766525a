/* The walk through a folder: sorted, so that the order of what is emitted is always the same. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/file.h"
#include "cid.h"
#include "fetch.h"

enum { PATH_BYTES_MAX = 1 << 16, FOLDER_DEPTH_MAX = 256 };

/* A folder being read: the path grows and shrinks with the depth. */
struct walk {
    struct fetch *fetch;
    struct buf path;
    size_t root_len; /* of the source's part of it */
    int depth;
};

static int ignore(struct walk *walk, const char *why)
{
    walk->fetch->stats.files_ignored++;
    diag_info("%s: not read: %s", buf_str(&walk->path), why);
    return 0;
}

static int walk_file(struct walk *walk, const char *name)
{
    const char *path = buf_str(&walk->path);
    struct buf data;
    bool is_communications;

    if (!values_are_in(name))
        return ignore(walk, "its name does not end in .json, .jsonl or .ndjson, or these and .gz");
    buf_init(&data, PATH_BYTES_MAX);
    is_communications = cid_counterpart(path, CID_COMMUNICATIONS, CID_DATA, &data);
    buf_clear(&data);
    if (!is_communications)
        return infile_read(walk->fetch, path, path + walk->root_len);
    cid_check_orphan(walk->fetch, path); /* else it is read with its case */
    return 0;
}

static int walk_folder(struct walk *walk);

/* One name in a folder, as the last component of the path. */
static int walk_entry(struct walk *walk, const char *name)
{
    const char *path = buf_str(&walk->path);
    struct stat info;
    struct stat target;
    struct error err;
    bool is_link;

    if (lstat(path, &info) < 0) {
        error_set_errno(&err, ERR_IO, errno, "FileError", "cannot read %s", path);
        return intake_unreadable(walk->fetch, path, &err);
    }
    if (S_ISDIR(info.st_mode))
        return walk_folder(walk);
    is_link = S_ISLNK(info.st_mode);
    if (is_link && stat(path, &target) == 0) {
        /* links to folders may lead in circles */
        if (S_ISDIR(target.st_mode))
            return ignore(walk, "a symbolic link to a folder; name it as a source of its own");
        info = target;
    }
    if (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode))
        return walk_file(walk,
                         name); /* a link that leads nowhere cannot be opened, and is told there */
    return ignore(walk, "no regular file");
}

static int walk_names(struct walk *walk, const struct file_list *list)
{
    size_t len = walk->path.len;
    struct error err;

    for (size_t i = 0; i < list->count && !walk->fetch->done; i++) {
        int status;

        if (len > 0 && walk->path.data[len - 1] != '/')
            buf_addc(&walk->path, '/');
        if (buf_adds(&walk->path, list->names[i]) < 0) {
            error_set(&err, ERR_IO, "FileError", "a path of over %d bytes", PATH_BYTES_MAX);
            walk->path.full = false;
            status = intake_unreadable(walk->fetch, buf_str(&walk->path), &err);
        } else {
            status = walk_entry(walk, list->names[i]);
        }
        buf_truncate(&walk->path, len);
        if (status < 0)
            return -1;
    }
    return 0;
}

static int walk_folder(struct walk *walk)
{
    struct file_list list;
    struct error err;
    int status;

    if (walk->depth == FOLDER_DEPTH_MAX) {
        error_set(&err, ERR_IO, "FileError", "folders nested more than %d deep", FOLDER_DEPTH_MAX);
        return intake_unreadable(walk->fetch, buf_str(&walk->path), &err);
    }
    if (file_list_dir(buf_str(&walk->path), &list, &err) < 0)
        return intake_unreadable(walk->fetch, buf_str(&walk->path), &err);
    walk->depth++;
    status = walk_names(walk, &list);
    walk->depth--;
    file_list_free(&list);
    return status;
}

int tree_read(struct fetch *fetch, const char *folder)
{
    struct walk walk = {.fetch = fetch};
    int status;

    buf_init(&walk.path, PATH_BYTES_MAX);
    buf_adds(&walk.path, folder);
    while (walk.path.len > 1 && walk.path.data[walk.path.len - 1] == '/')
        buf_truncate(&walk.path, walk.path.len - 1);
    walk.root_len = walk.path.len + (walk.path.data[walk.path.len - 1] != '/');
    status = walk_folder(&walk);
    buf_clear(&walk.path);
    return status;
}
