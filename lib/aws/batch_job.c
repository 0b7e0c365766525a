#include "aws/batch_job.h"

#include <stdlib.h>
#include <string.h>

#include "aws/service_error.h"
#include "base/mem.h"
#include "base/uri.h"
#include "http/call.h"
#include "json/json.h"

enum { RESPONSE_BYTES_MAX = 16 << 20, PATH_BYTES_MAX = 8 << 10, PAGES_MAX = 10000 };

static const char *const status_names[] = {
    [BATCH_SUBMITTED] = "Submitted",
    [BATCH_VALIDATING] = "Validating",
    [BATCH_SCHEDULED] = "Scheduled",
    [BATCH_IN_PROGRESS] = "InProgress",
    [BATCH_STOPPING] = "Stopping",
    [BATCH_COMPLETED] = "Completed",
    [BATCH_PARTIALLY_COMPLETED] = "PartiallyCompleted",
    [BATCH_FAILED] = "Failed",
    [BATCH_STOPPED] = "Stopped",
    [BATCH_EXPIRED] = "Expired",
};

enum batch_status batch_status_of(const char *name)
{
    int i = 0;

    while (i < BATCH_UNKNOWN && (name == NULL || strcmp(status_names[i], name) != 0))
        i++;
    return (enum batch_status)i;
}

bool batch_status_is_final(enum batch_status status)
{
    return status >= BATCH_COMPLETED && status != BATCH_UNKNOWN;
}

bool batch_status_has_output(enum batch_status status)
{
    return batch_status_is_final(status) && status != BATCH_FAILED;
}

/* One call of the control plane: the response's JSON object; jv_invalid() with an error. */
static jv call(struct http_transport *t, struct http_request *request, struct error *err)
{
    static const struct http_header json[] = {{"content-type", "application/json"}};
    struct http_call c;
    jv body = jv_invalid();

    request->service = "bedrock";
    if (request->body != NULL) {
        request->headers = json;
        request->header_count = 1;
    }
    http_call_init(&c, RESPONSE_BYTES_MAX);
    if (http_call(&c, t, request, err) == 0) {
        if (c.response.status != 200)
            service_error_read(&c.response, err);
        else
            body = json_parse(c.response.body, c.response.body_len, NULL, err);
    }
    http_call_clear(&c);
    return body;
}

static void set_text(jv *object, const char *name, const char *text)
{
    if (text != NULL)
        json_set_str(object, name, text);
}

static jv texts(const char *const *items, size_t count)
{
    jv array = jv_array();

    for (size_t i = 0; i < count; i++)
        json_append(&array, jv_string(items[i]));
    return array;
}

static jv data_config(const struct batch_job_spec *spec, bool input)
{
    jv s3 = jv_object();
    jv config = jv_object();

    set_text(&s3, "s3Uri", input ? spec->input_uri : spec->output_uri);
    set_text(&s3, "s3InputFormat", input ? "JSONL" : NULL);
    set_text(&s3, "s3EncryptionKeyId", input ? NULL : spec->kms_key_id);
    set_text(&s3, "s3BucketOwner", spec->bucket_owner);
    json_set(&config, input ? "s3InputDataConfig" : "s3OutputDataConfig", s3);
    return config;
}

static jv tags_of(const struct batch_job_spec *spec)
{
    jv tags = jv_array();

    for (size_t i = 0; i < spec->tag_count; i++) {
        jv tag = jv_object();

        json_set_str(&tag, "key", spec->tags[i].key);
        json_set_str(&tag, "value", spec->tags[i].value);
        json_append(&tags, tag);
    }
    return tags;
}

static jv create_input(const struct batch_job_spec *spec)
{
    jv input = jv_object();

    set_text(&input, "jobName", spec->name);
    set_text(&input, "roleArn", spec->role_arn);
    set_text(&input, "modelId", spec->model_id);
    json_set(&input, "inputDataConfig", data_config(spec, true));
    json_set(&input, "outputDataConfig", data_config(spec, false));
    set_text(&input, "clientRequestToken", spec->client_token);
    if (spec->subnet_count > 0) {
        jv vpc = jv_object();

        json_set(&vpc, "subnetIds", texts(spec->subnet_ids, spec->subnet_count));
        json_set(&vpc, "securityGroupIds",
                 texts(spec->security_group_ids, spec->security_group_count));
        json_set(&input, "vpcConfig", vpc);
    }
    if (spec->timeout_hours > 0)
        json_set(&input, "timeoutDurationInHours", jv_number(spec->timeout_hours));
    if (spec->tag_count > 0)
        json_set(&input, "tags", tags_of(spec));
    set_text(&input, "modelInvocationType", spec->invocation_type);
    return input;
}

char *batch_job_create(struct http_transport *t, const struct batch_job_spec *spec,
                       struct error *err)
{
    struct http_request request = {.method = "POST", .path = "/model-invocation-job", .query = ""};
    jv input = create_input(spec);
    struct buf body;
    jv answer;
    const char *arn;
    char *result = NULL;

    buf_init(&body, RESPONSE_BYTES_MAX);
    json_write(&body, input);
    jv_free(input);
    request.body = buf_str(&body);
    request.body_len = body.len;
    answer = call(t, &request, err);
    buf_clear(&body);
    if (!jv_is_valid(answer))
        return NULL;
    arn = json_str(answer, "jobArn", NULL);
    if (arn != NULL && *arn != '\0')
        result = mem_strdup(arn);
    else
        error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                  "CreateModelInvocationJob: the response has no jobArn");
    jv_free(answer);
    return result;
}

