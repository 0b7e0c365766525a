#include "offline/folder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/uri.h"

enum {
    SEGMENT_MAX = 250,
    KEY_MAX = 1024,
    PATH_BYTES_MAX = 8192,
    DEPTH_MAX = 512,
    OBJECTS_MAX = 5000000
};

static bool is_bucket(const char *name)
{
    size_t len = strlen(name);

    return len >= 3 && len <= 255 && *name != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == len;
}

/* A segment that is empty is "%"; dots at the start would hide it, or lead elsewhere. */
static int add_segment(struct buf *path, const char *text, size_t len)
{
    size_t start = path->len;

    if (len == 0)
        buf_addc(path, '%');
    for (; len > 0 && *text == '.'; text++, len--)
        buf_adds(path, "%2E");
    uri_encode(path, text, len, " !'()*+,=@&$;:");
    return path->len - start > SEGMENT_MAX ? -1 : 0;
}

int folder_path(const char *root, const char *bucket, const char *key, struct buf *path,
                struct error *err)
{
    if (!is_bucket(bucket))
        return error_set(err, ERR_DATA, "InvalidBucketName", "The specified bucket is not valid.");
    if (*key == '\0' || strlen(key) > KEY_MAX)
        return error_set(err, ERR_DATA, "KeyTooLongError", "Your key is too long");
    buf_addf(path, "%s/%s", root, bucket);
    for (const char *p = key;; p++) {
        size_t len = strcspn(p, "/");

        buf_addc(path, '/');
        if (add_segment(path, p, len) < 0 || buf_full(path))
            return error_set(err, ERR_DATA, "KeyTooLongError", "Your key is too long");
        p += len;
        if (*p == '\0')
            return 0;
    }
}

/* A walk through a bucket's folder. */
struct walk {
    struct folder_list *list;
    const char *prefix;
    struct buf path, key;
    int depth;
};

static void add_item(struct walk *w, const struct stat *s)
{
    struct folder_list *list = w->list;

    list->items = mem_grow(list->items, &list->cap, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = (struct folder_item){mem_strdup(buf_str(&w->key)), *s};
}

/* Whether keys that start with what is walked can start with the prefix, or the other way round. */
static bool is_wanted(const struct walk *w)
{
    size_t len = strlen(w->prefix);
    size_t common = w->key.len < len ? w->key.len : len;

    return memcmp(buf_str(&w->key), w->prefix, common) == 0;
}

static void walk_folder(struct walk *w);

static void walk_entry(struct walk *w, const char *name)
{
    size_t path_len = w->path.len;
    size_t key_len = w->key.len;
    size_t name_len = strlen(name);
    struct stat s;

    buf_addf(&w->path, "/%s", name);
    if (strcmp(name, "%") != 0)
        uri_decode(&w->key, name, name_len, false);
    if (!buf_full(&w->path) && lstat(buf_str(&w->path), &s) == 0 && is_wanted(w)) {
        if (S_ISDIR(s.st_mode)) {
            buf_addc(&w->key, '/');
            walk_folder(w);
        } else if (S_ISREG(s.st_mode) && w->key.len >= strlen(w->prefix)) {
            add_item(w, &s);
        }
    }
    buf_truncate(&w->path, path_len);
    buf_truncate(&w->key, key_len);
}

static bool is_part(const char *name)
{
    size_t len = strlen(name);

    return len > sizeof(FOLDER_PART) - 1 &&
           strcmp(name + len - (sizeof(FOLDER_PART) - 1), FOLDER_PART) == 0;
}

static void walk_folder(struct walk *w)
{
    DIR *dir = w->depth < DEPTH_MAX ? opendir(buf_str(&w->path)) : NULL;
    struct dirent *entry;

    if (dir == NULL)
        return;
    w->depth++;
    while (w->list->count < OBJECTS_MAX && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && !is_part(entry->d_name))
            walk_entry(w, entry->d_name);
    }
    w->depth--;
    closedir(dir);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct folder_item *)a)->key, ((const struct folder_item *)b)->key);
}

int folder_list(const char *root, const char *bucket, const char *prefix, struct folder_list *list,
                struct error *err)
{
    struct walk w = {.list = list, .prefix = prefix};

    *list = (struct folder_list){0};
    if (!is_bucket(bucket))
        return error_set(err, ERR_DATA, "InvalidBucketName", "The specified bucket is not valid.");
    buf_init(&w.path, PATH_BYTES_MAX);
    buf_init(&w.key, PATH_BYTES_MAX);
    buf_addf(&w.path, "%s/%s", root, bucket);
    walk_folder(&w);
    buf_clear(&w.path);
    buf_clear(&w.key);
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), compare);
    return 0;
}

void folder_list_clear(struct folder_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].key);
    free(list->items);
    *list = (struct folder_list){0};
}
