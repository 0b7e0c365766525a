#ifndef MAKI_AWS_S3_LEASE_H
#define MAKI_AWS_S3_LEASE_H

#include <stdint.h>

#include "aws/s3_request.h"
#include "base/error.h"
#include "http/transport.h"

/*
 * A lock between hosts: an object {"owner","expires"} that is only ever written on condition that
 * it is what was read (If-None-Match, If-Match), so of two that try, one gets it. Whoever has it
 * renews it well before it expires; what a dead owner left may be taken once it has expired. Clocks
 * may differ by less than the time that is left at a renewal.
 */
struct s3_lease {
    struct s3_object object;
    const char *owner; /* names the holder, for good: host, process, run */
    int64_t now_ms;    /* wall time */
    int64_t seconds;   /* until it expires */
};

/* Take it, or renew one's own. -1 with ERR_TEMP "Leased" naming the other owner and when its lease
 * expires. */
int s3_lease_take(struct http_transport *t, const struct s3_lease *lease, struct error *err);

/* Give it back; one that is not (any more) one's own stays as it is. */
int s3_lease_release(struct http_transport *t, const struct s3_lease *lease, struct error *err);

#endif
