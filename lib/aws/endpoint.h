#ifndef MAKI_AWS_ENDPOINT_H
#define MAKI_AWS_ENDPOINT_H

#include <stdbool.h>

#include "aws/config.h"
#include "aws/service.h"
#include "aws/url.h"
#include "base/buf.h"
#include "base/error.h"

/*
 * Which host a service is called at, and for which region and name requests to it are signed; as
 * the endpoint rules of the AWS SDKs have it. Pure: it depends on its arguments alone.
 *
 * A host is either one that the user named (AWS_ENDPOINT_URL… or a profile), with whatever scheme
 * that has, or one below a domain of AWS, always with https. Region and bucket cannot make it any
 * other: they go into a host name as one label each.
 */
struct aws_endpoint {
    bool https;
    bool named;               /* by the user */
    char host[URL_HOST_SIZE]; /* without the port; an IPv6 address in brackets */
    int port;
    char authority[URL_AUTHORITY_SIZE]; /* the Host header: with the port if it is not the usual */
    char base_path[URL_PATH_SIZE];      /* before every path: "" or "/…" without '/' at its end */
    bool bucket_in_path;                /* the bucket that was given is the end of base_path */
    char region[64];                    /* to sign for */
    const char *signing_name;           /* to sign for; static */
};

struct aws_endpoint_query {
    enum aws_service service;
    const char *region; /* NULL: the config's */
    const char *bucket; /* S3 only; NULL: none */
};

/*
 * 0, or -1 with ERR_CONFIG: no region is set, or what is set (or given) cannot be one; a URL that
 * is none; a custom endpoint together with FIPS or dual-stack; a bucket that cannot be addressed
 * here.
 */
int aws_endpoint_find(const struct aws_config *config, const struct aws_endpoint_query *query,
                      struct aws_endpoint *endpoint, struct error *err);

/*
 * Append scheme, host, base path and `path` ("" or "/…", as on the wire, perhaps with a query). -1
 * if the buffer is full.
 */
int aws_endpoint_url(const struct aws_endpoint *endpoint, const char *path, struct buf *out);

#endif
