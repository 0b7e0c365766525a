#ifndef MAKI_OFFLINE_SERVER_H
#define MAKI_OFFLINE_SERVER_H

#include <stdbool.h>

#include "base/clock.h"
#include "http/transport.h"
#include "maki/category.h"
#include "offline/job_store.h"
#include "json/json.h"

/* The services' side of the stand-in: requests in, responses out, with the codes and shapes of
 * the real ones. */
struct server;

struct server_options {
    const struct category_set *categories;
    const char *region;  /* NULL: us-east-1 */
    const char *account; /* NULL: 111122223333 */
    bool strict_models;  /* only those of models.h are there */
    const char *folder;  /* answers for S3; NULL: nobody does */
    const struct clock *clock;
    struct job_store *store; /* for batch jobs; NULL: there are none */
    const char *state_path;  /* see jobs.h */
};

/* What the options point to must outlive it. */
struct server *server_new(const struct server_options *options);
void server_free(struct server *s);

/* Answer a request; the response lives until the next call. */
void server_answer(struct server *s, const struct http_request *http,
                   struct http_response *response);

/* See jobs_set. */
int server_set_jobs(struct server *s, jv setting, struct error *err);

/* The name of the operation that a request is for, "Converse"; "" if it is none of those here. */
const char *server_operation(const struct http_request *http);

#endif
