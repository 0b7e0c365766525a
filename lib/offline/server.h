#ifndef MAKI_OFFLINE_SERVER_H
#define MAKI_OFFLINE_SERVER_H

#include "http/transport.h"
#include "maki/category.h"

/* The Bedrock API's side of the stand-in: requests in, responses out, with the codes and shapes of
 * the real one. */
struct server;

/* `categories` must outlive it. */
struct server *server_new(const struct category_set *categories);
void server_free(struct server *s);

/* Answer a request; the response lives until the next call. */
void server_answer(struct server *s, const struct http_request *http,
                   struct http_response *response);

#endif
