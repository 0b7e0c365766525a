#ifndef MAKI_TESTS_GOLDEN_H
#define MAKI_TESTS_GOLDEN_H

/*
 * The golden files, tests/golden: requests captured from the AWS SDK for JavaScript, with what it
 * was answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "json/json.h"

enum { GOLDEN_FILE_BYTES_MAX = 1 << 20 };

/* tests/golden in the folder this program lies in or one above: a build tree is inside its source
 * tree. The caller frees it. */
static inline char *golden_own_folder(void)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    for (self[len > 0 ? len : 0] = '\0'; *self != '\0'; *strrchr(self, '/') = '\0') {
        char *folder = mem_printf("%s/tests/golden", self);

        if (file_is_dir(folder))
            return folder;
        free(folder);
    }
    return mem_strdup("tests/golden");
}

/* A file's object, by its name without ".json". The caller frees it. */
static inline jv golden_read_file(const char *name)
{
    char *folder = golden_own_folder();
    char *path = mem_printf("%s/%s.json", folder, name);
    struct buf text;
    struct error err;
    jv file;

    buf_init(&text, GOLDEN_FILE_BYTES_MAX);
    if (file_read(path, &text, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    file = json_parse(text.data, text.len, NULL, &err);
    buf_clear(&text);
    free(path);
    free(folder);
    return file;
}

/* A text in it ("wire", "body_utf8"), copied: the caller frees it. */
static inline char *golden_text(const char *name, const char *part, const char *member)
{
    jv file = golden_read_file(name);
    const char *text = json_str(json_get(file, part), member, NULL);
    char *copy = strdup(text ? text : "");

    jv_free(file);
    return copy;
}

#endif
