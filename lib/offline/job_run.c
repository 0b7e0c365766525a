#include "offline/job_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"
#include "offline/job_check.h"
#include "offline/job_files.h"
#include "offline/member.h"
#include "json/json.h"
#include "json/jsonl.h"
#include "json/scan.h"

enum { FILE_BYTES_MAX = 1 << 30 };

struct job_run {
    struct job_task task;
    struct job_counts counts;
    struct job_files files;
    size_t at; /* the file that is read */
    struct jsonl *reader;
    FILE *out;
    int64_t *places; /* where the lines of the output start */
    size_t place_count, place_cap;
    struct reply reply;
};

/* A line's members, as they stand there. */
struct record {
    const char *id, *input;
    size_t id_len, input_len;
};

/* False for what is no record. */
static bool read_record(const char *line, size_t len, struct record *record)
{
    struct scan_notes notes;
    struct error ignored;
    struct member_place id, input;

    if (scan_json(line, len, &notes, &ignored) < 0 || line[strspn(line, " \t")] != '{' ||
        !member_find(line, len, "recordId", &id) || !member_find(line, len, "modelInput", &input) ||
        line[id.start] != '"' || line[input.start] != '{')
        return false;
    *record = (struct record){line + id.start, line + input.start, id.end - id.start,
                              input.end - input.start};
    return true;
}

static int refuse(struct error *err, const char *what, const char *key)
{
    return error_set(err, ERR_DATA, "ValidationException", "%s: %s", key, what);
}

static int validate_file(const struct job_files *files, size_t i, int64_t *total, struct error *err)
{
    const struct job_file *file = &files->items[i];
    struct jsonl *reader;
    struct record record;
    enum jsonl_status status;
    size_t len;

    if (file->size > FILE_BYTES_MAX)
        return refuse(err, "the file is larger than 1 GB", file->key);
    if (job_files_fetch(files, i, err) < 0)
        return -1;
    reader = jsonl_open(files->local, NULL, err);
    if (reader == NULL)
        return -1;
    while ((status = jsonl_next_line(reader, err)) == JSONL_VALUE) {
        const char *line = jsonl_text(reader, &len);

        if (!read_record(line, len, &record)) {
            jsonl_close(reader);
            return refuse(err, "a line is not valid JSON with recordId and modelInput", file->key);
        }
        ++*total;
    }
    jsonl_close(reader);
    return status == JSONL_END ? 0 : refuse(err, "the file cannot be read", file->key);
}

int job_run_validate(const struct job_task *task, struct job_counts *counts, struct error *err)
{
    struct job_files files = {0};
    int status = job_files_init(&files, task->store, task->input_uri, err);

    *counts = (struct job_counts){0};
    for (size_t i = 0; status == 0 && i < files.count; i++)
        status = validate_file(&files, i, &counts->total, err);
    if (status == 0 && (counts->total < task->records_min || counts->total > task->records_max))
        status = error_set(err, ERR_DATA, "ValidationException",
                           "The number of records must be from %" PRId64 " to %" PRId64
                           "; the input has %" PRId64 ".",
                           task->records_min, task->records_max, counts->total);
    job_files_clear(&files);
    return status;
}

struct job_run *job_run_new(const struct job_task *task, const struct job_counts *counts)
{
    struct job_run *run = mem_calloc(1, sizeof(*run));

    run->task = *task;
    run->counts.total = counts->total;
    reply_init(&run->reply);
    return run;
}

void job_run_free(struct job_run *run)
{
    if (run == NULL)
        return;
    jsonl_close(run->reader);
    if (run->out != NULL)
        fclose(run->out);
    job_files_clear(&run->files);
    reply_clear(&run->reply);
    free(run->places);
    free(run);
}

const struct job_counts *job_run_counts(const struct job_run *run)
{
    return &run->counts;
}

/* Why Bedrock would not even ask the model; NULL if it would. */
static const char *refusal(const struct job_run *run, const struct record *record)
{
    static const char *const members[][2] = {
        {"toolConfig", "toolConfig is not supported in batch inference"},
        {"outputConfig", "outputConfig is not supported in batch inference"},
        {"modelId", "modelId must not be set in a record's modelInput"},
    };
    struct member_place place;

    if (run->task.fail_every > 0 && run->counts.processed % run->task.fail_every == 0)
        return "a fault on demand";
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (member_find(record->input, record->input_len, members[i][0], &place))
            return members[i][1];
    }
    return NULL;
}

static void write_error(struct job_run *run, int status, const char *message)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    json_write_string(&text, message, strlen(message));
    fprintf(run->out, ",\"error\":{\"errorCode\":%d,\"errorMessage\":%s}}\n", status,
            buf_str(&text));
    buf_clear(&text);
    run->counts.errors++;
}

/* What the model answers with, or refuses with. */
static void write_answer(struct job_run *run, const struct record *record)
{
    struct reply *reply = &run->reply;
    struct chat_usage usage;

    reply_start(reply, "application/json", "batch");
    usage = chat_converse(run->task.chat, record->input, record->input_len, reply);
    if (reply->status == 200) {
        fputs(",\"modelOutput\":", run->out);
        fwrite(buf_str(&reply->body), 1, reply->body.len, run->out);
        fputs("}\n", run->out);
        run->counts.success++;
        run->counts.input_tokens += usage.input_tokens;
        run->counts.output_tokens += usage.output_tokens;
    } else {
        struct error ignored;
        jv body = json_parse(buf_str(&reply->body), reply->body.len, NULL, &ignored);
        const char *message = json_str(body, "message", NULL);

        write_error(run, reply->status, message ? message : "the model did not answer");
        jv_free(body);
    }
}

