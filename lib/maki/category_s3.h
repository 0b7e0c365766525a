#ifndef MAKI_MAKI_CATEGORY_S3_H
#define MAKI_MAKI_CATEGORY_S3_H

#include <stdbool.h>

#include "base/error.h"
#include "http/transport.h"
#include "maki/category.h"

/* Categories from a bucket: "s3://BUCKET[/PREFIX]" or, added to the built-in ones, "+s3://…". */
enum { CATEGORY_S3_FILES_MAX = 20000, CATEGORY_S3_BYTES_MAX = 256 << 20 };

/* NULL is none. */
bool category_s3_is(const char *spec);

/*
 * As category_set_load: below the prefix lie PREFIX/CATEGORY/desc.txt and the other files of a
 * category's folder; other objects are passed over. Errors also as those of S3.
 */
int category_s3_load(struct category_set *set, const char *spec, struct http_transport *transport,
                     struct error *err);

#endif
