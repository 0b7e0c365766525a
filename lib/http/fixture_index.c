#include "http/fixture_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "http/difference.h"

struct entry {
    char *name; /* below the folder */
    char digest[FIXTURE_DIGEST_SIZE];
    char *service, *method, *path; /* of its request, once all files were read */
};

struct fixture_index {
    char *dir;
    struct entry *entries; /* by name */
    size_t count, cap;
    struct map *digests; /* to the entries' indices */
    bool scanned;
    struct error scan_error;
};

static struct fixture *read_entry(const struct fixture_index *index, const struct entry *entry,
                                  struct error *err)
{
    char *path = mem_printf("%s/%s", index->dir, entry->name);
    struct fixture *f = fixture_read(path, err);

    free(path);
    return f;
}

static bool ends_in_json(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static int list_files(struct fixture_index *index, const char *below, int depth, struct error *err);

/* A name in a folder: a fixture, or a folder with more of them. What is hidden is not ours, or the
 * leftover of a recorder that was killed. */
static int list_name(struct fixture_index *index, const char *below, const char *name, int depth,
                     struct error *err)
{
    char *relative = *below ? mem_printf("%s/%s", below, name) : mem_strdup(name);
    char *path;
    int status = 0;

    if (ends_in_json(name)) {
        index->entries =
            mem_grow(index->entries, &index->cap, index->count + 1, sizeof(*index->entries));
        index->entries[index->count++] = (struct entry){.name = relative};
        if (index->count > FIXTURE_INDEX_MAX)
            return error_set(err, ERR_CONFIG, "NoFixtures", "%.300s: over %d files", index->dir,
                             FIXTURE_INDEX_MAX);
        return 0;
    }
    path = mem_printf("%s/%s", index->dir, relative);
    if (file_is_dir(path))
        status = list_files(index, relative, depth + 1, err);
    free(path);
    free(relative);
    return status;
}

static int list_files(struct fixture_index *index, const char *below, int depth, struct error *err)
{
    char *path = *below ? mem_printf("%s/%s", index->dir, below) : mem_strdup(index->dir);
    struct file_list list = {0};
    int status = 0;

    if (depth <= FIXTURE_INDEX_DEPTH_MAX)
        status = file_list_dir(path, &list, err);
    for (size_t i = 0; status == 0 && i < list.count; i++) {
        if (*list.names[i] != '.')
            status = list_name(index, below, list.names[i], depth, err);
    }
    file_list_free(&list);
    free(path);
    return status;
}

static int add_digest(struct fixture_index *index, size_t i, struct error *err)
{
    const char *digest = index->entries[i].digest;
    long known = map_find(index->digests, digest, FIXTURE_DIGEST_SIZE - 1);

    if (known != MAP_NONE) {
        long long first = *map_value(index->digests, (size_t)known);

        return error_set(err, ERR_CONFIG, "DuplicateFixture",
                         "%.150s: %.150s and %.150s are about the same request; replay a folder "
                         "with one of them",
                         index->dir, index->entries[first].name, index->entries[i].name);
    }
    *map_value(index->digests, map_add(index->digests, digest, FIXTURE_DIGEST_SIZE - 1)) =
        (long long)i;
    return 0;
}

/* Read an entry's file: its real digest, and what its request is about. */
static int read_facts(struct fixture_index *index, struct entry *entry, struct error *err)
{
    struct fixture *f = read_entry(index, entry, err);
    const struct http_request *request;

    if (f == NULL)
        return -1;
    request = fixture_request(f);
    fixture_digest(request, entry->digest);
    free(entry->service);
    free(entry->method);
    free(entry->path);
    entry->service = mem_strdup(request->service);
    entry->method = mem_strdup(request->method);
    entry->path = mem_strdup(request->path);
    fixture_free(f);
    return 0;
}

/* Digests from the names where these tell them. */
static int index_names(struct fixture_index *index, struct error *err)
{
    for (size_t i = 0; i < index->count; i++) {
        struct entry *entry = &index->entries[i];

        if (!fixture_name_digest(entry->name, entry->digest) && read_facts(index, entry, err) < 0)
            return -1;
        if (add_digest(index, i, err) < 0)
            return -1;
    }
    return 0;
}

/* Digests from the files, once. */
static int scan_files(struct fixture_index *index, struct error *err)
{
    if (!index->scanned) {
        int status = 0;

        index->scanned = true;
        map_free(index->digests);
        index->digests = map_new();
        for (size_t i = 0; status == 0 && i < index->count; i++) {
            status = read_facts(index, &index->entries[i], &index->scan_error);
            if (status == 0)
                status = add_digest(index, i, &index->scan_error);
        }
    }
    *err = index->scan_error;
    return err->kind == ERR_NONE ? 0 : -1;
}

struct fixture_index *fixture_index_open(const char *dir, struct error *err)
{
    static const char how[] = "record some with --record";
    struct fixture_index *index;
    int status;

    if (!file_is_dir(dir)) {
        error_set(err, ERR_CONFIG, "NoFixtures", "there is no folder of fixtures %.300s: %s", dir,
                  how);
        return NULL;
    }
    index = mem_calloc(1, sizeof(*index));
    index->dir = mem_strdup(dir);
    index->digests = map_new();
    status = list_files(index, "", 0, err);
    if (status == 0 && index->count == 0)
        status = error_set(err, ERR_CONFIG, "NoFixtures", "there are no fixtures in %.300s: %s",
                           dir, how);
    if (status == 0)
        status = index_names(index, err);
    if (status == 0)
        return index;
    fixture_index_free(index);
    return NULL;
}

void fixture_index_free(struct fixture_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->count; i++) {
        free(index->entries[i].name);
        free(index->entries[i].service);
        free(index->entries[i].method);
        free(index->entries[i].path);
    }
    free(index->entries);
    map_free(index->digests);
    free(index->dir);
    free(index);
}

