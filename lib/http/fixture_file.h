#ifndef MAKI_HTTP_FIXTURE_FILE_H
#define MAKI_HTTP_FIXTURE_FILE_H

#include <stddef.h>

#include "http/fixture.h"

/* An answer on its way into a fixture's file. */
struct fixture_answer {
    const char *path;
    const char *digest;        /* of the request */
    size_t index;              /* where it belongs among the file's answers, from 0 */
    struct json_span request;  /* as fixture_add_request has it */
    struct json_span response; /* as fixture_add_response has it */
};

/*
 * Make the answer the one of its index and, if another stands there, the last of the file: what
 * came before stays, the rest is from an older recording and goes. A file that has it there already
 * is not written. A file that is damaged or holds another request is replaced when the first answer
 * is put, and an error afterwards. 0, or -1 with ERR_CANTCREAT, ERR_PERM, ERR_IO or ERR_DATA.
 */
int fixture_file_put(const struct fixture_answer *answer, struct error *err);

#endif
