#ifndef MAKI_STANDIN_S3_STORE_H
#define MAKI_STANDIN_S3_STORE_H

#include "base/error.h"
#include "offline/job_store.h"

/*
 * Batch jobs over a real S3, as the environment names it: AWS_ENDPOINT_URL_S3, keys, region. While
 * an object is on its way the server waits. NULL with an error.
 */
struct job_store *s3_store_new(struct error *err);

#endif
