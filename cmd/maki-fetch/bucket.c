#include "bucket.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3_error.h"
#include "aws/s3_get.h"
#include "aws/s3_uri.h"
#include "base/diag.h"
#include "base/mem.h"
#include "bucket_walk.h"
#include "cid.h"
#include "json/json.h"

/*
 * Objects are asked for ahead, up to so many and so many bytes, and read in their order. An object
 * counts with what is in memory of it: no more than a piece.
 */
enum {
    AHEAD_MAX = 96,
    AHEAD_BYTES_MAX = 64 << 20,
    FAILURES_IN_A_ROW_MAX = 100,
};

enum fate { FETCH_IT, UNCHANGED, TOO_OLD, BAD_KEY };

struct object {
    char *key;
    char *uri;
    char *etag; /* as it was listed, and as it came: "" for none */
    int64_t size;
    struct s3_get get;
    struct error err; /* why it was not even asked for */
};

/* A case's objects on their way. */
struct item {
    enum fate fate;
    struct object data;
    struct object communications;
    bool joined;
    bool has_communications;
    char *version; /* for --state; "" where there is no telling */
    int64_t cases; /* UNCHANGED: how many --state knows */
    int64_t bytes;
};

struct source {
    struct fetch *fetch;
    struct s3_uri uri;
    struct http_transport *transport;
    struct bucket_walk *walk;
    struct item items[AHEAD_MAX]; /* a ring */
    size_t first, count;
    int64_t bytes;
    int failures_in_a_row;
    bool ended;
};

bool bucket_matches(const char *spec)
{
    return s3_uri_is(spec);
}

int bucket_check(const char *spec, struct error *err)
{
    struct s3_uri uri;
    struct buf data;
    char *folder;
    int status = s3_uri_parse(&uri, spec, err);

    if (status == 0 && tool_transport_is_offline())
        status = error_set(err, ERR_CONFIG, "Offline",
                           "cannot read %.200s with --offline (or MAKI_OFFLINE=1)", spec);
    if (status < 0)
        return -1;
    buf_init(&data, 1 << 13);
    folder = mem_printf("%s/", uri.key);
    if (cid_counterpart(folder, CID_COMMUNICATIONS, CID_DATA, &data))
        status = error_set(err, ERR_USAGE, "BadUsage",
                           "%.200s: these are communications without their cases; name what holds "
                           "both " CID_DATA " and " CID_COMMUNICATIONS,
                           spec);
    free(folder);
    buf_clear(&data);
    return status;
}

/* The quotation marks that ETags are sent with say nothing. */
static char *plain_etag(const char *etag)
{
    size_t len = strlen(etag);

    if (len >= 2 && etag[0] == '"' && etag[len - 1] == '"')
        return mem_strndup(etag + 1, len - 2);
    return mem_strdup(etag);
}

static void object_set(struct source *source, struct object *object, const struct s3_entry *entry)
{
    object->key = mem_strndup(entry->key, entry->key_len);
    object->uri = mem_printf("s3://%s/%s", source->uri.bucket, object->key);
    object->etag = plain_etag(entry->etag);
    object->size = entry->size;
    error_clear(&object->err);
}

static void object_forget(struct object *object)
{
    free(object->key);
    free(object->uri);
    free(object->etag);
    object->key = object->uri = object->etag = NULL;
}

static void object_ask(struct source *source, struct object *object)
{
    const struct s3_object place = {source->uri.bucket, object->key};

    if (s3_get_start(&object->get, &place, object->size, &object->err) < 0)
        error_prefix(&object->err, "%.300s", object->uri);
}

static char *version_of(const struct item *item)
{
    if (*item->data.etag == '\0' ||
        (item->has_communications && *item->communications.etag == '\0'))
        return mem_strdup("");
    return mem_printf("%s%s%s", item->data.etag, item->has_communications ? "+" : "",
                      item->has_communications ? item->communications.etag : "");
}

static struct state_key key_of(const struct source *source, const struct item *item)
{
    return (struct state_key){
        .source = source->fetch->source, .path = item->data.key, .version = item->version};
}

