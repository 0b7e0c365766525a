#ifndef MAKI_AWS_CRED_H
#define MAKI_AWS_CRED_H

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "base/buf.h"

/* Credential providers, one a file: aws/cred_*.c. Internal to aws/credentials.c and them. */

enum cred_outcome {
    CRED_FOUND,   /* the credentials are filled in */
    CRED_NOTHING, /* it is not set up; `why` has a short reason, for a list */
    CRED_FAILED,  /* it is set up, and gives none; `why` has an error */
};

typedef enum cred_outcome cred_provider_fn(const struct aws_outside *o, struct aws_credentials *c,
                                           struct error *why);

/* In the order of the chain. */
cred_provider_fn cred_env;
cred_provider_fn cred_profile;
cred_provider_fn cred_web_identity;
cred_provider_fn cred_container;
cred_provider_fn cred_imds;

/* Parts of cred_profile, for the profile `name`. */
enum cred_outcome cred_process(const struct aws_outside *o, const char *name,
                               struct aws_credentials *c, struct error *why);
enum cred_outcome cred_sso(const struct aws_outside *o, const char *name, struct aws_credentials *c,
                           struct error *why);

/* The access token of an SSO session, renewed if need be: appended to `token` (a secret). */
struct cred_sso_session {
    const char *who;        /* for messages */
    const char *profile;    /* the same */
    const char *cache_name; /* its file is named for it: the session's name, or the start URL */
    const char *region;
    bool renewable; /* it is a session's, whose file has what is needed to renew the token */
};
enum cred_outcome cred_sso_token(const struct aws_outside *o,
                                 const struct cred_sso_session *session, struct buf *token,
                                 struct error *why);

/* A call of STS. Members that are NULL are left out. */
struct cred_role {
    const char *arn;
    const char *session_name; /* NULL: one is made */
    const char *external_id;
    const char *duration; /* seconds, as the user wrote it */
    const char *region;   /* where none is set otherwise */
    const char *web_identity_token;
    const struct aws_credentials *source; /* to sign with; NULL goes with a token */
};
enum cred_outcome cred_assume_role(const struct aws_outside *o, const struct cred_role *role,
                                   struct aws_credentials *c, struct error *why);

/* The same with the token from a file. */
enum cred_outcome cred_assume_with_file(const struct aws_outside *o, struct cred_role *role,
                                        const char *path, struct aws_credentials *c,
                                        struct error *why);

/* Shared by them: aws/cred_common.c. */

/* What an environment variable says; NULL if it is not set or empty. */
const char *cred_variable(const struct aws_outside *o, const char *name);

/* Fill in `why`. */
__attribute__((format(printf, 2, 3))) enum cred_outcome cred_nothing(struct error *why,
                                                                     const char *format, ...);
__attribute__((format(printf, 4, 5))) enum cred_outcome
cred_failed(struct error *why, enum error_kind kind, const char *code, const char *format, ...);

/*
 * Call a server. FOUND for a status of 200, with its body; FAILED, with `who` in front, for no
 * answer; NOTHING for any other status, which is then in *status. `body` (initialised, a secret)
 * has what came.
 */
enum cred_outcome cred_call(const struct aws_outside *o, const struct aws_fetch *fetch,
                            const char *who, int *status, struct buf *body, struct error *why);

/* ASCII without control characters: fit to be a header's value. */
bool cred_is_printable(const char *text);

/*
 * Read a secret from a file into `text`, without the white space at its end. FOUND, or FAILED with
 * `who` in front.
 */
enum cred_outcome cred_read_file(const char *path, const char *who, struct buf *text,
                                 struct error *why);

/* What keys are called in an answer in JSON, as paths ("a.b"). */
struct cred_names {
    const char *id, *secret, *token, *expiration;
    bool token_needed;
    bool expiration_is_ms; /* a number of milliseconds, else an ISO time */
};

/* Fill in from JSON; NOTHING never comes. `who` goes in front of the error. */
enum cred_outcome cred_from_json(const struct buf *json, const struct cred_names *names,
                                 const char *who, struct aws_credentials *c, struct error *why);

/* Fill in from texts (copied; token may be NULL), which must be fit to be sent. */
struct cred_texts {
    const char *id, *secret, *token;
    int64_t expires_ms;
};
enum cred_outcome cred_from_texts(const struct cred_texts *texts, const char *who,
                                  struct aws_credentials *c, struct error *why);

/* "2026-01-02T03:04:05Z", or with "UTC" at the end as old files have it. */
int cred_parse_time(const char *text, int64_t *ms);

/*
 * Take a secret that a server may have repeated out of a message, also where its end is cut off.
 * NULL and "" are fine.
 */
void cred_hide(struct error *why, const char *secret);

enum { CRED_BODY_BYTES_MAX = 256 << 10, CRED_TOKEN_BYTES_MAX = 64 << 10 };

#endif
