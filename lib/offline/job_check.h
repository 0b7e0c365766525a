#ifndef MAKI_OFFLINE_JOB_CHECK_H
#define MAKI_OFFLINE_JOB_CHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "json/json.h"

/* What CreateModelInvocationJob refuses at once: 0, or -1 with err->code "ValidationException". */
int job_check(jv request, struct error *err);

/* "s3://BUCKET/KEY" taken apart: the bucket into `bucket`, the key behind it, perhaps "", returned;
 * NULL if it is none. */
enum { JOB_BUCKET_SIZE = 256 };
const char *job_uri(const char *uri, char bucket[JOB_BUCKET_SIZE]);

#endif
