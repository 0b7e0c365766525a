#ifndef MAKI_AWS_CREDENTIALS_H
#define MAKI_AWS_CREDENTIALS_H

#include <stdint.h>

#include "aws/config.h"
#include "aws/fetch.h"
#include "aws/process.h"
#include "base/clock.h"
#include "base/error.h"

/*
 * Credentials, looked for where the AWS SDKs look for them, in their order: the environment's keys;
 * the profile (a role to assume, keys, web identity, credential_process, SSO); web identity from
 * the environment; the container's endpoint; the instance's metadata. The first that is set up
 * decides: if it fails, the others are not asked.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */

struct aws_credentials {
    char *access_key_id;
    char *secret_access_key;
    char *session_token; /* NULL for a long-term key */
    int64_t expires_ms;  /* wall time; INT64_MAX for never */
    char source[128];    /* where they come from, for people: "profile 'x': assumed role arn:…" */
};

/* Wipes; leaves it empty. */
void aws_credentials_clear(struct aws_credentials *c);

/* What finding them takes from the world; tests replace it. */
struct aws_outside {
    const struct aws_config *config;
    const struct clock *clock;
    aws_fetch_fn *fetch;
    void *fetch_context;
    aws_process_fn *run;
    void *run_context;
};

/* Credentials that are found when first asked for, kept, and renewed before they expire. */
struct aws_chain;

/* All that `outside` points to must outlive the chain. Free with aws_chain_free, which wipes. */
struct aws_chain *aws_chain_new(const struct aws_outside *outside);
void aws_chain_free(struct aws_chain *chain);

/*
 * Credentials that are valid now, in *credentials, which lives until the next call. It waits for
 * files, processes and servers when there are none yet, or the ones there are expire in less than 5
 * minutes. When they cannot be renewed, they are given as long as they are valid, and renewing is
 * tried again after 30 s.
 *
 * -1 when there are none: ERR_PERM mostly, ERR_CONFIG for settings that cannot be; the message
 * names every place that was looked at and what was wrong there, and holds no secret. The same
 * error is given for the next 10 s without looking again.
 */
int aws_chain_get(struct aws_chain *chain, const struct aws_credentials **credentials,
                  struct error *err);

/*
 * A service says that the credentials with this key id have expired: look for others at the next
 * call. Nothing happens if they are no longer the ones in use, or were found less than 30 s ago.
 */
void aws_chain_expire(struct aws_chain *chain, const char *access_key_id);

/* Why the credentials that are in use could not be renewed; NULL if they could, or need not be. */
const struct error *aws_chain_problem(const struct aws_chain *chain);

#endif
