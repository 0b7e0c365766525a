/* One file: read value by value, unless --state knows it. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "cid.h"
#include "fetch.h"
#include "json/jsonl.h"

enum { PATH_BYTES_MAX = 1 << 16, VERSION_BYTES_MAX = 256 };

static int read_file(struct fetch *fetch, const char *path, const char *communications)
{
    struct jsonl_options options = values_options(fetch);
    struct buf name;
    struct origin origin = {.uri = strcmp(path, "-") == 0 ? NULL : path,
                            .joined = communications != NULL,
                            .open_communications = cid_open_file,
                            .context = &name};
    struct error err;
    struct jsonl *reader = jsonl_open(path, &options, &err);
    int status;

    fetch->stats.files++;
    if (reader == NULL)
        return intake_unreadable(fetch, path, &err);
    buf_init(&name, PATH_BYTES_MAX);
    buf_adds(&name, communications ? communications : "");
    status = values_read(fetch, reader, &origin);
    buf_clear(&name);
    jsonl_close(reader);
    return status;
}

static bool is_file(const char *path, const struct stat *info)
{
    struct stat other;

    return path != NULL && stat(path, &other) == 0 && other.st_dev == info->st_dev &&
           other.st_ino == info->st_ino;
}

/* `maki-fetch . > cases.jsonl` must not read what it writes, for ever; nor what it wrote otherwise.
 */
static bool is_own_file(const struct fetch *fetch, const struct stat *info)
{
    const struct tool_common *common = fetch->tool.common;

    return is_file("/dev/stdout", info) || is_file(common->failures, info) ||
           is_file(common->stats, info) || is_file(fetch->state_path, info);
}

/* What changes when the file does. */
static void add_version(struct buf *version, const struct stat *info)
{
    buf_addf(version, "%s%" PRId64 "@%" PRId64 ".%09ld", version->len ? "+" : "",
             (int64_t)info->st_size, (int64_t)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);
}

/* Of the file and of its communications; empty for what has no lasting content. */
static void describe_version(struct buf *version, const char *path, const char *communications)
{
    struct stat info;

    buf_reset(version);
    if (stat(path, &info) < 0 || !S_ISREG(info.st_mode))
        return;
    add_version(version, &info);
    if (communications != NULL && stat(communications, &info) == 0)
        add_version(version, &info);
}

/* 1: remembered, and counted as skipped. */
static int skip_unchanged(struct fetch *fetch, const struct state_key *key)
{
    struct error err;
    int64_t cases = 0;
    int status = state_is_unchanged(fetch->state, key, &cases, &err);

    if (status < 0)
        return tool_fatal(&fetch->tool, &err);
    return status == 1 && values_skip_unchanged(fetch, key, cases) < 0 ? -1 : status;
}

/* Read the file, unless --state has it; and remember it, unless it changed meanwhile or more is to
 * come from it. */
static int read_remembering(struct fetch *fetch, const struct state_key *key, const char *path,
                            const char *communications)
{
    struct error err;
    struct buf after;
    int status = skip_unchanged(fetch, key);

    if (status != 0)
        return status < 0 ? -1 : 0;
    if (read_file(fetch, path, communications) < 0)
        return -1;
    if (fetch->file.partial || fetch->done)
        return 0;
    buf_init(&after, VERSION_BYTES_MAX);
    describe_version(&after, path, communications);
    if (strcmp(buf_str(&after), key->version) == 0 &&
        state_remember(fetch->state, key, fetch->file.cases, &err) < 0)
        status = tool_fatal(&fetch->tool, &err);
    buf_clear(&after);
    return status;
}

int infile_read(struct fetch *fetch, const char *path, const char *relative)
{
    struct state_key key = {.source = fetch->source, .path = relative};
    struct buf communications;
    struct buf version;
    struct stat info;
    const char *counterpart = NULL;
    int status;

    fetch->file.cases = 0;
    fetch->file.partial = false;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && is_own_file(fetch, &info)) {
        diag_warn("%s: this is where output goes or a state is: it is not read", path);
        return 0;
    }
    buf_init(&communications, PATH_BYTES_MAX);
    buf_init(&version, VERSION_BYTES_MAX);
    if (cid_counterpart(path, CID_DATA, CID_COMMUNICATIONS, &communications))
        counterpart = buf_str(&communications);
    describe_version(&version, path, counterpart);
    key.version = buf_str(&version);
    if (fetch->state != NULL && version.len > 0)
        status = read_remembering(fetch, &key, path, counterpart);
    else
        status = read_file(fetch, path, counterpart);
    buf_clear(&communications);
    buf_clear(&version);
    return status;
}
