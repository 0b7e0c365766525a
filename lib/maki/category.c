#include "maki/category.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/embed.h"
#include "base/file.h"
#include "base/mem.h"
#include "maki/category_file.h"

static void clear_category(struct category *c)
{
    for (size_t i = 0; i < c->example_list.count; i++) {
        free(c->examples[i].subject);
        free(c->examples[i].text);
    }
    for (size_t i = 0; i < c->cue_list.count; i++)
        free(c->cues[i].phrase);
    for (size_t i = 0; i < c->link_list.count; i++) {
        free(c->links[i].url);
        free(c->links[i].title);
        free(c->links[i].services);
    }
    for (size_t i = 0; i < c->phrase_list.count; i++) {
        free(c->phrases[i].slot);
        free(c->phrases[i].text);
    }
    free(c->examples);
    free(c->cues);
    free(c->links);
    free(c->phrases);
    free(c->name);
    free(c->description);
}

void category_set_clear(struct category_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        clear_category(&set->items[i]);
    free(set->items);
    *set = (struct category_set){0};
}

/* Names go into file names, prompts and records: nothing in them may need quoting anywhere. */
static bool is_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= CATEGORY_NAME_BYTES_MAX && strcmp(name, CATEGORY_OTHER) != 0 &&
           name[0] != '-' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* A category while its files are read. */
struct reading {
    struct category category;
    struct digest *digest;
    struct error *err;
};

static int start_category(struct reading *r, const char *name, const char *path, struct error *err)
{
    *r = (struct reading){.err = err};
    if (!is_name(name))
        return error_set(err, ERR_CONFIG, "BadCategory",
                         "%s: \"%s\" cannot be a category's name: lower-case letters, digits and "
                         "'-', at most %d, not \"%s\"",
                         path, name, CATEGORY_NAME_BYTES_MAX, CATEGORY_OTHER);
    r->category.name = mem_strdup(name);
    r->digest = digest_new();
    return 0;
}

/* Files come in bytewise order of their names, so a digest does not depend on where they come from.
 */
static int read_file(struct reading *r, const struct category_file *file)
{
    char size[32];

    snprintf(size, sizeof(size), "%zu", file->len);
    digest_add(r->digest, file->name, strlen(file->name) + 1);
    digest_add(r->digest, size, strlen(size) + 1);
    digest_add(r->digest, file->data, file->len);
    return category_file_parse(&r->category, file, r->err);
}

static void drop_category(struct reading *r)
{
    char unused[DIGEST_HEX_SIZE];

    if (r->digest != NULL)
        digest_finish_hex(r->digest, unused);
    clear_category(&r->category);
}

/* Put the finished category into the set, in place of one of the same name. */
static int finish_category(struct category_set *set, struct reading *r, const char *path)
{
    const struct category *same = category_find(set, r->category.name);

    if (r->category.description == NULL)
        return error_set(r->err, ERR_CONFIG, "BadCategory",
                         "%s/desc.txt: missing; every category needs a description", path);
    if (same == NULL && set->count >= CATEGORY_COUNT_MAX)
        return error_set(r->err, ERR_CONFIG, "BadCategory", "%s: more than %d categories", path,
                         CATEGORY_COUNT_MAX);
    digest_finish_hex(r->digest, r->category.digest);
    r->digest = NULL;
    if (same != NULL) {
        struct category *place = &set->items[same - set->items];

        clear_category(place);
        *place = r->category;
        return 0;
    }
    set->items = mem_grow(set->items, &set->cap, set->count + 1, sizeof(*set->items));
    set->items[set->count++] = r->category;
    return 0;
}

