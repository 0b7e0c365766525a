#include "maki/category_s3.h"

#include <stdlib.h>
#include <string.h>

#include "aws/s3_get.h"
#include "aws/s3_list.h"
#include "aws/s3_uri.h"
#include "base/mem.h"
#include "maki/category_file.h"

enum { AT_ONCE = 16, READ_BYTES = 64 << 10 };

struct file {
    char *key; /* PREFIX/CATEGORY/NAME */
    char *category;
    char *path;
    struct buf data;
    int64_t size;
};

struct load {
    struct http_transport *transport;
    struct s3_uri uri;
    char *prefix; /* "" or with a '/' at its end */
    struct file *files;
    size_t count, cap;
    int64_t bytes;
    struct error *err;
};

bool category_s3_is(const char *spec)
{
    return spec != NULL && s3_uri_is(spec + (*spec == '+'));
}

/* An object that is a known file of a category's folder; others are passed over. */
static int note_object(struct load *load, const struct s3_entry *entry)
{
    const char *category = entry->key + strlen(load->prefix);
    const char *slash = strchr(category, '/');
    struct file *file;

    if (slash == NULL || slash == category || strlen(entry->key) < entry->key_len ||
        !category_file_is_known(slash + 1))
        return 0;
    load->bytes += entry->size;
    if (load->count == CATEGORY_S3_FILES_MAX || load->bytes > CATEGORY_S3_BYTES_MAX ||
        entry->size > CATEGORY_FILE_BYTES_MAX)
        return error_set(load->err, ERR_CONFIG, "BadCategory",
                         "s3://%s/%.200s: too large, or there are too many; a file has at most %d "
                         "bytes",
                         load->uri.bucket, entry->key, CATEGORY_FILE_BYTES_MAX);
    load->files = mem_grow(load->files, &load->cap, load->count + 1, sizeof(*load->files));
    file = &load->files[load->count++];
    *file = (struct file){.key = mem_strdup(entry->key),
                          .category = mem_strndup(category, (size_t)(slash - category)),
                          .path = mem_printf("s3://%s/%s", load->uri.bucket, entry->key),
                          .size = entry->size};
    buf_init(&file->data, CATEGORY_FILE_BYTES_MAX + READ_BYTES);
    return 0;
}

static int list_files(struct load *load)
{
    struct s3_list *list = s3_list_new(load->transport, load->uri.bucket, load->prefix);
    struct s3_entry entry;
    int status;

    while ((status = s3_list_next(list, &entry, load->err)) == 1) {
        if (note_object(load, &entry) < 0) {
            status = -1;
            break;
        }
    }
    s3_list_free(list);
    return status;
}

static int read_object(struct load *load, struct s3_get *get, struct file *file)
{
    char *room;
    ssize_t got;

    do {
        room = buf_room(&file->data, READ_BYTES);
        if (room == NULL)
            return error_set(load->err, ERR_CONFIG, "BadCategory", "%.300s: larger than %d bytes",
                             file->path, CATEGORY_FILE_BYTES_MAX);
        got = s3_get_read(get, room, READ_BYTES, load->err);
        if (got > 0)
            buf_commit(&file->data, (size_t)got);
    } while (got > 0);
    return (int)got;
}

static int start(struct load *load, struct s3_get *gets, size_t i)
{
    const struct s3_object object = {load->uri.bucket, load->files[i].key};

    return s3_get_start(&gets[i % AT_ONCE], &object, load->files[i].size, load->err);
}

/* Some at once; read in their order. */
static int get_files(struct load *load)
{
    struct s3_get gets[AT_ONCE];
    size_t started = 0;
    int status = 0;

    for (size_t i = 0; i < AT_ONCE; i++)
        s3_get_init(&gets[i], load->transport);
    for (size_t i = 0; status == 0 && i < load->count; i++) {
        for (; status == 0 && started < load->count && started < i + AT_ONCE; started++)
            status = start(load, gets, started);
        if (status == 0)
            status = read_object(load, &gets[i % AT_ONCE], &load->files[i]);
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        s3_get_clear(&gets[i]);
    return status;
}

static int make_set(struct load *load, struct category_set *set, bool added)
{
    struct category_source *sources = mem_calloc(load->count + 1, sizeof(*sources));
    char *where = mem_printf("s3://%s/%s", load->uri.bucket, load->prefix);
    int status;

    for (size_t i = 0; i < load->count; i++) {
        const struct file *file = &load->files[i];

        sources[i] = (struct category_source){.category = file->category,
                                              .name = strrchr(file->key, '/') + 1,
                                              .path = file->path,
                                              .data = buf_str(&file->data),
                                              .len = file->data.len};
    }
    if (where[strlen(where) - 1] == '/')
        where[strlen(where) - 1] = '\0';
    status = category_set_load_files(set, where, added, sources, load->count, load->err);
    free(where);
    free(sources);
    return status;
}

static void clear(struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        free(load->files[i].key);
        free(load->files[i].category);
        free(load->files[i].path);
        buf_clear(&load->files[i].data);
    }
    free(load->files);
    free(load->prefix);
}

int category_s3_load(struct category_set *set, const char *spec, struct http_transport *transport,
                     struct error *err)
{
    bool added = *spec == '+';
    struct load load = {.transport = transport, .err = err};
    size_t len;
    int status;

    *set = (struct category_set){0};
    if (s3_uri_parse(&load.uri, spec + added, err) < 0)
        return -1;
    len = strlen(load.uri.key);
    load.prefix =
        mem_printf("%s%s", load.uri.key, len > 0 && load.uri.key[len - 1] != '/' ? "/" : "");
    status = list_files(&load) < 0 || get_files(&load) < 0 ? -1 : make_set(&load, set, added);
    clear(&load);
    return status;
}
