#ifndef MAKI_AWS_SUPPORT_H
#define MAKI_AWS_SUPPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "http/transport.h"
#include "json/json.h"

/*
 * The AWS Support API: all cases of an account, page by page, each with its whole conversation.
 * DescribeCases gives the latest communications only; where there are more, DescribeCommunications
 * is asked for all of them, many cases at once.
 * https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html
 */
struct support;

/* Which cases. NULL: no limit. The texts are copied. */
struct support_query {
    const char *after_time; /* ISO 8601 */
    const char *before_time;
    bool open_only;
};

/* `transport` must outlive it. Free with support_free; NULL is fine. */
struct support *support_new(struct http_transport *transport, const struct support_query *query);
void support_free(struct support *s);

/* A case as DescribeCases gives it, its conversation whole; or, where that could not be had, as it
 * came, and why. */
struct support_case {
    jv value;
    struct error err; /* kind ERR_NONE: it is whole */
};

/*
 * The next page: 1 with its cases, which live until the next call; 0 at the end; -1 with an error:
 * ERR_PERM without a support plan that includes the API, or permission to call it.
 */
int support_next(struct support *s, const struct support_case **cases, size_t *count,
                 struct error *err);

#endif
