#ifndef MAKI_OFFLINE_BUCKET_REPLY_H
#define MAKI_OFFLINE_BUCKET_REPLY_H

#include <sys/stat.h>

#include "http/transport.h"
#include "offline/reply.h"

/* What the parts of the S3 stand-in share. */

/* An object that a request is about. */
struct bucket_object {
    const char *root;
    const char *bucket;
    const char *key;
    const char *path; /* its file */
};

/* An error as S3 gives it, in XML; `code` and `message` need no escaping. */
void bucket_error(struct reply *reply, int status, const char *code, const char *message);

/* The same for an error of folder.h or file.h. */
void bucket_fail(struct reply *reply, const struct error *err);

/* Append a text to XML. */
void bucket_add_text(struct buf *out, const char *text);

/* What stands for a file's content: changes with every writing of it. Quoted. */
enum { BUCKET_ETAG_SIZE = 40 };
void bucket_etag(const struct stat *file, char etag[BUCKET_ETAG_SIZE]);

/* A request's header; NULL if it has none of that name. */
const char *bucket_header(const struct http_request *http, const char *name);

/* Whether the conditions of a PUT, or of completing an upload, are met; else the refusal. */
bool bucket_condition(const struct http_request *http, const char *path, struct reply *reply);

/* bucket_list.c: ListObjectsV2 */
void bucket_list(const char *root, const char *bucket, const char *query, struct reply *reply);

/* bucket_upload.c: CreateMultipartUpload, UploadPart, CompleteMultipartUpload,
 * AbortMultipartUpload; false if the request is none of them. */
bool bucket_upload(const struct bucket_object *object, const struct http_request *http,
                   struct reply *reply);

#endif
