/* The jobs of this program, in the account and Region. */
#include <string.h>

#include "batch.h"
#include "json/json.h"

/* How jobs are named: see prepare.c. */
static const char prefix[] = "maki-";

struct list {
    struct batch *b;
    bool active_only;
};

static void set_text(jv *object, const char *name, const char *text)
{
    if (text != NULL)
        json_set_str(object, name, text);
}

static void set_count(jv *object, const char *name, int64_t count)
{
    if (count >= 0)
        json_set(object, name, jv_number((double)count));
}

static int each(void *context, const struct batch_job *job)
{
    struct list *list = context;
    jv line;
    int status;

    if (job->name == NULL || strncmp(job->name, prefix, sizeof(prefix) - 1) != 0 ||
        (list->active_only && batch_status_is_final(job->status)))
        return 0;
    line = jv_object();
    set_text(&line, "jobName", job->name);
    set_text(&line, "status", job->status_name);
    set_text(&line, "message", job->message);
    set_text(&line, "modelId", job->model_id);
    set_text(&line, "submitTime", job->submit_time);
    set_text(&line, "endTime", job->end_time);
    set_text(&line, "jobExpirationTime", job->expiration_time);
    set_count(&line, "totalRecordCount", job->total);
    set_count(&line, "processedRecordCount", job->processed);
    set_count(&line, "successRecordCount", job->succeeded);
    set_count(&line, "errorRecordCount", job->failed);
    set_text(&line, "jobArn", job->arn);
    tool_count_in(&list->b->tool);
    status = tool_emit(&list->b->tool, line);
    jv_free(line);
    return status < 0 ? 1 : 0;
}

int batch_list(struct batch *b, bool active_only)
{
    const struct batch_job_query query = {.name_contains = prefix};
    struct list list = {b, active_only};
    struct error err;

    return batch_job_list(b->model.world.transport, &query, each, &list, &err) < 0
               ? tool_fatal(&b->tool, &err)
               : 0;
}