/* "categories/<name>/<file>": both parts, or false for anything else. */
static bool split_path(const char *path, char name[CATEGORY_NAME_BYTES_MAX + 1], const char **file)
{
    static const char root[] = "categories/";
    const char *start = path + sizeof(root) - 1;
    const char *slash;

    if (strncmp(path, root, sizeof(root) - 1) != 0)
        return false;
    slash = strchr(start, '/');
    if (slash == NULL || slash - start > CATEGORY_NAME_BYTES_MAX || strchr(slash + 1, '/') != NULL)
        return false;
    memcpy(name, start, (size_t)(slash - start));
    name[slash - start] = '\0';
    *file = slash + 1;
    return true;
}

static int read_embedded(struct reading *r, size_t *index, const char *category)
{
    char name[CATEGORY_NAME_BYTES_MAX + 1];
    const char *file;

    for (; *index < embedded_file_count; ++*index) {
        const struct embedded_file *e = &embedded_files[*index];
        struct category_file f = {.data = (const char *)e->data, .len = e->size};
        char path[200];

        if (!split_path(e->path, name, &file) || strcmp(name, category) != 0)
            return 0;
        snprintf(path, sizeof(path), "share/%s", e->path);
        f.name = file;
        f.path = path;
        if (category_file_is_known(file) && read_file(r, &f) < 0)
            return -1;
    }
    return 0;
}

static int load_embedded(struct category_set *set, struct error *err)
{
    size_t i = 0;

    while (i < embedded_file_count) {
        char name[CATEGORY_NAME_BYTES_MAX + 1];
        const char *file;
        struct reading r;

        if (!split_path(embedded_files[i].path, name, &file)) {
            i++;
            continue;
        }
        if (start_category(&r, name, embedded_files[i].path, err) < 0 ||
            read_embedded(&r, &i, name) < 0 || finish_category(set, &r, name) < 0) {
            drop_category(&r);
            return -1;
        }
    }
    return 0;
}

static int read_disk_file(struct reading *r, const char *dir, const char *name)
{
    char *path = mem_printf("%s/%s", dir, name);
    struct buf data;
    int status;

    buf_init(&data, CATEGORY_FILE_BYTES_MAX);
    status = file_read(path, &data, r->err);
    if (status < 0 && r->err->kind == ERR_DATA)
        error_set(r->err, ERR_CONFIG, "BadCategory", "%s:1: larger than %d bytes", path,
                  CATEGORY_FILE_BYTES_MAX);
    if (status == 0) {
        struct category_file file = {
            .name = name, .path = path, .data = buf_str(&data), .len = data.len};

        status = read_file(r, &file);
    }
    buf_clear(&data);
    free(path);
    return status;
}

static int read_dir(struct reading *r, const char *dir)
{
    struct file_list list = {0};
    int status = file_list_dir(dir, &list, r->err);

    for (size_t i = 0; status == 0 && i < list.count; i++) {
        if (category_file_is_known(list.names[i]))
            status = read_disk_file(r, dir, list.names[i]);
    }
    file_list_free(&list);
    return status;
}

static int load_category_dir(struct category_set *set, const char *path, const char *name,
                             struct error *err)
{
    struct reading r;

    if (start_category(&r, name, path, err) < 0 || read_dir(&r, path) < 0 ||
        finish_category(set, &r, path) < 0) {
        drop_category(&r);
        return -1;
    }
    return 0;
}

static int load_dir(struct category_set *set, const char *dir, struct error *err)
{
    struct file_list list = {0};
    size_t found = 0;
    int status = file_list_dir(dir, &list, err);

    for (size_t i = 0; status == 0 && i < list.count; i++) {
        char *path = mem_printf("%s/%s", dir, list.names[i]);

        if (list.names[i][0] != '.' && file_is_dir(path)) {
            found++;
            status = load_category_dir(set, path, list.names[i], err);
        }
        free(path);
    }
    file_list_free(&list);
    if (status == 0 && found == 0)
        status = error_set(err, ERR_CONFIG, "BadCategory",
                           "%s: holds no category; each is a folder with a desc.txt", dir);
    return status;
}

