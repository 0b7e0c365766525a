#ifndef MAKI_TESTS_SCRATCH_H
#define MAKI_TESTS_SCRATCH_H

/* A folder of a test's own: made, emptied, removed. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int scratch_remove_one(const char *path, const struct stat *info, int type,
                                     struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static inline void scratch_remove(const char *dir)
{
    nftw(dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* `template` ends in XXXXXX and becomes the folder's path. A test that has none cannot go on. */
static inline void scratch_make(char *template)
{
    if (mkdtemp(template) == NULL) {
        perror(template);
        exit(2);
    }
}

static inline void scratch_empty(const char *dir)
{
    scratch_remove(dir);
    if (mkdir(dir, 0700) < 0) {
        perror(dir);
        exit(2);
    }
}

#endif
