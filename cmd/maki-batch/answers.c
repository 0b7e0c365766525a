#include "answers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/s3_get.h"
#include "aws/s3_list.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/out.h"
#include "place.h"
#include "record.h"
#include "json/json.h"
#include "json/jsonl.h"

enum { CHUNK_BYTES = 256 << 10, LINE_BYTES_MAX = 64 << 20, MANIFEST_BYTES_MAX = 1 << 20 };

/* Where a record's answer lies in the file; of length 0: there is none. */
struct place_in_file {
    int64_t at;
    uint32_t len;
    bool is_error;
};

struct answers {
    const struct plan_job *job;
    struct answers_tally tally;
    struct place_in_file *index; /* by case, from job->first on */
    char *path;
    int fd;
    int64_t end;
    struct buf line;
};

/* One object into a file of ours, from its start. */
static int download(const struct answers_source *source, const struct s3_object *object,
                    int64_t size, const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char *chunk = mem_alloc(CHUNK_BYTES);
    struct s3_get get;
    ssize_t got = -1;

    s3_get_init(&get, source->transport);
    if (fd < 0)
        error_set_errno(err, ERR_CANTCREAT, errno, "FileError", "cannot write %s", path);
    else if (s3_get_start(&get, object, size, err) == 0) {
        while ((got = s3_get_read(&get, chunk, CHUNK_BYTES, err)) > 0) {
            if (write(fd, chunk, (size_t)got) != got) {
                got = error_set_errno(err, ERR_IO, errno, "FileError", "cannot write %s", path);
                break;
            }
        }
    }
    s3_get_clear(&get);
    free(chunk);
    if (fd >= 0)
        close(fd);
    return got < 0 ? -1 : 0;
}

/* Keep a text for a record; the first one stays. */
static int keep(struct answers *a, int64_t index, jv value, bool is_error, struct error *err)
{
    struct place_in_file *place = &a->index[index - a->job->first];

    if (place->len > 0) {
        a->tally.repeated++;
        return 0;
    }
    buf_reset(&a->line);
    json_write(&a->line, value);
    if (buf_full(&a->line))
        return error_set(err, ERR_DATA, "AnswerTooLong", "an answer of over %d bytes",
                         LINE_BYTES_MAX);
    if (pwrite(a->fd, a->line.data, a->line.len, (off_t)a->end) != (ssize_t)a->line.len)
        return error_set_errno(err, ERR_IO, errno, "FileError", "cannot write %s", a->path);
    *place = (struct place_in_file){a->end, (uint32_t)a->line.len, is_error};
    a->end += (int64_t)a->line.len;
    a->tally.answered += !is_error;
    a->tally.failed += is_error;
    return 0;
}

static int take_line(struct answers *a, jv line, struct error *err)
{
    int64_t index = record_index(json_str(line, "recordId", NULL));
    jv output = json_get(line, "modelOutput");
    jv error = json_get(line, "error");

    if (index < a->job->first || index >= a->job->first + a->job->records) {
        a->tally.unknown++;
        return 0;
    }
    if (json_is(error, JV_KIND_OBJECT))
        return keep(a, index, error, true, err);
    if (json_is(output, JV_KIND_OBJECT))
        return keep(a, index, output, false, err);
    a->tally.malformed++;
    return 0;
}

/* All lines of a file that was fetched. */
static int take_file(struct answers *a, const char *path, size_t line_bytes_max, struct error *err)
{
    struct jsonl_options options = {.line_bytes_max = line_bytes_max};
    struct jsonl *reader = jsonl_open(path, &options, err);
    int status = reader ? 0 : -1;

    while (status == 0) {
        struct error bad;
        jv line = jv_invalid();
        enum jsonl_status got = jsonl_next(reader, &line, &bad);

        if (got == JSONL_END)
            break;
        if (got == JSONL_FAILED) {
            *err = bad;
            status = -1;
        } else if (got == JSONL_BAD) {
            a->tally.malformed++;
        } else {
            status = take_line(a, line, err);
        }
        jv_free(line);
    }
    jsonl_close(reader);
    return status;
}