static char *copy_text(jv object, const char *name)
{
    const char *text = json_str(object, name, NULL);

    return text ? mem_strdup(text) : NULL;
}

static void read_job(jv value, struct batch_job *job)
{
    *job = (struct batch_job){
        .arn = copy_text(value, "jobArn"),
        .name = copy_text(value, "jobName"),
        .status_name = copy_text(value, "status"),
        .message = copy_text(value, "message"),
        .model_id = copy_text(value, "modelId"),
        .submit_time = copy_text(value, "submitTime"),
        .end_time = copy_text(value, "endTime"),
        .expiration_time = copy_text(value, "jobExpirationTime"),
        .output_uri = copy_text(
            json_get_path(value, "outputDataConfig", "s3OutputDataConfig", NULL), "s3Uri"),
        .total = json_int(value, "totalRecordCount", -1),
        .processed = json_int(value, "processedRecordCount", -1),
        .succeeded = json_int(value, "successRecordCount", -1),
        .failed = json_int(value, "errorRecordCount", -1),
    };
    job->status = batch_status_of(job->status_name);
}

void batch_job_clear(struct batch_job *job)
{
    free(job->arn);
    free(job->name);
    free(job->status_name);
    free(job->message);
    free(job->model_id);
    free(job->submit_time);
    free(job->end_time);
    free(job->expiration_time);
    free(job->output_uri);
    *job = (struct batch_job){0};
}

/* "/model-invocation-job/<ARN>" and what stands behind it, in `path`. */
static const char *job_path(struct buf *path, const char *arn, const char *rest)
{
    buf_init(path, PATH_BYTES_MAX);
    buf_adds(path, "/model-invocation-job/");
    uri_encode(path, arn, strlen(arn), "");
    buf_adds(path, rest);
    return buf_str(path);
}

int batch_job_get(struct http_transport *t, const char *arn, struct batch_job *job,
                  struct error *err)
{
    struct http_request request = {.method = "GET", .query = ""};
    struct buf path;
    jv answer;

    *job = (struct batch_job){0};
    request.path = job_path(&path, arn, "");
    answer = call(t, &request, err);
    buf_clear(&path);
    if (!jv_is_valid(answer))
        return -1;
    read_job(answer, job);
    jv_free(answer);
    return job->status_name ? 0
                            : error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                                        "GetModelInvocationJob: the response has no status");
}

int batch_job_stop(struct http_transport *t, const char *arn, struct error *err)
{
    struct http_request request = {.method = "POST", .query = ""};
    struct buf path;
    jv answer;

    request.path = job_path(&path, arn, "/stop");
    answer = call(t, &request, err);
    buf_clear(&path);
    if (!jv_is_valid(answer))
        return strcmp(err->code, "ConflictException") == 0 ? 0 : -1;
    jv_free(answer);
    return 0;
}

static void add_parameter(struct buf *query, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(query, "%s%s=", query->len ? "&" : "", name);
    uri_encode(query, value, strlen(value), "");
}

/* Hand a page's jobs to `each`: 0, or what it ended with. */
static int each_of_page(jv page, batch_job_each_fn *each, void *context)
{
    jv summaries = json_get(page, "invocationJobSummaries");
    int status = 0;

    for (int i = 0; i < json_count(summaries) && status == 0; i++) {
        struct batch_job job;

        read_job(json_at(summaries, i), &job);
        status = each(context, &job);
        batch_job_clear(&job);
    }
    return status;
}

static jv get_page(struct http_transport *t, const struct batch_job_query *query, const char *token,
                   struct error *err)
{
    struct http_request request = {.method = "GET", .path = "/model-invocation-jobs"};
    struct buf text;
    jv page;

    buf_init(&text, PATH_BYTES_MAX);
    add_parameter(&text, "maxResults", "100");
    add_parameter(&text, "nameContains", query->name_contains);
    add_parameter(&text, "nextToken", token);
    add_parameter(&text, "sortBy", "CreationTime");
    add_parameter(&text, "sortOrder", "Descending");
    add_parameter(&text, "statusEquals", query->status_equals);
    request.query = buf_str(&text);
    page = call(t, &request, err);
    buf_clear(&text);
    return page;
}

int batch_job_list(struct http_transport *t, const struct batch_job_query *query,
                   batch_job_each_fn *each, void *context, struct error *err)
{
    char *token = NULL;
    int status = 0;

    for (int pages = 0; status == 0; pages++) {
        jv page = pages < PAGES_MAX ? get_page(t, query, token, err) : jv_invalid();
        const char *next;

        if (pages == PAGES_MAX)
            error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                      "ListModelInvocationJobs: over %d pages", PAGES_MAX);
        if (!jv_is_valid(page)) {
            status = -1;
            break;
        }
        status = each_of_page(page, each, context);
        next = json_str(page, "nextToken", NULL);
        free(token);
        token = next != NULL && *next != '\0' ? mem_strdup(next) : NULL;
        jv_free(page);
        if (token == NULL)
            break;
    }
    free(token);
    return status;
}
