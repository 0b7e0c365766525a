#include "cid.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "maki/case.h"
#include "json/json.h"
#include "json/jsonl.h"

enum { ORPHANS_TOLD_MAX = 10 };

/* The last component of `path` that is the folder `name`, or NULL; the last component of all is a
 * file's, and does not count. */
static const char *find_folder(const char *path, const char *name)
{
    size_t len = strlen(name);
    const char *found = NULL;

    for (const char *p = path; p != NULL; p = strchr(p, '/')) {
        p += *p == '/';
        if (strncmp(p, name, len) == 0 && p[len] == '/')
            found = p;
    }
    return found;
}

const char *cid_suffix(const char *path, const char *folder)
{
    const char *found = find_folder(path, folder);

    return found ? found + strlen(folder) + 1 : NULL;
}

bool cid_counterpart(const char *path, const char *from, const char *to, struct buf *into)
{
    const char *folder = find_folder(path, from);

    if (folder == NULL)
        return false;
    buf_reset(into);
    buf_add(into, path, (size_t)(folder - path));
    buf_adds(into, to);
    return buf_adds(into, folder + strlen(from)) == 0;
}

/* The A of "account_id=A" in the key, as a new string; NULL if it has none. */
static char *account_of(const char *path)
{
    static const char label[] = "/account_id=";
    const char *key = find_folder(path, CID_DATA);
    const char *found = key ? strstr(key, label) : NULL;
    size_t len;

    if (found == NULL)
        return NULL;
    found += sizeof(label) - 1;
    len = strcspn(found, "/");
    return len > 0 && found[len] == '/' ? mem_strndup(found, len) : NULL;
}

/* "2026-01-02" of "/year=2026/month=01/day=02/"; false if it is something else. */
static bool date_of(const char *text, char iso[sizeof("2026-01-02-")])
{
    static const char shape[] = "/year=dddd/month=dd/day=dd/";
    char *to = iso;

    for (size_t i = 0; i < sizeof(shape) - 1; i++) {
        bool wants_digit = shape[i] == 'd' && (i == 0 || shape[i + 1] != 'a');

        if (wants_digit ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
        if (wants_digit)
            *to++ = text[i];
        else if (to > iso && to[-1] != '-')
            *to++ = '-';
    }
    to[-1] = '\0'; /* the '/' behind the day made a '-' */
    return true;
}

bool cid_is_before(const char *path, int64_t ms)
{
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    const char *suffix = cid_suffix(path, CID_DATA);
    const char *date = suffix ? strstr(suffix, "/year=") : NULL;
    char iso[sizeof("2026-01-02-")];
    int64_t created_ms;

    return date != NULL && ms != INT64_MIN && date_of(date, iso) &&
           time_parse_iso(iso, &created_ms) == 0 && created_ms + 2 * day_ms <= ms;
}

/* A conversation, as far as it could be read, and what went wrong first. */
struct conversation {
    jv communications;
    struct error err; /* kind ERR_NONE: nothing */
};

static void note(struct conversation *c, const struct error *err)
{
    if (c->err.kind == ERR_NONE)
        c->err = *err;
}

static void read_lines(struct fetch *fetch, struct jsonl *reader, struct conversation *c)
{
    int64_t bytes_max = fetch->tool.common->line_bytes_max ? fetch->tool.common->line_bytes_max
                                                           : JSONL_LINE_MAX_DEFAULT;
    int64_t total = 0;
    size_t len;

    for (;;) {
        struct error err;
        jv value = jv_invalid();
        enum jsonl_status status = jsonl_next(reader, &value, &err);
        const char *text = jsonl_text(reader, &len);

        if (status == JSONL_END)
            return;
        if (status == JSONL_BAD || status == JSONL_FAILED)
            note(c, &err);
        if (status == JSONL_FAILED)
            return;
        /* what cannot be parsed stays in the failure record as text */
        json_append(&c->communications, status == JSONL_BAD ? json_string(text, len) : value);
        if (jsonl_repaired(reader) && status == JSONL_VALUE)
            intake_repaired(fetch, jsonl_name(reader), jsonl_line(reader));
        total += (int64_t)len;
        if (total > bytes_max) {
            error_set(&err, ERR_DATA, "LineTooLong",
                      "%s: communications of over %" PRId64 " bytes; see --max-line",
                      jsonl_name(reader), bytes_max);
            note(c, &err);
            return;
        }
    }
}

void cid_tell_no_communications(struct fetch *fetch, const char *folder)
{
    if (!fetch->told_no_communications)
        diag_warn("%s does not exist: the cases come without their communications", folder);
    fetch->told_no_communications = true;
}

/* Having no file is fine, but having no such folder at all deserves a word. */
static void check_communications(struct fetch *fetch, const char *path)
{
    const char *folder = find_folder(path, CID_COMMUNICATIONS);
    char *root = mem_strndup(path, (size_t)(folder - path) + strlen(CID_COMMUNICATIONS));

    if (!file_exists(root))
        cid_tell_no_communications(fetch, root);
    free(root);
}

struct jsonl *cid_open_file(struct fetch *fetch, void *context, struct error *err)
{
    const char *path = buf_str(context);
    struct jsonl_options options = values_options(fetch);
    struct stat info;

    error_clear(err);
    if (stat(path, &info) == 0 || errno != ENOENT)
        return jsonl_open(path, &options, err);
    if (!fetch->told_no_communications)
        check_communications(fetch, path);
    return NULL;
}

static void read_conversation(struct fetch *fetch, const struct origin *origin,
                              struct conversation *c)
{
    struct error err;
    struct jsonl *reader = origin->open_communications(fetch, origin->context, &err);

    c->communications = jv_array();
    error_clear(&c->err);
    if (reader == NULL) {
        note(c, &err);
        return;
    }
    read_lines(fetch, reader, c);
    jsonl_close(reader);
}

int cid_take(struct fetch *fetch, const struct tool_record *record, const struct origin *origin)
{
    struct tool_record joined = *record;
    struct conversation conversation;
    char *account = account_of(record->source);
    int status;

    read_conversation(fetch, origin, &conversation);
    joined.value = case_cid_join(record->value, conversation.communications, account);
    free(account);
    jv_free(record->value);
    if (conversation.err.kind == ERR_NONE)
        return intake_value(fetch, &joined, origin->uri);
    status = intake_reject(fetch, &joined, &conversation.err);
    jv_free(joined.value);
    return status;
}

void cid_tell_orphan(struct fetch *fetch, const char *path)
{
    int64_t count = ++fetch->stats.communications_without_data;

    if (count <= ORPHANS_TOLD_MAX)
        diag_warn("%s: communications of a case that has no file in " CID_DATA "%s", path,
                  count == ORPHANS_TOLD_MAX ? "; further ones are only counted" : "");
}

void cid_check_orphan(struct fetch *fetch, const char *path)
{
    struct buf data;
    struct stat info;

    buf_init(&data, 1 << 16);
    if (cid_counterpart(path, CID_COMMUNICATIONS, CID_DATA, &data) &&
        stat(buf_str(&data), &info) < 0 && errno == ENOENT)
        cid_tell_orphan(fetch, path);
    buf_clear(&data);
}
