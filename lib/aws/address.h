#ifndef MAKI_AWS_ADDRESS_H
#define MAKI_AWS_ADDRESS_H

#include <stdbool.h>

#include "aws/endpoint.h"
#include "http/transport.h"

/*
 * Where a request of the transport seam goes. Internal to aws/session.c. A request for S3 names its
 * bucket as the first segment of its path; a bucket's region is learned from S3's own redirects,
 * which are not followed: a signature is good for one host.
 */

/* The regions of buckets, as far as S3 told them; at most 1,000 are remembered. */
struct aws_regions;
struct aws_regions *aws_regions_new(void);
void aws_regions_free(struct aws_regions *regions);

/* Does the response (of status 300 or more) to a request for S3 tell that the bucket lies in
 * another region than was thought? Then that is remembered. */
bool aws_regions_learn(struct aws_regions *regions, const struct http_request *request,
                       const struct http_response *response);

/* The endpoint, and in `path` the path as on the wire. -1 with ERR_CONFIG, ERR_DATA or
 * ERR_INTERNAL. */
int aws_address_find(const struct aws_config *config, const struct aws_regions *regions,
                     const struct http_request *request, struct aws_endpoint *endpoint,
                     struct buf *path, struct error *err);

#endif
