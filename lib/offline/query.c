#include "offline/query.h"

#include <string.h>

#include "base/buf.h"
#include "base/uri.h"

bool query_get(const char *query, const char *name, char *value, size_t size)
{
    size_t name_len = strlen(name);
    bool found = false;

    value[0] = '\0';
    for (const char *p = query; *p != '\0' && !found; p += *p == '&') {
        size_t len = strcspn(p, "&");

        if (len >= name_len && memcmp(p, name, name_len) == 0 &&
            (len == name_len || p[name_len] == '=')) {
            size_t skip = name_len + (len > name_len);
            struct buf text;

            buf_init(&text, size - 1);
            found = uri_decode(&text, p + skip, len - skip, true) == 0 &&
                    memchr(buf_str(&text), 0, text.len) == NULL;
            if (found)
                memcpy(value, buf_str(&text), text.len + 1);
            buf_clear(&text);
        }
        p += len;
    }
    return found;
}
