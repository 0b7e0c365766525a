#ifndef MAKI_OFFLINE_BUCKET_H
#define MAKI_OFFLINE_BUCKET_H

#include "http/transport.h"
#include "offline/reply.h"

/*
 * As much of Amazon S3 as the programs use, over a folder (folder.h): put (with conditions and
 * checksums), get (with ranges), head, delete, list by pages, multipart uploads. Buckets are there
 * without having been created; there are no versions, no permissions, no delimiters.
 */
void bucket_answer(const char *root, const struct http_request *http, struct reply *reply);

#endif
