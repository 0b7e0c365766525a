#ifndef MAKI_AWS_SESSION_H
#define MAKI_AWS_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "aws/config.h"
#include "base/clock.h"
#include "http/transport.h"

/*
 * AWS over the network: configuration, endpoints, credentials and signatures joined to the live
 * transport. A request names its service and says nothing of hosts, regions or keys; they are found
 * for each attempt. A request for S3 has the path "/BUCKET" or "/BUCKET/KEY", percent-encoded,
 * wherever the bucket then goes: host name or path.
 *
 * What the answers teach is learned here: a bucket's region from a redirect, that credentials have
 * expired. Such a request is sent once more, signed anew.
 */
struct aws_session;

struct aws_session_options {
    struct aws_config_choice choice;
    const struct aws_env *env; /* NULL: the process's */
    const struct clock *clock;
    uint64_t seed;              /* of the retries' jitter */
    size_t in_flight_max;       /* 0: 64 */
    double requests_per_minute; /* 0: no limit */
    double tokens_per_minute;   /* 0: no limit */
};

/* NULL with ERR_CONFIG or ERR_PERM that says what to do. No credentials are looked for before the
 * first request. Free it after its transport. */
struct aws_session *aws_session_new(const struct aws_session_options *options, struct error *err);
void aws_session_free(struct aws_session *session);

/* A transport to AWS; free it with http_free. A session gives one. */
struct http_transport *aws_session_transport(struct aws_session *session);

const struct aws_config *aws_session_config(const struct aws_session *session);

#endif
