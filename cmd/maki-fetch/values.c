/* The values in a file or object, one after the other. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "cid.h"
#include "fetch.h"
#include "maki/case.h"
#include "json/json.h"
#include "json/jsonl.h"

struct jsonl_options values_options(const struct fetch *fetch)
{
    return (struct jsonl_options){.line_bytes_max = (size_t)fetch->tool.common->line_bytes_max,
                                  .documents = true};
}

static bool has_suffix(const char *name, size_t len, const char *suffix)
{
    size_t suffix_len = strlen(suffix);

    return len > suffix_len && strncasecmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

bool values_are_in(const char *name)
{
    size_t len = strlen(name);

    if (has_suffix(name, len, ".gz"))
        len -= 3;
    return has_suffix(name, len, ".json") || has_suffix(name, len, ".jsonl") ||
           has_suffix(name, len, ".ndjson");
}

/* One that was read. */
static int take_read(struct fetch *fetch, const struct jsonl *reader, jv value,
                     const struct origin *origin)
{
    struct tool_record record = {
        .value = value, .source = jsonl_name(reader), .line = jsonl_line(reader)};

    record.text = jsonl_text(reader, &record.text_len);
    fetch->value.repaired = jsonl_repaired(reader);
    if (fetch->value.repaired)
        intake_repaired(fetch, record.source, record.line);
    if (origin->joined && case_is_cid(value))
        return cid_take(fetch, &record, origin);
    return intake_value(fetch, &record, origin->uri);
}

static int read_values(struct fetch *fetch, struct jsonl *reader, const struct origin *origin)
{
    int64_t count = 0;

    for (; !fetch->done; count++) {
        struct error err;
        jv value = jv_invalid();
        enum jsonl_status status = jsonl_next(reader, &value, &err);
        struct tool_record bad = {
            .value = jv_invalid(), .source = jsonl_name(reader), .line = jsonl_line(reader)};
        int result;

        if (status == JSONL_END && count == 0 && origin->joined) {
            error_set(&err, ERR_DATA, "EmptyFile", "the file of a case is empty");
            return intake_unreadable(fetch, origin->uri, &err);
        }
        if (status == JSONL_END)
            return 0;
        bad.text = jsonl_text(reader, &bad.text_len);
        if (status == JSONL_VALUE)
            result = take_read(fetch, reader, value, origin);
        else
            result = intake_reject(fetch, &bad, &err);
        if (result < 0 || status == JSONL_FAILED)
            return result;
    }
    return 0;
}

int values_read(struct fetch *fetch, struct jsonl *reader, const struct origin *origin)
{
    int status;

    fetch->file.etag = origin->etag;
    status = read_values(fetch, reader, origin);
    fetch->file.etag = NULL;
    return status;
}

int values_skip_unchanged(struct fetch *fetch, const struct state_key *key, int64_t cases)
{
    struct error err;

    if (state_remember(fetch->state, key, cases, &err) < 0)
        return tool_fatal(&fetch->tool, &err);
    diag_info("%s: unchanged: %" PRId64 " cases are skipped", key->path, cases);
    fetch->tool.counts.in += cases;
    fetch->tool.counts.skipped += cases;
    fetch->stats.files_unchanged++;
    return 0;
}
