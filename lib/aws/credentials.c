#include "aws/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cred.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
    EARLY_MS = 5 * 60 * 1000, /* before they expire */
    RETRY_MS = 30 * 1000,     /* where good ones are at hand */
    FAILURE_MS = 10 * 1000,   /* where there are none */
    REASON_BYTES_MAX = 160,
};

struct aws_chain {
    struct aws_outside outside;
    struct aws_credentials current;
    bool have; /* `current` is filled in */
    bool busy;
    int64_t tried_ms;   /* monotonic: when they were last looked for */
    struct error error; /* what came of it; kind ERR_NONE after a success */
};

struct provider {
    const char *name;
    cred_provider_fn *find;
};

/*
 * An instance's metadata are asked for last, and not at all in a container that has an endpoint:
 * that one answers or fails.
 */
static const struct provider providers[] = {
    {"environment", cred_env},           {"profile", cred_profile},
    {"web identity", cred_web_identity}, {"container", cred_container},
    {"instance metadata", cred_imds},
};

void aws_credentials_clear(struct aws_credentials *c)
{
    mem_free_secret(c->access_key_id);
    mem_free_secret(c->secret_access_key);
    mem_free_secret(c->session_token);
    *c = (struct aws_credentials){0};
}

struct aws_chain *aws_chain_new(const struct aws_outside *outside)
{
    struct aws_chain *chain = mem_calloc(1, sizeof(*chain));

    chain->outside = *outside;
    return chain;
}

void aws_chain_free(struct aws_chain *chain)
{
    if (chain == NULL)
        return;
    aws_credentials_clear(&chain->current);
    free(chain);
}

static void add_reason(struct buf *reasons, const char *name, const char *why)
{
    buf_addf(reasons, "%s%s: %.*s", reasons->len ? "; " : "", name, REASON_BYTES_MAX, why);
}

/* What was found must still be good. */
static enum cred_outcome check_expiry(const struct aws_outside *o,
                                      const struct aws_credentials *found, struct error *why)
{
    char time[TIME_ISO_SIZE];

    if (found->expires_ms > clock_now_ms(o->clock))
        return CRED_FOUND;
    time_format_iso(found->expires_ms, time);
    return cred_failed(why, ERR_PERM, "ExpiredCredentials", "%s: the credentials expired at %s",
                       found->source, time);
}

static enum cred_outcome ask(const struct provider *provider, const struct aws_outside *o,
                             struct aws_credentials *found, struct error *why)
{
    enum cred_outcome outcome;

    if (provider->find == cred_env && o->config->profile_chosen)
        return cred_nothing(why, "passed over, since a profile was chosen");
    outcome = provider->find(o, found, why);
    return outcome == CRED_FOUND ? check_expiry(o, found, why) : outcome;
}

static int no_credentials(const struct buf *reasons, struct error *err)
{
    return error_set(err, ERR_PERM, "NoCredentials", "no AWS credentials: %s", buf_str(reasons));
}

static int failed(const struct error *why, const struct buf *reasons, struct error *err)
{
    size_t len = strlen(why->message);

    *err = *why;
    if (reasons->len > 0)
        snprintf(err->message + len, sizeof(err->message) - len, " (before it: %s)",
                 buf_str(reasons));
    return -1;
}

static int find(const struct aws_outside *o, struct aws_credentials *found, struct error *err)
{
    enum cred_outcome outcome = CRED_NOTHING;
    struct buf reasons;
    struct error why;
    int status = 0;

    buf_init(&reasons, sizeof(err->message));
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]) && outcome == CRED_NOTHING;
         i++) {
        outcome = ask(&providers[i], o, found, &why);
        if (outcome == CRED_NOTHING)
            add_reason(&reasons, providers[i].name, why.message);
    }
    if (outcome == CRED_NOTHING)
        status = no_credentials(&reasons, err);
    else if (outcome == CRED_FAILED)
        status = failed(&why, &reasons, err);
    buf_clear(&reasons);
    return status;
}

static void take(struct aws_chain *chain, struct aws_credentials *found)
{
    aws_credentials_clear(&chain->current);
    chain->current = *found;
    chain->have = true;
    chain->error = (struct error){0};
}

/* Look for credentials. What there is stays in place until there are others. */
static void renew(struct aws_chain *chain)
{
    struct aws_credentials found = {0};
    struct error err = {0};

    chain->busy = true;
    if (find(&chain->outside, &found, &err) == 0) {
        take(chain, &found);
    } else {
        aws_credentials_clear(&found);
        chain->error = err;
    }
    chain->tried_ms = clock_monotonic_ms(chain->outside.clock);
    chain->busy = false;
}

static bool is_valid(const struct aws_chain *chain)
{
    return chain->have && chain->current.expires_ms > clock_now_ms(chain->outside.clock);
}

/*
 * Whether to look for credentials now: with good ones at hand not too often, and after an error not
 * at once again.
 */
static bool is_due(const struct aws_chain *chain)
{
    const struct clock *clock = chain->outside.clock;
    int64_t since_ms = clock_monotonic_ms(clock) - chain->tried_ms;

    if (!is_valid(chain))
        return chain->error.kind == ERR_NONE || since_ms >= FAILURE_MS;
    return chain->current.expires_ms - clock_now_ms(clock) < EARLY_MS && since_ms >= RETRY_MS;
}

int aws_chain_get(struct aws_chain *chain, const struct aws_credentials **credentials,
                  struct error *err)
{
    if (!chain->busy && is_due(chain))
        renew(chain);
    *credentials = &chain->current;
    if (is_valid(chain))
        return 0;
    if (chain->busy) /* what it takes to find them wants some itself */
        return error_set(err, ERR_TEMP, "CredentialsBusy",
                         "the AWS credentials are being looked for");
    *err = chain->error;
    return -1;
}

void aws_chain_expire(struct aws_chain *chain, const char *access_key_id)
{
    int64_t since_ms = clock_monotonic_ms(chain->outside.clock) - chain->tried_ms;

    if (chain->busy || !chain->have || since_ms < RETRY_MS ||
        strcmp(chain->current.access_key_id, access_key_id) != 0)
        return;
    aws_credentials_clear(&chain->current);
    chain->have = false;
}

const struct error *aws_chain_problem(const struct aws_chain *chain)
{
    return chain->error.kind != ERR_NONE ? &chain->error : NULL;
}
