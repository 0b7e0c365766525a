/* s3://BUCKET[/PREFIX] as a source: the objects of a bucket, as if they were files of a folder. */
#ifndef MAKI_CMD_BUCKET_H
#define MAKI_CMD_BUCKET_H

#include <stdbool.h>

#include "fetch.h"

/* As in struct source_kind. */
bool bucket_matches(const char *spec);
int bucket_check(const char *spec, struct error *err);
int bucket_read(struct fetch *fetch, const char *spec);

#endif
