#ifndef MAKI_AWS_CRED_JSON_H
#define MAKI_AWS_CRED_JSON_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Members of a JSON text that holds secrets, read where they stand: libjq would leave copies in
 * memory that nobody wipes. The text must have passed scan_json.
 */
struct cred_span {
    const char *at;
    size_t len;
};

/*
 * The value of a member, by names divided by dots ("a.b": b in a), as it is written. at is NULL if
 * there is none.
 */
struct cred_span cred_json_find(const struct buf *json, const char *path);

/*
 * Append a string's text. -1 if there is no such member, it is empty, has characters other than
 * ASCII's visible ones and blanks, which neither keys nor tokens have, or does not fit.
 */
int cred_json_text(const struct buf *json, const char *path, struct buf *out);

/* A whole number. -1 if there is no such member. */
int cred_json_int(const struct buf *json, const char *path, int64_t *value);

#endif
