#include "offline/job_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "offline/job_check.h"

enum { FILES_MAX = 10000 };

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

struct search {
    struct job_files *files;
    const char *key;
    bool folder;
};

static int add_file(void *context, const char *key, int64_t size)
{
    struct search *search = context;
    struct job_files *files = search->files;

    if (search->folder ? !ends_with(key, ".jsonl") : strcmp(key, search->key) != 0)
        return 0;
    files->items = mem_grow(files->items, &files->cap, files->count + 1, sizeof(*files->items));
    files->items[files->count++] = (struct job_file){mem_strdup(key), size};
    return files->count == FILES_MAX || !search->folder;
}

static int make_folder(struct job_files *files, struct error *err)
{
    const char *tmp = getenv("TMPDIR");

    if (tmp == NULL || *tmp != '/' || strlen(tmp) > 32)
        tmp = "/tmp";
    snprintf(files->folder, sizeof(files->folder), "%s/maki-batch-XXXXXX", tmp);
    if (mkdtemp(files->folder) == NULL) {
        files->folder[0] = '\0';
        return error_set_errno(err, ERR_CANTCREAT, errno, "NoTemporary",
                               "no folder for temporary files in %s", tmp);
    }
    snprintf(files->local, sizeof(files->local), "%s/in", files->folder);
    snprintf(files->output, sizeof(files->output), "%s/out", files->folder);
    snprintf(files->shuffled, sizeof(files->shuffled), "%s/shuffled", files->folder);
    return 0;
}

int job_files_init(struct job_files *files, struct job_store *store, const char *uri,
                   struct error *err)
{
    char bucket[JOB_BUCKET_SIZE];
    const char *key = job_uri(uri, bucket);
    struct search search = {files, key, false};

    *files = (struct job_files){.store = store};
    if (key == NULL)
        return error_set(err, ERR_DATA, "ValidationException", "the input is no URI of S3");
    files->bucket = mem_strdup(bucket);
    search.folder = *key == '\0' || ends_with(key, "/");
    if (!search.folder && !ends_with(key, ".jsonl"))
        return error_set(err, ERR_DATA, "ValidationException",
                         "The input file must have the extension .jsonl");
    if (job_store_list(store, bucket, key, add_file, &search, err) < 0)
        return -1;
    if (files->count == 0)
        return error_set(err, ERR_DATA, "ValidationException", "No input file was found at %.300s",
                         uri);
    return make_folder(files, err);
}

void job_files_clear(struct job_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].key);
    free(files->items);
    free(files->bucket);
    if (files->folder[0] != '\0') {
        unlink(files->local);
        unlink(files->output);
        unlink(files->shuffled);
        rmdir(files->folder);
    }
    *files = (struct job_files){0};
}

int job_files_fetch(const struct job_files *files, size_t index, struct error *err)
{
    int fd = open(files->local, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int status;

    if (fd < 0)
        return error_set_errno(err, ERR_IO, errno, "OpenFailed", "cannot open a temporary file");
    status = job_store_fetch(files->store, files->bucket, files->items[index].key, fd, err);
    close(fd);
    return status;
}

static int put(const struct job_files *files, const char *uri, const char *id, const char *name,
               struct error *err)
{
    char bucket[JOB_BUCKET_SIZE];
    const char *prefix = job_uri(uri, bucket);
    char *key;
    int status;

    key = mem_printf("%s%s%s/%s.out", prefix, *prefix != '\0' && !ends_with(prefix, "/") ? "/" : "",
                     id, name);
    status = job_store_put(files->store, bucket, key, files->output, err);
    free(key);
    return status;
}

int job_files_put(const struct job_files *files, size_t index, const char *uri, const char *id,
                  struct error *err)
{
    const char *key = files->items[index].key;
    const char *slash = strrchr(key, '/');

    return put(files, uri, id, slash ? slash + 1 : key, err);
}

int job_files_put_manifest(const struct job_files *files, const char *uri, const char *id,
                           struct error *err)
{
    return put(files, uri, id, "manifest.json", err);
}