static void take_manifest(struct answers *a, const struct answers_source *source,
                          const struct s3_object *object)
{
    struct buf text;
    struct error ignored;
    jv manifest;

    buf_init(&text, MANIFEST_BYTES_MAX);
    if (s3_get_whole(source->transport, object, &text, NULL, &ignored) == 0) {
        manifest = json_parse(buf_str(&text), text.len, NULL, &ignored);
        a->tally.manifest = json_int(manifest, "successRecordCount", -1);
        jv_free(manifest);
    }
    buf_clear(&text);
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text);

    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static int take_object(struct answers *a, const struct answers_source *source, const char *bucket,
                       const struct s3_entry *entry, struct error *err)
{
    char *path = mem_printf("%s.part", source->path);
    char *key = mem_strdup(entry->key);
    const struct s3_object object = {bucket, key};
    int status = 0;

    if (ends_in(key, "manifest.json.out")) {
        take_manifest(a, source, &object);
    } else if (ends_in(key, ".jsonl.out") && entry->size > 0) {
        status = download(source, &object, entry->size, path, err);
        if (status == 0)
            status = take_file(a, path, source->line_bytes_max, err);
        unlink(path);
    }
    free(key);
    free(path);
    return status;
}

/* Whatever the job left below its place. */
static int take_all(struct answers *a, const struct answers_source *source, struct error *err)
{
    struct place place;
    struct s3_list *list;
    struct s3_entry entry;
    int more;

    place_of_job(&place, source->plan, source->job);
    list = s3_list_new(source->transport, place.bucket, place.output_prefix);
    while ((more = s3_list_next(list, &entry, err)) > 0) {
        if (take_object(a, source, place.bucket, &entry, err) < 0) {
            more = -1;
            break;
        }
    }
    s3_list_free(list);
    return more;
}

struct answers *answers_open(const struct answers_source *source, struct error *err)
{
    struct answers *a = mem_calloc(1, sizeof(*a));
    int status = 0;

    a->job = source->job;
    a->tally.manifest = -1;
    a->index = mem_calloc((size_t)source->job->records, sizeof(*a->index));
    a->path = mem_strdup(source->path);
    buf_init(&a->line, LINE_BYTES_MAX);
    a->fd = open(a->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (a->fd < 0)
        status =
            error_set_errno(err, ERR_CANTCREAT, errno, "FileError", "cannot write %s", a->path);
    else if (source->job->arn != NULL && batch_status_has_output(source->job->status))
        status = take_all(a, source, err);
    if (status < 0) {
        answers_free(a);
        return NULL;
    }
    a->tally.missing = source->job->records - a->tally.answered - a->tally.failed;
    return a;
}

void answers_free(struct answers *a)
{
    if (a == NULL)
        return;
    if (a->fd >= 0) {
        close(a->fd);
        unlink(a->path);
    }
    buf_clear(&a->line);
    free(a->index);
    free(a->path);
    free(a);
}

const struct answers_tally *answers_tally(const struct answers *a)
{
    return &a->tally;
}

/* {"errorCode":400,"errorMessage":"…"} as an error of ours. */
static void read_error(const struct buf *text, struct error *err)
{
    struct error ignored;
    jv value = json_parse(buf_str(text), text->len, NULL, &ignored);
    int64_t code = json_int(value, "errorCode", 0);
    const char *message = json_str(value, "errorMessage", NULL);

    error_set(err, ERR_DATA, "BatchRecordError", "the batch job answered %" PRId64 ": %.300s", code,
              message ? message : "(no message)");
    err->retryable = code == 408 || code == 424 || code == 429 || code >= 500;
    err->attempts = 1;
    jv_free(value);
}

enum answers_found answers_find(struct answers *a, int64_t index, struct buf *body,
                                struct error *err)
{
    const struct place_in_file *place = &a->index[index - a->job->first];
    char *room;

    if (place->len == 0) {
        error_set(err, ERR_UNAVAILABLE, "NotProcessed",
                  "the batch job %s ended (%s) without an answer for this case", a->job->name,
                  a->job->status_name);
        err->retryable = true;
        return ANSWERS_MISSING;
    }
    room = buf_room(body, place->len);
    if (room == NULL || pread(a->fd, room, place->len, (off_t)place->at) != (ssize_t)place->len) {
        error_set(err, ERR_IO, "FileError", "cannot read %s", a->path);
        return ANSWERS_UNREADABLE;
    }
    buf_commit(body, place->len);
    if (!place->is_error)
        return ANSWERS_BODY;
    read_error(body, err);
    buf_reset(body);
    return ANSWERS_ERROR;
}
