#ifndef MAKI_OFFLINE_CHAT_H
#define MAKI_OFFLINE_CHAT_H

#include <stddef.h>
#include <stdint.h>

#include "maki/category.h"
#include "offline/reply.h"

/* The model's side of Converse and CountTokens: bodies of requests in, bodies of answers out. */
struct chat;

/* `categories` must outlive it. Free with chat_free. */
struct chat *chat_new(const struct category_set *categories);
void chat_free(struct chat *chat);

/* What the latest answer was counted as. */
struct chat_usage {
    int64_t input_tokens, output_tokens;
};

/* The answer to a Converse request, or what Bedrock would refuse it with. */
struct chat_usage chat_converse(struct chat *chat, const char *body, size_t len,
                                struct reply *reply);

/* The same for CountTokens, of Converse requests only. */
void chat_count_tokens(struct chat *chat, const char *body, size_t len, struct reply *reply);

#endif