static void do_record(struct job_run *run, const char *line, size_t len)
{
    struct record record;
    const char *why;

    if (!read_record(line, len, &record))
        return; /* validation has seen it, so it changed since: as if it were not there */
    run->counts.processed++;
    run->places =
        mem_grow(run->places, &run->place_cap, run->place_count + 1, sizeof(*run->places));
    run->places[run->place_count++] = ftello(run->out);
    fputs("{\"recordId\":", run->out);
    fwrite(record.id, 1, record.id_len, run->out);
    fputs(",\"modelInput\":", run->out);
    fwrite(record.input, 1, record.input_len, run->out);
    why = refusal(run, &record);
    if (why != NULL)
        write_error(run, 400, why);
    else
        write_answer(run, &record);
}

static int open_next(struct job_run *run, struct error *err)
{
    if (run->at == 0 && run->files.store == NULL &&
        job_files_init(&run->files, run->task.store, run->task.input_uri, err) < 0)
        return -1;
    if (run->at == run->files.count)
        return 0;
    if (job_files_fetch(&run->files, run->at, err) < 0)
        return -1;
    run->reader = jsonl_open(run->files.local, NULL, err);
    run->out = fopen(run->files.output, "w+");
    run->place_count = 0;
    if (run->reader == NULL || run->out == NULL)
        return error_set(err, ERR_IO, "OpenFailed", "cannot open a temporary file");
    return 1;
}

/* The lines in another order: Bedrock promises none. */
static int shuffle(struct job_run *run, struct error *err)
{
    struct rng rng = rng_derive(7, run->task.id, run->at);
    FILE *to = fopen(run->files.shuffled, "w");
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    for (size_t i = run->place_count; to != NULL && i > 0; i--) {
        size_t pick = (size_t)rng_below(&rng, i);
        int64_t place = run->places[pick];

        run->places[pick] = run->places[i - 1];
        if (fseeko(run->out, place, SEEK_SET) == 0 && (len = getline(&line, &size, run->out)) > 0)
            fwrite(line, 1, (size_t)len, to);
    }
    free(line);
    if (to == NULL || fclose(to) != 0 || rename(run->files.shuffled, run->files.output) != 0)
        return error_set(err, ERR_IO, "WriteFailed", "cannot write a temporary file");
    return 0;
}

/* The file's output is whole: store it. */
static int close_file(struct job_run *run, struct error *err)
{
    int status = fflush(run->out) == 0 && !ferror(run->out)
                     ? 0
                     : error_set(err, ERR_IO, "WriteFailed", "cannot write a temporary file");

    if (status == 0 && run->task.shuffle)
        status = shuffle(run, err);
    fclose(run->out);
    run->out = NULL;
    jsonl_close(run->reader);
    run->reader = NULL;
    if (status == 0)
        status = job_files_put(&run->files, run->at, run->task.output_uri, run->task.id, err);
    run->at++;
    return status;
}

static int put_manifest(struct job_run *run, struct error *err)
{
    const struct job_counts *c = &run->counts;
    FILE *out = fopen(run->files.output, "w");

    if (out == NULL)
        return error_set(err, ERR_IO, "OpenFailed", "cannot open a temporary file");
    fprintf(out,
            "{\"totalRecordCount\":%" PRId64 ",\"processedRecordCount\":%" PRId64
            ",\"successRecordCount\":%" PRId64 ",\"errorRecordCount\":%" PRId64
            ",\"inputTokenCount\":%" PRId64 ",\"outputTokenCount\":%" PRId64 "}\n",
            c->total, c->processed, c->success, c->errors, c->input_tokens, c->output_tokens);
    if (fclose(out) != 0)
        return error_set(err, ERR_IO, "WriteFailed", "cannot write a temporary file");
    return job_files_put_manifest(&run->files, run->task.output_uri, run->task.id, err);
}

int job_run_stop(struct job_run *run, struct error *err)
{
    if (run->out != NULL && close_file(run, err) < 0)
        return -1;
    if (run->files.store == NULL) /* it had not begun */
        return 0;
    return put_manifest(run, err);
}

int job_run_some(struct job_run *run, int64_t records_max, struct error *err)
{
    for (int64_t n = 0; n < records_max; n++) {
        const char *line;
        size_t len;

        if (run->task.stop_after >= 0 && run->counts.processed >= run->task.stop_after)
            return job_run_stop(run, err);
        while (run->reader == NULL || jsonl_next_line(run->reader, err) != JSONL_VALUE) {
            int more;

            if (run->reader != NULL && close_file(run, err) < 0)
                return -1;
            more = open_next(run, err);
            if (more <= 0)
                return more < 0 ? -1 : put_manifest(run, err);
        }
        line = jsonl_text(run->reader, &len);
        do_record(run, line, len);
    }
    return 1;
}
