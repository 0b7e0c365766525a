/* The kinds of SOURCE. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "bucket.h"
#include "cid.h"
#include "fetch.h"
#include "support.h"

enum { PATH_BYTES_MAX = 1 << 16 };

static bool is_stdin(const char *spec)
{
    return strcmp(spec, "-") == 0;
}

static int read_stdin(struct fetch *fetch, const char *spec)
{
    return infile_read(fetch, spec, "");
}

static bool is_path(const char *spec)
{
    (void)spec;
    return true;
}

static int check_path(const char *spec, struct error *err)
{
    struct stat info;
    struct buf data;
    char *folder = mem_printf("%s/", spec); /* so that the last component counts */
    int status = 0;

    buf_init(&data, PATH_BYTES_MAX);
    if (stat(spec, &info) < 0)
        status = error_set_errno(
            err, errno == EACCES ? ERR_PERM : ERR_IO, errno, "FileError",
            "cannot read the source '%s' (a file, a folder, or - for standard input)", spec);
    else if (cid_counterpart(folder, CID_COMMUNICATIONS, CID_DATA, &data))
        status = error_set(err, ERR_USAGE, "BadUsage",
                           "%s: these are communications without their cases; name the folder that "
                           "holds both " CID_DATA " and " CID_COMMUNICATIONS,
                           spec);
    buf_clear(&data);
    free(folder);
    return status;
}

static int read_path(struct fetch *fetch, const char *spec)
{
    return file_is_dir(spec) ? tree_read(fetch, spec) : infile_read(fetch, spec, "");
}

/* What check always refuses needs no read. */
static const struct source_kind kinds[] = {
    {is_stdin, NULL, read_stdin, false},
    {bucket_matches, bucket_check, bucket_read, true},
    {support_matches, support_check, support_read, false},
    {is_path, check_path, read_path, false},
};

const struct source_kind *source_kind(const char *spec)
{
    size_t i = 0;

    while (!kinds[i].matches(spec))
        i++;
    return &kinds[i];
}
