/* One more helper for scripts: `maki manifest DIR` sums up a run of maki-run from its files. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/out.h"
#include "programs.h"
#include "json/json.h"
#include "json/jsonl.h"

enum { STATS_BYTES_MAX = 1 << 20 };

/*
 * Of a --stats file what is the same however often the run was cut off: not times, nor what a cache
 * answered. jv_null() where the step was not taken.
 */
static jv read_stats(const char *dir, const char *name)
{
    static const char *const members[] = {"in", "out", "failed", "skipped", "model", "cost"};
    char *path = mem_printf("%s/stats-%s.json", dir, name);
    struct error ignored;
    struct buf text;
    jv stats = jv_invalid();
    jv kept = jv_null();

    buf_init(&text, STATS_BYTES_MAX);
    if (file_read(path, &text, &ignored) == 0)
        stats = json_parse(buf_str(&text), text.len, NULL, &ignored);
    buf_clear(&text);
    free(path);
    if (json_is(stats, JV_KIND_OBJECT))
        kept = jv_object();
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (json_has(stats, members[i]))
            json_set(&kept, members[i], jv_copy(json_get(stats, members[i])));
    }
    jv_free(stats);
    return kept;
}

/* What the lines of maki-put's manifest add up to. */
struct objects {
    int64_t count;
    int64_t bytes;
    struct digest *digest; /* over the lines */
};

static int add_objects(struct objects *o, const char *path, struct error *err)
{
    struct jsonl *reader = jsonl_open(path, &(struct jsonl_options){0}, err);
    int status = reader ? 0 : -1;

    while (status == 0) {
        jv line = jv_invalid();
        enum jsonl_status got = jsonl_next(reader, &line, err);
        size_t len;
        const char *text = jsonl_text(reader, &len);

        if (got == JSONL_END)
            break;
        if (got != JSONL_VALUE) {
            status = -1;
        } else {
            o->count++;
            o->bytes += json_int(line, "bytes", 0);
            digest_add(o->digest, text, len);
            digest_add(o->digest, "\n", 1);
        }
        jv_free(line);
    }
    jsonl_close(reader);
    return status;
}

/* {"count","bytes","sha256"} of all that was stored; jv_invalid() with an error. */
static jv sum_objects(const char *dir, struct error *err)
{
    static const char *const names[] = {"manifest.jsonl", "stored-summary.json.jsonl"};
    struct objects o = {.digest = digest_new()};
    char hex[DIGEST_HEX_SIZE];
    jv sum = jv_object();
    int status = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && status == 0; i++) {
        char *path = mem_printf("%s/%s", dir, names[i]);

        status = add_objects(&o, path, err);
        free(path);
    }
    digest_finish_hex(o.digest, hex);
    json_set(&sum, "count", jv_number((double)o.count));
    json_set(&sum, "bytes", jv_number((double)o.bytes));
    json_set_str(&sum, "sha256", hex);
    if (status == 0)
        return sum;
    jv_free(sum);
    return jv_invalid();
}

static jv make_manifest(const char *dir, struct error *err)
{
    static const char *const steps[] = {"fetch", "classify", "aggregate", "put"};
    const char *slash = strrchr(dir, '/');
    char now[TIME_ISO_SIZE];
    jv objects = sum_objects(dir, err);
    jv manifest = jv_object();

    time_format_iso(clock_now_ms(clock_system()), now);
    json_set_str(&manifest, "run", slash ? slash + 1 : dir);
    json_set_str(&manifest, "started", now);
    json_set_str(&manifest, "version", MAKI_VERSION);
    if (!jv_is_valid(objects)) {
        jv_free(manifest);
        return jv_invalid();
    }
    json_set(&manifest, "objects", objects);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        json_set(&manifest, steps[i], read_stats(dir, steps[i]));
    return manifest;
}

int maki_manifest_main(int argc, char **argv)
{
    struct error err;
    const char *now = getenv("MAKI_NOW");
    struct buf text;
    struct out *out;
    jv manifest;
    int status = EX_OK;

    diag_init("maki manifest", DIAG_NORMAL);
    if (argc != 2 || *argv[1] == '-') {
        diag_error("usage: maki manifest DIR; DIR is the folder of a run of maki-run");
        return EX_USAGE;
    }
    clock_freeze(now);
    manifest = make_manifest(argv[1], &err);
    if (!jv_is_valid(manifest))
        return diag_fail(&err);
    buf_init(&text, STATS_BYTES_MAX);
    json_write(&text, manifest);
    jv_free(manifest);
    out = out_stdout();
    if (out_buf(out, &text, &err) < 0)
        status = diag_fail(&err);
    if (out_close(out, &err) < 0)
        status = diag_fail(&err);
    buf_clear(&text);
    return status;
}