/* One category of the files, from the i-th on: how many it has, or -1. */
static long load_group(struct category_set *set, const char *where,
                       const struct category_source *files, size_t count, struct error *err)
{
    struct reading r;
    long used = 0;
    int status = start_category(&r, files->category, where, err);

    for (; (size_t)used < count && strcmp(files[used].category, files->category) == 0; used++) {
        struct category_file file = {.name = files[used].name,
                                     .path = files[used].path,
                                     .data = files[used].data,
                                     .len = files[used].len};

        if (status == 0 && category_file_is_known(file.name))
            status = read_file(&r, &file);
    }
    if (status == 0) {
        char *path = mem_printf("%s/%s", where, files->category);

        status = finish_category(set, &r, path);
        free(path);
    }
    if (status < 0)
        drop_category(&r);
    return status < 0 ? -1 : used;
}

static int load_files(struct category_set *set, const char *where,
                      const struct category_source *files, size_t count, struct error *err)
{
    for (size_t i = 0; i < count;) {
        long used = load_group(set, where, files + i, count - i, err);

        if (used < 0)
            return -1;
        i += (size_t)used;
    }
    return count > 0 ? 0
                     : error_set(err, ERR_CONFIG, "BadCategory",
                                 "%s: holds no category; each is a folder with a desc.txt", where);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct category *)a)->name, ((const struct category *)b)->name);
}

static void set_digest(struct category_set *set)
{
    struct digest *d = digest_new();

    for (size_t i = 0; i < set->count; i++) {
        digest_add(d, set->items[i].name, strlen(set->items[i].name) + 1);
        digest_add(d, set->items[i].digest, DIGEST_HEX_SIZE);
    }
    digest_finish_hex(d, set->digest);
}

/* Once all is loaded, or could not be. */
static int finish_set(struct category_set *set, int status)
{
    if (status < 0) {
        category_set_clear(set);
        return -1;
    }
    if (set->count > 0)
        qsort(set->items, set->count, sizeof(*set->items), compare_names);
    set_digest(set);
    return 0;
}

int category_set_load(struct category_set *set, const char *spec, struct error *err)
{
    const char *dir = spec != NULL && spec[0] == '+' ? spec + 1 : spec;
    int status = 0;

    *set = (struct category_set){0};
    if (dir != NULL && dir[0] == '\0')
        status = error_set(err, ERR_CONFIG, "BadCategory", "no folder of categories is named");
    if (status == 0 && (spec == NULL || dir != spec))
        status = load_embedded(set, err);
    if (status == 0 && dir != NULL)
        status = load_dir(set, dir, err);
    return finish_set(set, status);
}

int category_set_load_files(struct category_set *set, const char *where, bool added,
                            const struct category_source *files, size_t count, struct error *err)
{
    int status;

    *set = (struct category_set){0};
    status = added ? load_embedded(set, err) : 0;
    if (status == 0)
        status = load_files(set, where, files, count, err);
    return finish_set(set, status);
}

/* The set may still be unsorted while it is loaded; there are few. */
const struct category *category_find(const struct category_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    }
    return NULL;
}

bool category_is_valid(const struct category_set *set, const char *name)
{
    return strcmp(name, CATEGORY_OTHER) == 0 || category_find(set, name) != NULL;
}

size_t category_phrase_count(const struct category *category, const char *slot)
{
    size_t count = 0;

    for (size_t i = 0; i < category->phrase_list.count; i++)
        count += strcmp(category->phrases[i].slot, slot) == 0;
    return count;
}

const char *category_phrase(const struct category *category, const char *slot, size_t n)
{
    size_t count = category_phrase_count(category, slot);

    if (count == 0)
        return NULL;
    n %= count;
    for (size_t i = 0; i < category->phrase_list.count; i++) {
        if (strcmp(category->phrases[i].slot, slot) == 0 && n-- == 0)
            return category->phrases[i].text;
    }
    return NULL;
}
