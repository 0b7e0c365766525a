#ifndef MAKI_STANDIN_AUTH_H
#define MAKI_STANDIN_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"
#include "base/error.h"
#include "message.h"

/*
 * Who may call: AWS Signature Version 4 as a server checks it, and bearer keys. Every signature is
 * computed anew from what came over the wire.
 */
struct auth_key {
    char *id, *secret, *token; /* token: NULL for a long-term key */
    bool expired;
};

struct auth {
    struct auth_key *keys;
    size_t key_count, key_cap;
    char **bearers;
    size_t bearer_count, bearer_cap;
    const char *region;
    struct sigv4 sigv4;
};

/*
 * Read the keys from a file of lines "key ID SECRET", "session ID SECRET TOKEN", "expired ID SECRET
 * TOKEN", "bearer TOKEN". `region` must outlive it.
 */
int auth_init(struct auth *auth, const char *path, const char *region, struct error *err);
void auth_clear(struct auth *auth);

/* A refusal, with the names that Bedrock has for it. */
struct auth_refusal {
    int status;
    const char *type;
    char message[700];
};

/* The service that a request is signed for, "" if it is not. */
const char *auth_service(const struct message *m, char *service, size_t size);

/* Whether a request may pass at this wall time; `service` is the signing name that it must have. */
bool auth_check(struct auth *auth, const struct message *m, const char *service, int64_t now_ms,
                struct auth_refusal *refusal);

#endif