static int choose_fate(struct source *source, struct item *item, const struct bucket_file *file)
{
    struct fetch *fetch = source->fetch;
    const struct state_key key = key_of(source, item);
    struct error err;
    int status;

    item->fate = FETCH_IT;
    if (strlen(item->data.key) < file->data.key_len) {
        item->fate = BAD_KEY;
    } else if (cid_is_before(item->data.key, fetch->select.since_ms)) {
        item->fate = TOO_OLD;
    } else if (fetch->state != NULL && *item->version != '\0') {
        status = state_is_unchanged(fetch->state, &key, &item->cases, &err);
        if (status < 0)
            return tool_fatal(&fetch->tool, &err);
        item->fate = status == 1 ? UNCHANGED : FETCH_IT;
    }
    return 0;
}

static int64_t in_memory(int64_t size)
{
    return size < S3_PIECE_BYTES ? size : S3_PIECE_BYTES;
}

/* Take a file of the list into the ring and ask for it. */
static int add_item(struct source *source, const struct bucket_file *file)
{
    struct item *item = &source->items[(source->first + source->count) % AHEAD_MAX];

    object_set(source, &item->data, &file->data);
    item->joined = file->joined;
    item->has_communications = file->has_communications;
    if (file->has_communications)
        object_set(source, &item->communications, &file->communications);
    item->version = version_of(item);
    item->bytes = 0;
    source->count++;
    if (choose_fate(source, item, file) < 0)
        return -1;
    if (item->fate != FETCH_IT)
        return 0;
    object_ask(source, &item->data);
    item->bytes = in_memory(item->data.size);
    if (item->has_communications && item->communications.size > 0) {
        object_ask(source, &item->communications);
        item->bytes += in_memory(item->communications.size);
    }
    source->bytes += item->bytes;
    return 0;
}

static int fill(struct source *source)
{
    while (!source->ended && source->count < AHEAD_MAX && source->bytes < AHEAD_BYTES_MAX) {
        struct bucket_file file;
        struct error err;
        int status = bucket_walk_next(source->walk, &file, &err);

        if (status < 0)
            return tool_fatal(&source->fetch->tool, &err);
        source->ended = status == 0;
        if (status == 1 && add_item(source, &file) < 0)
            return -1;
    }
    return 0;
}

static ssize_t read_object(void *context, char *data, size_t size, struct error *err)
{
    return s3_get_read(&((struct object *)context)->get, data, size, err);
}

/* NULL with an error also where it does not come at all. */
static struct jsonl *open_object(struct fetch *fetch, struct object *object, struct error *err)
{
    const struct input_source source = {read_object, object};
    const struct jsonl_options options = values_options(fetch);

    if (object->err.kind != ERR_NONE) {
        *err = object->err;
        return NULL;
    }
    if (s3_get_await(&object->get, err) < 0)
        return NULL;
    return jsonl_open_source(&source, object->uri, &options);
}

static struct jsonl *open_communications(struct fetch *fetch, void *context, struct error *err)
{
    struct item *item = context;

    error_clear(err);
    if (!item->has_communications || item->communications.size == 0)
        return NULL;
    return open_object(fetch, &item->communications, err);
}

/* What came is what was listed. */
static bool is_as_listed(const struct object *object)
{
    char *etag = plain_etag(object->get.etag);
    bool same = strcmp(etag, object->etag) == 0;

    free(etag);
    return same;
}

static int remember(struct source *source, const struct item *item)
{
    const struct state_key key = key_of(source, item);
    struct error err;

    if (*item->version == '\0' || !is_as_listed(&item->data) ||
        (item->has_communications && item->communications.size > 0 &&
         !is_as_listed(&item->communications)))
        return 0;
    if (state_remember(source->fetch->state, &key, source->fetch->file.cases, &err) < 0)
        return tool_fatal(&source->fetch->tool, &err);
    return 0;
}

/* It did not come. That is one failure, unless others cannot come either. */
static int fail_item(struct source *source, const struct item *item, const struct error *err)
{
    if (s3_error_is_general(err) || ++source->failures_in_a_row == FAILURES_IN_A_ROW_MAX)
        return tool_fatal(&source->fetch->tool, err);
    return intake_unreadable(source->fetch, item->data.uri, err);
}

