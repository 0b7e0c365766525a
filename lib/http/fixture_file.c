#include "http/fixture_file.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* The text parsed again in compact form, in which parts can be compared and copied. It was parsed
 * as it is before, since what is no JSON cannot be made compact. */
static struct fixture *parse_compact(const struct buf *text, const char *path, struct error *err)
{
    struct fixture *f = fixture_parse(buf_str(text), text->len, path, err);
    struct buf compact;

    if (f == NULL)
        return NULL;
    fixture_free(f);
    buf_init(&compact, FIXTURE_BYTES_MAX);
    json_compact(&compact, text->data, text->len);
    f = fixture_parse(buf_str(&compact), compact.len, path, err);
    buf_clear(&compact);
    return f;
}

/* The file that is there, if it is about the same request; NULL if not. -1 if it should be, but
 * cannot be read. */
static int read_old(const struct fixture_answer *answer, struct fixture **old, struct error *err)
{
    char digest[FIXTURE_DIGEST_SIZE];
    struct buf text;
    int status;

    *old = NULL;
    if (access(answer->path, F_OK) < 0)
        return 0;
    buf_init(&text, FIXTURE_BYTES_MAX);
    status = file_read(answer->path, &text, err);
    if (status == 0) {
        *old = parse_compact(&text, answer->path, err);
        status = *old ? 0 : -1;
    }
    buf_clear(&text);
    if (status < 0)
        return answer->index == 0 ? 0 : -1;
    fixture_digest(fixture_request(*old), digest);
    if (strcmp(digest, answer->digest) != 0) {
        fixture_free(*old);
        *old = NULL;
    }
    return 0;
}

static bool same(struct json_span a, struct json_span b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static int write_file(const char *path, struct json_span request, const struct buf *responses,
                      struct error *err)
{
    struct json_span span = {responses->data, responses->len};
    struct file_write write = {.path = path, .no_sync = true};
    struct buf text;
    int status;

    buf_init(&text, FIXTURE_BYTES_MAX);
    if (buf_full(responses) || fixture_join(&text, request, span) < 0) {
        status = error_set(err, ERR_CANTCREAT, "FixtureTooLarge",
                           "the fixture %.300s would be larger than %d MiB", path,
                           FIXTURE_BYTES_MAX >> 20);
    } else {
        write.data = text.data;
        write.len = text.len;
        status = file_write_atomic(&write, NULL, err);
    }
    buf_clear(&text);
    return status;
}

/* `kept` answers of the old file, then the new one. */
static int write_after(const struct fixture_answer *answer, const struct fixture *old, size_t kept,
                       struct error *err)
{
    /* a request that differs only in its form stays as it was: what is before belongs to it */
    struct json_span request = kept > 0 ? fixture_request_span(old) : answer->request;
    struct buf responses;
    int status;

    if (kept >= FIXTURE_RESPONSES_MAX)
        return error_set(err, ERR_CANTCREAT, "FixtureTooLarge",
                         "the fixture %.300s would have over %d answers", answer->path,
                         FIXTURE_RESPONSES_MAX);
    buf_init(&responses, FIXTURE_BYTES_MAX);
    for (size_t i = 0; i < kept; i++) {
        struct json_span span = fixture_response_span(old, i);

        buf_add(&responses, span.at, span.len);
        buf_addc(&responses, ',');
    }
    buf_add(&responses, answer->response.at, answer->response.len);
    status = write_file(answer->path, request, &responses, err);
    buf_clear(&responses);
    return status;
}

int fixture_file_put(const struct fixture_answer *answer, struct error *err)
{
    struct fixture *old;
    size_t kept;
    bool there;
    int status;

    if (read_old(answer, &old, err) < 0)
        return -1;
    kept = old ? fixture_count(old) : 0;
    if (kept > answer->index)
        kept = answer->index;
    there = old != NULL && kept < fixture_count(old) &&
            same(fixture_response_span(old, kept), answer->response) &&
            (kept > 0 || same(fixture_request_span(old), answer->request));
    status = there ? 0 : write_after(answer, old, kept, err);
    fixture_free(old);
    return status;
}
