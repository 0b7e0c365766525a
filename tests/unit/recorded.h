#ifndef MAKI_TESTS_RECORDED_H
#define MAKI_TESTS_RECORDED_H

/* For tests of recording and replaying: requests, what came of them, and all that is in a folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "http/transport.h"

static inline struct http_request converse(const char *body)
{
    return (struct http_request){.service = "bedrock-runtime",
                                 .method = "POST",
                                 .path = "/model/m%3A0/converse",
                                 .query = "",
                                 .body = body,
                                 .body_len = strlen(body)};
}

static inline struct http_request get(const char *service, const char *path, const char *query)
{
    return (struct http_request){
        .service = service, .method = "GET", .path = path, .query = query, .body = ""};
}

/* What came of a request. */
struct got {
    int done;
    int status;
    int attempts;
    char *body; /* freed by got_clear */
    size_t body_len;
    char etag[64];
    struct error err;
};

static inline void got_clear(struct got *got)
{
    free(got->body);
    *got = (struct got){0};
}

static inline void got_note(void *context, const struct http_response *response,
                            const struct error *err)
{
    struct got *got = context;

    got->done++;
    if (response == NULL) {
        got->err = *err;
        return;
    }
    free(got->body);
    got->status = response->status;
    got->attempts = response->attempts;
    got->body = mem_dup(response->body, response->body_len + 1);
    got->body_len = response->body_len;
    if (http_header(response, "etag"))
        snprintf(got->etag, sizeof(got->etag), "%s", http_header(response, "etag"));
}

/* Ask and wait. The status of the answer, 0 if none came, -1 if the transport itself failed. */
static inline int ask_once(struct http_transport *t, const struct http_request *request,
                           struct got *got)
{
    struct error err;
    int before = got->done;

    got->status = 0;
    if (http_submit(t, request, got_note, got, &err) < 0) {
        got->err = err;
        return -1;
    }
    while (got->done == before) {
        if (http_wait(t, 1000, &err) < 0) {
            got->err = err;
            return -1;
        }
    }
    return got->status;
}

/* The same for who wants the body only: "(CODE)" for an error. Valid until the next call. */
static inline const char *ask_body(struct http_transport *t, const struct http_request *request)
{
    static char text[4096];
    struct got got = {0};

    ask_once(t, request, &got);
    if (got.body)
        snprintf(text, sizeof(text), "%s", got.body);
    else
        snprintf(text, sizeof(text), "(%s)", got.err.code);
    got_clear(&got);
    return text;
}

/* Names and contents of all files below a folder, sorted by name. */
static inline void add_folder(struct buf *out, const char *dir)
{
    struct file_list list;
    struct error err;

    if (file_list_dir(dir, &list, &err) < 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        char *path = mem_printf("%s/%s", dir, list.names[i]);

        buf_addf(out, "== %s\n", list.names[i]);
        if (file_is_dir(path))
            add_folder(out, path);
        else
            file_read(path, out, &err);
        free(path);
    }
    file_list_free(&list);
}

/* The caller frees. */
static inline char *snapshot(const char *dir)
{
    struct buf all;

    buf_init(&all, 64 << 20);
    add_folder(&all, dir);
    buf_str(&all);
    buf_addc(&all, '\n');
    return buf_take(&all);
}

/* The path of the only file below a folder's folder, or NULL; the caller frees. */
static inline char *only_file(const char *dir, const char *folder)
{
    char *path = mem_printf("%s/%s", dir, folder);
    struct file_list list;
    struct error err;
    char *file = NULL;

    if (file_list_dir(path, &list, &err) == 0) {
        if (list.count == 1)
            file = mem_printf("%s/%s", path, list.names[0]);
        file_list_free(&list);
    }
    free(path);
    return file;
}

#endif
