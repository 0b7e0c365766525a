#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "json/json.h"

/* Of bodies under way, beyond which the oldest is waited for; and what a job may keep. */
enum { UNDER_WAY_BYTES_MAX = 64 << 20, KEPT_BYTES_MAX = 1 << 20 };

struct store {
    struct tool *tool;
    const struct put_target *target;
    struct store_job *jobs; /* one a slot */
    size_t oldest;          /* of those under way, which follow each other */
    size_t under_way;
    size_t bytes_under_way;
    int64_t bytes;
};

struct store *store_new(struct tool *tool, const struct put_target *target)
{
    struct store *store = mem_calloc(1, sizeof(*store));

    *store = (struct store){.tool = tool, .target = target};
    store->jobs = mem_calloc(target->slots, sizeof(*store->jobs));
    for (size_t i = 0; i < target->slots; i++) {
        buf_init(&store->jobs[i].key, KEY_BUFFER_BYTES);
        buf_init(&store->jobs[i].body, OBJECT_BYTES_MAX);
        store->jobs[i].record.value = jv_invalid();
    }
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->target->slots; i++) {
        struct store_job *job = &store->jobs[i];

        buf_clear(&job->key);
        buf_clear(&job->body);
        jv_free(job->record.value);
        free(job->source);
    }
    free(store->jobs);
    free(store);
}

static jv manifest_entry(const struct store_job *job)
{
    const struct put_object *object = &job->object;
    jv entry = jv_object();
    jv case_id = json_get(job->record.value, "caseId");

    json_set_str(&entry, "key", object->key);
    json_set(&entry, "bytes", jv_number((double)object->len));
    json_set_str(&entry, "sha256", job->sha256_hex);
    if (json_is(case_id, JV_KIND_STRING))
        json_set(&entry, "caseId", jv_copy(case_id));
    return entry;
}

static int emit(struct store *store, struct store_job *job)
{
    jv entry;
    int status;

    store->bytes += (int64_t)job->object.len;
    if (job->object.sha256_hex == NULL)
        digest_sha256_hex(job->object.data, job->object.len, job->sha256_hex);
    entry = manifest_entry(job);
    status = tool_emit(store->tool, entry);
    jv_free(entry);
    return status;
}

/* Wait for the oldest object and account for its record. */
static int finish_oldest(struct store *store)
{
    struct store_job *job = &store->jobs[store->oldest];
    struct error err;
    int status = 0;

    switch (store->target->finish(store->target->state, store->oldest, &err)) {
    case PUT_STORED:
        status = emit(store, job);
        break;
    case PUT_EXISTED:
        tool_skip(store->tool, &job->record, "there is an object of that key already");
        break;
    case PUT_REFUSED:
        status = tool_reject(store->tool, &job->record, "put", &err);
        break;
    case PUT_FAILED:
        status = tool_fatal(store->tool, &err);
        break;
    }
    jv_free(job->record.value);
    job->record.value = jv_invalid();
    store->oldest = (store->oldest + 1) % store->target->slots;
    store->under_way--;
    store->bytes_under_way -= job->object.len;
    return status;
}

struct store_job *store_next(struct store *store)
{
    struct store_job *job;

    while (store->under_way == store->target->slots ||
           (store->under_way > 0 && store->bytes_under_way > UNDER_WAY_BYTES_MAX)) {
        if (finish_oldest(store) < 0)
            return NULL;
    }
    job = &store->jobs[(store->oldest + store->under_way) % store->target->slots];
    buf_reset(&job->key);
    if (store->target->slots > 1 && job->body.cap > KEPT_BYTES_MAX)
        buf_clear(&job->body);
    buf_reset(&job->body);
    return job;
}

/* The input's name lasts no longer than the input. */
static void keep_record(struct store_job *job, const struct tool_record *record)
{
    if (job->source == NULL || strcmp(job->source, record->source) != 0) {
        free(job->source);
        job->source = mem_strdup(record->source);
    }
    job->record = *record;
    job->record.source = job->source;
}

int store_add(struct store *store, struct store_job *job, const struct tool_record *record)
{
    const struct put_target *target = store->target;

    keep_record(job, record);
    job->object = (struct put_object){buf_str(&job->key), buf_str(&job->body), job->body.len, NULL};
    if (target->wants_sha256) {
        digest_sha256_hex(job->object.data, job->object.len, job->sha256_hex);
        job->object.sha256_hex = job->sha256_hex;
    }
    target->start(target->state, (size_t)(job - store->jobs), &job->object);
    store->under_way++;
    store->bytes_under_way += job->object.len;
    while (store->under_way > 0 && target->is_over(target->state, store->oldest)) {
        if (finish_oldest(store) < 0)
            return -1;
    }
    return 0;
}

int store_finish(struct store *store)
{
    int status = 0;

    /* also behind one that failed: what is stored is to be told */
    while (store->under_way > 0) {
        if (finish_oldest(store) < 0)
            status = -1;
    }
    return status;
}

int64_t store_bytes(const struct store *store)
{
    return store->bytes;
}