static int read_item(struct source *source, struct item *item)
{
    struct fetch *fetch = source->fetch;
    struct origin origin = {.uri = item->data.uri,
                            .joined = item->joined,
                            .open_communications = open_communications,
                            .context = item};
    struct error err;
    struct jsonl *reader;
    char *etag;
    int status;

    fetch->file.cases = 0;
    fetch->file.partial = false;
    fetch->stats.files++;
    reader = open_object(fetch, &item->data, &err);
    if (reader == NULL)
        return fail_item(source, item, &err);
    source->failures_in_a_row = 0;
    etag = plain_etag(item->data.get.etag);
    origin.etag = *etag ? etag : NULL;
    status = values_read(fetch, reader, &origin);
    jsonl_close(reader);
    free(etag);
    if (status == 0 && fetch->state != NULL && !fetch->file.partial && !fetch->done)
        status = remember(source, item);
    return status;
}

static int skip_old(struct fetch *fetch, const struct item *item)
{
    const struct tool_record record = {.value = jv_invalid(), .source = item->data.uri, .line = 1};

    tool_count_in(&fetch->tool);
    tool_skip(&fetch->tool, &record, "created before --since, as its key says");
    return 0;
}

static int take_item(struct source *source, struct item *item)
{
    const struct state_key key = key_of(source, item);
    struct error err;

    switch (item->fate) {
    case FETCH_IT:
        return read_item(source, item);
    case UNCHANGED:
        return values_skip_unchanged(source->fetch, &key, item->cases);
    case TOO_OLD:
        return skip_old(source->fetch, item);
    case BAD_KEY:
        error_set(&err, ERR_DATA, "BadKey", "%.300s: a NUL in the key: it cannot be asked for",
                  item->data.uri);
        return intake_unreadable(source->fetch, item->data.uri, &err);
    }
    return 0;
}

static void drop_first(struct source *source)
{
    struct item *item = &source->items[source->first];

    object_forget(&item->data);
    if (item->has_communications)
        object_forget(&item->communications);
    free(item->version);
    source->bytes -= item->bytes;
    source->first = (source->first + 1) % AHEAD_MAX;
    source->count--;
}

/* --limit came before the rest of the ring: of that, what --state knew it still knows. */
static int keep_known(struct source *source)
{
    for (; source->count > 0; drop_first(source)) {
        const struct item *item = &source->items[source->first];
        const struct state_key key = key_of(source, item);
        struct error err;

        if (item->fate == UNCHANGED &&
            state_remember(source->fetch->state, &key, item->cases, &err) < 0)
            return tool_fatal(&source->fetch->tool, &err);
    }
    return 0;
}

static int read_all(struct source *source)
{
    while (!source->fetch->done) {
        if (fill(source) < 0)
            return -1;
        if (source->count == 0)
            return 0;
        if (take_item(source, &source->items[source->first]) < 0)
            return -1;
        drop_first(source);
    }
    return keep_known(source);
}

static void close_source(struct source *source)
{
    bucket_walk_free(source->walk);
    for (size_t i = 0; i < AHEAD_MAX; i++) {
        s3_get_clear(&source->items[i].data.get);
        s3_get_clear(&source->items[i].communications.get);
    }
    while (source->count > 0)
        drop_first(source);
    free(source);
}

int bucket_read(struct fetch *fetch, const char *spec)
{
    struct source *source = mem_calloc(1, sizeof(*source));
    struct error err;
    int status;

    source->fetch = fetch;
    if (s3_uri_parse(&source->uri, spec, &err) < 0 ||
        fetch_transport(fetch, &source->transport, &err) < 0) {
        free(source);
        return tool_fatal(&fetch->tool, &err);
    }
    source->walk = bucket_walk_new(fetch, source->transport, &source->uri);
    for (size_t i = 0; i < AHEAD_MAX; i++) {
        s3_get_init(&source->items[i].data.get, source->transport);
        s3_get_init(&source->items[i].communications.get, source->transport);
    }
    status = read_all(source);
    close_source(source);
    return status;
}