const char *fixture_index_dir(const struct fixture_index *index)
{
    return index->dir;
}

/* The fixture of that digest, if it is what its name says; NULL and no error where it is not. */
static struct fixture *look_up(struct fixture_index *index, const struct http_request *request,
                               const char *digest, struct error *err)
{
    char real[FIXTURE_DIGEST_SIZE];
    long known = map_find(index->digests, digest, FIXTURE_DIGEST_SIZE - 1);
    struct fixture *f;

    error_clear(err);
    if (known == MAP_NONE)
        return NULL;
    f = read_entry(index, &index->entries[*map_value(index->digests, (size_t)known)], err);
    if (f == NULL || fixture_same(request, fixture_request(f)))
        return f;
    fixture_digest(fixture_request(f), real);
    if (strcmp(real, digest) == 0)
        return f;
    fixture_free(f); /* its request was edited */
    return NULL;
}

struct fixture *fixture_index_find(struct fixture_index *index, const struct http_request *request,
                                   const char *digest, struct error *err)
{
    struct fixture *f = look_up(index, request, digest, err);

    if (f != NULL || err->kind != ERR_NONE || index->scanned)
        return f;
    if (scan_files(index, err) < 0)
        return NULL;
    return look_up(index, request, digest, err);
}

/* How near an entry is as far as is known without its file. */
static int rank(const struct entry *entry, const struct http_request *request)
{
    if (entry->service == NULL || strcmp(entry->service, request->service) != 0)
        return 0;
    if (strcmp(entry->method, request->method) != 0)
        return 1;
    return strcmp(entry->path, request->path) != 0 ? 2 : 3;
}

struct fixture *fixture_index_nearest(struct fixture_index *index,
                                      const struct http_request *request, const char **name)
{
    struct fixture *nearest = NULL;
    double most = -1;
    int best = 0;
    size_t compared = 0;

    for (size_t i = 0; i < index->count; i++)
        best = rank(&index->entries[i], request) > best ? rank(&index->entries[i], request) : best;
    for (size_t i = 0; i < index->count && compared < FIXTURE_INDEX_COMPARED_MAX; i++) {
        struct entry *entry = &index->entries[i];
        struct error ignored;
        struct fixture *f = NULL;
        double likeness;

        if (rank(entry, request) != best || (f = read_entry(index, entry, &ignored)) == NULL)
            continue;
        compared++;
        likeness = difference_likeness(request, fixture_request(f));
        if (likeness > most) {
            fixture_free(nearest);
            nearest = f;
            *name = entry->name;
            most = likeness;
        } else {
            fixture_free(f);
        }
    }
    return nearest;
}
