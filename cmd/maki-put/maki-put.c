/* maki-put: records in, objects stored, a manifest out. */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../maki/programs.h"
#include "aws/s3_uri.h"
#include "base/file.h"
#include "base/seen.h"
#include "maki/report.h"
#include "store.h"
#include "target.h"
#include "tool/tool.h"
#include "tool/transport.h"
#include "json/json.h"

/* Keys of a run that are remembered at the least, so that no record is put over another one: at
 * most 32 MB. */
enum { KEYS_REMEMBERED = 3 << 18 };

static struct {
    const char *key;
    struct opt_list names;
    bool one;
    bool pretty;
    struct put_options put;
} o;

static const struct opt options[] = {
    {OPT_STRING, 'k', "key", &o.key, "TEMPLATE", NULL,
     "where each object lies below DEST: {member} and {a.b} are the record's, {now} and {date} the "
     "time's, {NAME} those of "
     "--set (default " REPORT_KEY_RECORD ")",
     0, 0},
    {OPT_EACH, 's', "set", &o.names, "NAME=VALUE", NULL,
     "give {NAME} in the key a value; repeatable", 0, 0},
    {OPT_FLAG, '1', "one", &o.one, NULL, NULL,
     "store the whole input, whatever it is, as one object; --key says where", 0, 0},
    {OPT_FLAG, 'n', "no-clobber", &o.put.no_clobber, NULL, NULL,
     "leave objects that exist as they are; they count as skipped", 0, 0},
    {OPT_FLAG, 'p', "pretty", &o.pretty, NULL, NULL, "indent the JSON of each object", 0, 0},
    {OPT_FLAG, 0, "no-sync", &o.put.no_sync, NULL, "MAKI_NO_SYNC",
     "do not wait for the disk: much faster, but a power cut may take what was stored", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-put",
    .synopsis = "[OPTION]... DEST [FILE]...",
    .purpose = "Stores each JSON Lines record of FILE or standard input as an object below "
               "DEST, a folder or s3://BUCKET[/PREFIX], and writes one manifest "
               "line an object: {key, bytes, sha256, caseId}.",
    .tables = {options, tool_transport_options, tool_common_options},
    .notes = "Examples:\n"
             "  maki-put reports insights.jsonl > manifest.jsonl\n"
             "  maki-put --key '" REPORT_KEY_ONDEMAND
             "' --set since=20260101-000000 reports < insights.jsonl\n"
             "  maki-put s3://maki-report/run1 insights.jsonl > manifest.jsonl\n"
             "  maki-put --one --key 'batch/{now}/summary.json' reports < summary.json\n",
    .operands_min = 1,
    .operands_max = 1 << 20,
};

struct put {
    struct tool tool;
    struct put_target target;
    struct report_key *key;
    struct seen *keys;
    struct store *store;
    struct buf plain; /* what is to be indented */
};

/* The record as the object's text, a newline at its end. */
static int make_body(struct put *put, jv record, struct buf *body, struct error *err)
{
    struct buf *text = o.pretty ? &put->plain : body;

    buf_reset(text);
    json_write(text, record);
    if (o.pretty)
        json_indent(body, text->data, text->len);
    if (buf_full(text) || buf_addc(body, '\n') < 0)
        return error_set(err, ERR_DATA, "RecordTooLong", "the object would be longer than %d bytes",
                         OBJECT_BYTES_MAX);
    return 0;
}

static int make_object(struct put *put, jv record, struct store_job *job, struct error *err)
{
    if (report_key_expand(put->key, record, &job->key, err) < 0)
        return -1;
    if (seen_add(put->keys, job->key.data, job->key.len))
        return error_set(err, ERR_DATA, "DuplicateKey",
                         "an earlier record of this run has the key '%.300s' too; use a member "
                         "that differs, such as {caseId}",
                         buf_str(&job->key));
    return make_body(put, record, &job->body, err);
}

static int put_record(struct tool *tool, const struct tool_record *record, void *context)
{
    struct put *put = context;
    struct store_job *job = store_next(put->store);
    struct error err;
    int status = -1;

    if (job != NULL && make_object(put, record->value, job, &err) == 0)
        return store_add(put->store, job, record);
    if (job != NULL)
        status = tool_reject(tool, record, "put", &err);
    jv_free(record->value);
    return status;
}

/* With --one: the bytes as they are, also if they happen to be gzip. */
static int put_whole(struct put *put, const char *path)
{
    const char *name = path ? path : "standard input";
    struct store_job *job = store_next(put->store);
    struct tool_record record = {.value = jv_invalid(), .source = name, .line = 1};
    struct error err;
    int status = path ? file_read(path, &job->body, &err)
                      : file_read_fd(STDIN_FILENO, name, &job->body, &err);

    if (status == 0 && job->body.len == 0)
        status =
            error_set(&err, ERR_DATA, "NoInput",
                      "%s is empty, so nothing was stored; did the program before it fail?", name);
    if (status == 0)
        status = report_key_expand(put->key, jv_invalid(), &job->key, &err);
    if (status < 0)
        return tool_fatal(&put->tool, &err);
    tool_count_in(&put->tool);
    record.text = job->body.data;
    record.text_len = job->body.len;
    return store_add(put->store, job, &record);
}

static int check_usage(int file_count, struct error *err)
{
    if (!o.one)
        return 0;
    if (o.key == NULL)
        return error_set(
            err, ERR_USAGE, "BadUsage",
            "--one needs --key: where is the object to lie? For example --key summary.json");
    if (o.pretty)
        return error_set(err, ERR_USAGE, "BadUsage",
                         "--one stores its input as it is, so --pretty does not go with it");
    if (file_count > 1)
        return error_set(err, ERR_USAGE, "BadUsage", "--one takes one FILE, not %d", file_count);
    return 0;
}

static int open_key(struct put *put, struct error *err)
{
    const struct report_names names = {(const char *const *)o.names.items, o.names.count};

    put->key = report_key_new(o.key ? o.key : REPORT_KEY_RECORD, &names,
                              clock_now_ms(put->tool.clock), err);
    if (put->key == NULL)
        return -1;
    if (o.one && report_key_varies(put->key))
        return error_set(
            err, ERR_USAGE, "BadKey",
            "with --one there is no record to take a name in the key from; give it by --set");
    return 0;
}

static int open_target(struct put *put, const char *dest, struct error *err)
{
    if (*dest == '\0')
        return error_set(err, ERR_USAGE, "BadUsage", "DEST is empty: name a folder or s3://BUCKET");
    if (s3_uri_is(dest))
        return s3_open(&put->target, dest, &o.put, err);
    if (strstr(dest, "://") != NULL)
        return error_set(err, ERR_USAGE, "BadDestination",
                         "cannot store in %.200s: name a folder or s3://BUCKET[/PREFIX]", dest);
    return folder_open(&put->target, dest, &o.put, err);
}

static void run(struct put *put, int argc, char **argv, int operand)
{
    const char *dest = argv[operand];
    char **files = argv + operand + 1;
    int file_count = argc - operand - 1;
    struct error err;

    if (check_usage(file_count, &err) < 0 || open_key(put, &err) < 0 ||
        open_target(put, dest, &err) < 0) {
        tool_fatal(&put->tool, &err);
        return;
    }
    put->store = store_new(&put->tool, &put->target);
    if (o.one)
        put_whole(put, file_count > 0 && strcmp(files[0], "-") != 0 ? files[0] : NULL);
    else
        tool_each_record(&put->tool, file_count, files, put_record, put);
    store_finish(put->store);
    json_set(&put->tool.stats, "bytes", jv_number((double)store_bytes(put->store)));
    put->target.close(put->target.state); /* nothing borrows from the store any more */
    store_free(put->store);
}

int maki_put_main(int argc, char **argv)
{
    /* a limit on file sizes is then an error like a full disk, and the half file is taken away */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct put put = {0};
    int operand;
    int status;

    memset(&o, 0, sizeof(o));
    tool_transport_defaults();
    status = tool_begin(&put.tool, &program, argc, argv, &operand);
    if (status >= 0) {
        opt_list_free(&o.names);
        return status;
    }
    sigaction(SIGXFSZ, &ignore, NULL);
    buf_init(&put.plain, OBJECT_BYTES_MAX);
    put.keys = seen_new(KEYS_REMEMBERED);
    run(&put, argc, argv, operand);
    report_key_free(put.key);
    seen_free(put.keys);
    buf_clear(&put.plain);
    opt_list_free(&o.names);
    return tool_end(&put.tool);
}
