#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { READ_BYTES = 65536 };

/* What went wrong decides the exit status: no permission and a full disk are different things to a
 * user. */
static int fail(struct error *err, enum error_kind kind, const char *what, const char *path)
{
    int saved = errno;

    if (saved == EACCES || saved == EPERM || saved == EROFS)
        kind = kind == ERR_IO ? ERR_PERM : kind;
    return error_set_errno(err, kind, saved, "FileError", "%s %s", what, path);
}

int file_read_fd(int fd, const char *name, struct buf *into, struct error *err)
{
    ssize_t got;

    do {
        size_t left = into->max - into->len;
        char more = 0; /* at the maximum, one byte tells whether there is more */
        char *room = left ? buf_room(into, left < READ_BYTES ? left : READ_BYTES) : &more;

        got = read(fd, room, left == 0 ? 1 : left < READ_BYTES ? left : READ_BYTES);
        if (got > 0 && left == 0)
            return error_set(err, ERR_DATA, "FileTooLarge", "%s: larger than %zu bytes", name,
                             into->max);
        if (got > 0)
            buf_commit(into, (size_t)got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got < 0 ? fail(err, ERR_IO, "cannot read", name) : 0;
}

int file_read(const char *path, struct buf *into, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int status;

    if (fd < 0)
        return fail(err, ERR_IO, "cannot open", path);
    status = file_read_fd(fd, path, into, err);
    close(fd);
    return status;
}

/* The folder a path lies in, as a new string: "." for a bare name. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return mem_strdup(".");
    return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status;

    if (fd < 0)
        return -1;
    status = fsync(fd);
    close(fd);
    return status == 0 || errno == EINVAL || errno == EROFS
               ? 0
               : -1; /* some file systems cannot sync a folder */
}

int file_rename(const char *from, const char *to, struct error *err)
{
    char *dir = parent_of(to);
    int status = 0;

    if (rename(from, to) < 0)
        status = fail(err, ERR_CANTCREAT, "cannot rename a file to", to);
    else if (sync_dir(dir) < 0)
        status = fail(err, ERR_CANTCREAT, "cannot sync the folder", dir);
    free(dir);
    return status;
}

int file_make_dir(const char *dir, struct error *err)
{
    char *path;
    int status = 0;

    if (file_is_dir(dir))
        return 0;
    if (*dir == '\0')
        return error_set(err, ERR_CANTCREAT, "FileError", "cannot make a folder without a name");
    path = mem_strdup(dir);
    for (char *p = path + 1; status == 0; p++) {
        bool last = *p == '\0';

        if (*p != '/' && !last)
            continue;
        *p = '\0';
        if (mkdir(path, 0777) < 0 && (errno != EEXIST || (last && !file_is_dir(path))))
            status = fail(err, ERR_CANTCREAT, "cannot make the folder", path);
        if (last)
            break;
        *p = '/';
    }
    free(path);
    return status;
}

int file_make_parent(const char *path, struct error *err)
{
    char *dir = parent_of(path);
    int status = file_make_dir(dir, err);

    free(dir);
    return status;
}

bool file_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int file_list_dir(const char *dir, struct file_list *list, struct error *err)
{
    DIR *handle = opendir(dir);
    struct dirent *entry;

    *list = (struct file_list){0};
    if (handle == NULL)
        return fail(err, ERR_IO, "cannot open the folder", dir);
    while ((errno = 0, entry = readdir(handle)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        list->names = mem_grow(list->names, &list->cap, list->count + 1, sizeof(*list->names));
        list->names[list->count++] = mem_strdup(entry->d_name);
    }
    if (errno != 0) {
        fail(err, ERR_IO, "cannot read the folder", dir);
        closedir(handle);
        file_list_free(list);
        return -1;
    }
    closedir(handle);
    if (list->count > 0)
        qsort(list->names, list->count, sizeof(*list->names), compare_names);
    return 0;
}

void file_list_free(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct file_list){0};
}

int file_lock_fd(int fd, const char *path, long owner, struct error *err)
{
    char text[32] = "";

    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int reader = open(path, O_RDONLY | O_CLOEXEC); /* fd itself may be for writing only */
        ssize_t got = reader < 0 ? 0 : read(reader, text, sizeof(text) - 1);

        if (reader >= 0)
            close(reader);
        text[got > 0 ? (size_t)got : 0] = '\0';
        text[strcspn(text, "\n")] = '\0';
        return error_set(err, ERR_TEMP, "Locked", "already running: %s is held by process %s", path,
                         *text ? text : "(unknown)");
    }
    snprintf(text, sizeof(text), "%ld\n", owner);
    if (ftruncate(fd, 0) < 0 || write(fd, text, strlen(text)) < 0)
        return fail(err, ERR_CANTCREAT, "cannot write the lock", path);
    return 0;
}

int file_lock(const char *path, struct error *err)
{
    int fd;

    if (file_make_parent(path, err) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(err, ERR_CANTCREAT, "cannot open the lock", path);
    if (file_lock_fd(fd, path, (long)getpid(), err) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}
