#ifndef MAKI_MAKI_SERVICE_H
#define MAKI_MAKI_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

/* AWS services as AWS Support knows them, from share/services.txt (built in; read once, kept until
 * the process ends). */
struct service {
    const char *code;      /* "amazon-dynamodb" */
    const char *name;      /* "Amazon DynamoDB" */
    const char *aliases;   /* what people call it, lower case: "dynamodb,ddb,dynamo" */
    const char *link;      /* its documentation's home */
    const char *resources; /* kinds of resource: "table,global secondary index" */
};

/* All of them, in file order. */
const struct service *service_all(size_t *count);

/*
 * By code: the same, with or without "amazon-", "aws-" or "service-" in front, or an alias that is
 * spelled like a code; else the one whose code is the longest prefix or the shortest extension at a
 * '-' boundary; NULL if none is near.
 */
const struct service *service_find(const char *code);

/* True if `code` begins with `prefix` and goes on, if at all, at a '-'. */
bool service_has_prefix(const char *code, const char *prefix, size_t prefix_len);

#endif
