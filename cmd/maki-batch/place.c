#include "place.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX_BYTES_MAX = 700 };

int place_check(const char *destination, struct error *err)
{
    struct s3_uri uri;

    if (!s3_uri_is(destination))
        return error_set(err, ERR_USAGE, "BadUsage",
                         "--bucket: expected s3://BUCKET or s3://BUCKET/PREFIX, not %.200s",
                         destination);
    if (s3_uri_parse(&uri, destination, err) < 0)
        return -1;
    return strlen(uri.key) > PREFIX_BYTES_MAX
               ? error_set(err, ERR_USAGE, "BadUsage", "--bucket: a prefix of over %d bytes",
                           PREFIX_BYTES_MAX)
               : 0;
}

void place_of_job(struct place *place, const struct plan *plan, const struct plan_job *job)
{
    struct s3_uri uri;
    struct error ignored;
    const char *id = job->arn ? strrchr(job->arn, '/') : NULL;
    char prefix[PREFIX_BYTES_MAX + 2];
    size_t len;

    *place = (struct place){0};
    if (s3_uri_parse(&uri, plan->destination, &ignored) < 0)
        return; /* the service then refuses the empty names */
    memcpy(place->bucket, uri.bucket, sizeof(place->bucket));
    len = (size_t)snprintf(prefix, sizeof(prefix) - 1, "%s", uri.key);
    while (len > 0 && prefix[len - 1] == '/')
        len--;
    memcpy(prefix + len, len > 0 ? "/" : "", len > 0 ? 2 : 1);
    snprintf(place->input_key, PLACE_TEXT_SIZE, "%sinput/%s/job-%04d.jsonl", prefix, plan->run,
             job->number);
    snprintf(place->input_uri, PLACE_TEXT_SIZE, "s3://%s/%sinput/%s/job-%04d.jsonl", place->bucket,
             prefix, plan->run, job->number);
    snprintf(place->output_uri, PLACE_TEXT_SIZE, "s3://%s/%soutput/%s/", place->bucket, prefix,
             plan->run);
    if (id != NULL)
        snprintf(place->output_prefix, PLACE_TEXT_SIZE, "%soutput/%s/%s/", prefix, plan->run,
                 id + 1);
}
