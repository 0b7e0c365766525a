#include "maki/cache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

void cache_key(const struct http_request *request, char key[DIGEST_HEX_SIZE])
{
    struct digest *digest = digest_new();
    const char *parts[] = {request->method, request->service, request->path, request->query};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        digest_add(digest, parts[i],
                   strlen(parts[i]) + 1); /* with its NUL, so that parts cannot run together */
    digest_add(digest, request->body, request->body_len);
    digest_finish_hex(digest, key);
}

/* Two levels, so that a million answers do not lie in one folder. */
static char *path_of(const char *dir, const char *key)
{
    return mem_printf("%s/%.2s/%s.json", dir, key, key + 2);
}

bool cache_get(const char *dir, const char *key, struct buf *body)
{
    char *path = path_of(dir, key);
    struct error ignored;
    size_t before = body->len;
    bool found =
        access(path, R_OK) == 0 && file_read(path, body, &ignored) == 0 && body->len > before;

    if (!found)
        buf_truncate(body, before);
    free(path);
    return found;
}

int cache_put(const char *dir, const char *key, const char *body, size_t len, struct error *err)
{
    char *path = path_of(dir, key);
    struct file_write write = {
        .path = path, .data = body, .len = len, .mode = 0600, .no_sync = true};
    int status = file_write_atomic(&write, NULL, err);

    free(path);
    return status;
}

void cache_drop(const char *dir, const char *key)
{
    char *path = path_of(dir, key);

    unlink(path);
    free(path);
}
