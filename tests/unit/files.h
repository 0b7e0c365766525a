#ifndef MAKI_TESTS_FILES_H
#define MAKI_TESTS_FILES_H

/* Files in tests of files: written, read and listed in one call each. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"

/* A file's content, until the next call; of no file: free what the last call held. */
static inline const char *read_text(const char *path)
{
    static struct buf text;
    struct error err;

    if (text.max == 0)
        buf_init(&text, 1 << 20);
    buf_reset(&text);
    if (path == NULL) {
        buf_clear(&text);
        return NULL;
    }
    return file_read(path, &text, &err) < 0 ? "(unreadable)" : buf_str(&text);
}

/* The names in a folder, each followed by a space. */
static inline const char *names_in(const char *dir)
{
    static char text[1024];
    struct file_list list;
    struct error err;

    text[0] = '\0';
    if (file_list_dir(dir, &list, &err) < 0)
        return "(failed)";
    for (size_t i = 0; i < list.count; i++) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof(text) - used, "%s ", list.names[i]);
    }
    file_list_free(&list);
    return text;
}

static inline int put(const char *path, const char *text, bool no_clobber, bool *existed,
                      struct error *err)
{
    struct file_write write = {
        .path = path, .data = text, .len = strlen(text), .no_clobber = no_clobber, .no_sync = true};

    return file_write_atomic(&write, existed, err);
}

#endif
