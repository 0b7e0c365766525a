#include "offline/job_check.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

static int invalid(struct error *err, const char *what)
{
    return error_set(err, ERR_DATA, "ValidationException", "%s", what);
}

const char *job_uri(const char *uri, char bucket[JOB_BUCKET_SIZE])
{
    size_t len;

    if (uri == NULL || strncmp(uri, "s3://", 5) != 0)
        return NULL;
    uri += 5;
    len = strcspn(uri, "/");
    if (len < 3 || len >= JOB_BUCKET_SIZE)
        return NULL;
    memcpy(bucket, uri, len);
    bucket[len] = '\0';
    return uri[len] == '/' ? uri + len + 1 : uri + len;
}

/* [a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63}, of at most 63 characters */
static bool is_name(const char *name)
{
    size_t len = name ? strlen(name) : 0;

    return len >= 1 && len <= 63 && strchr(LETTERS DIGITS, *name) != NULL &&
           strspn(name, LETTERS DIGITS "+-.") == len;
}

/* arn:PARTITION:iam::ACCOUNT:role/NAME */
static bool is_role(const char *arn)
{
    const char *p = arn && strncmp(arn, "arn:aws", 7) == 0 ? strstr(arn, ":iam::") : NULL;

    return p != NULL && strspn(p + 6, DIGITS) == 12 && strncmp(p + 18, ":role/", 6) == 0 &&
           p[24] != '\0';
}

static int check_data(jv request, struct error *err)
{
    char bucket[JOB_BUCKET_SIZE];
    jv input = json_get_path(request, "inputDataConfig", "s3InputDataConfig", NULL);
    jv output = json_get_path(request, "outputDataConfig", "s3OutputDataConfig", NULL);
    const char *format = json_str(input, "s3InputFormat", NULL);

    if (job_uri(json_str(input, "s3Uri", NULL), bucket) == NULL)
        return invalid(err, "inputDataConfig.s3InputDataConfig.s3Uri: Member must be the URI of an "
                            "object or a prefix in Amazon S3");
    if (job_uri(json_str(output, "s3Uri", NULL), bucket) == NULL)
        return invalid(err, "outputDataConfig.s3OutputDataConfig.s3Uri: Member must be the URI of "
                            "a prefix in Amazon S3");
    if (format != NULL && strcmp(format, "JSONL") != 0)
        return invalid(err, "inputDataConfig.s3InputDataConfig.s3InputFormat: Member must satisfy "
                            "enum value set: [JSONL]");
    return 0;
}

static int check_options(jv request, struct error *err)
{
    const char *type = json_str(request, "modelInvocationType", NULL);
    const char *token = json_str(request, "clientRequestToken", NULL);
    int64_t hours = json_int(request, "timeoutDurationInHours", 24);

    if (type != NULL && strcmp(type, "Converse") != 0 && strcmp(type, "InvokeModel") != 0)
        return invalid(err,
                       "modelInvocationType: Member must satisfy enum value set: [InvokeModel, "
                       "Converse]");
    if (token != NULL && (strlen(token) < 1 || strlen(token) > 256))
        return invalid(err, "clientRequestToken: Member must have length from 1 to 256");
    if (hours < 24 || hours > 168)
        return invalid(err, "timeoutDurationInHours: Member must be from 24 to 168");
    return 0;
}

int job_check(jv request, struct error *err)
{
    if (!json_is(request, JV_KIND_OBJECT))
        return invalid(err, "The request body is no JSON object");
    if (!is_name(json_str(request, "jobName", NULL)))
        return invalid(err, "jobName: Member must satisfy regular expression pattern: "
                            "[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\\+\\-\\.]){0,63}");
    if (!is_role(json_str(request, "roleArn", NULL)))
        return invalid(err, "roleArn: Member must satisfy regular expression pattern: "
                            "arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+");
    if (json_str(request, "modelId", NULL) == NULL)
        return invalid(err, "modelId: Member must not be null");
    return check_data(request, err) < 0 ? -1 : check_options(request, err);
}
