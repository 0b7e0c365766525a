#ifndef MAKI_OFFLINE_SERVER_H
#define MAKI_OFFLINE_SERVER_H

#include <stdbool.h>

#include "http/transport.h"
#include "maki/category.h"

/* The services' side of the stand-in: requests in, responses out, with the codes and shapes of
 * the real ones. */
struct server;

struct server_options {
    const struct category_set *categories;
    const char *region;  /* NULL: us-east-1 */
    const char *account; /* NULL: 111122223333 */
    bool strict_models;  /* only those of models.h are there */
};

/* What the options point to must outlive it. */
struct server *server_new(const struct server_options *options);
void server_free(struct server *s);

/* Answer a request; the response lives until the next call. */
void server_answer(struct server *s, const struct http_request *http,
                   struct http_response *response);

/* The name of the operation that a request is for, "Converse"; "" if it is none of those here. */
const char *server_operation(const struct http_request *http);

#endif
