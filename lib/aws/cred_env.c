#include <inttypes.h>

#include "aws/cred.h"

/*
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and AWS_CREDENTIAL_EXPIRATION, which
 * tools that set them also set.
 */
enum cred_outcome cred_env(const struct aws_outside *o, struct aws_credentials *c,
                           struct error *why)
{
    const char *expiration = cred_variable(o, "AWS_CREDENTIAL_EXPIRATION");
    struct cred_texts texts = {
        .id = cred_variable(o, "AWS_ACCESS_KEY_ID"),
        .secret = cred_variable(o, "AWS_SECRET_ACCESS_KEY"),
        .token = cred_variable(o, "AWS_SESSION_TOKEN"),
        .expires_ms = INT64_MAX,
    };

    if (texts.id == NULL && texts.secret == NULL)
        return cred_nothing(why, "AWS_ACCESS_KEY_ID is not set");
    if (texts.id == NULL || texts.secret == NULL)
        return cred_failed(why, ERR_PERM, "InvalidCredentials",
                           "environment: %s is set, but %s is not",
                           texts.id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                           texts.id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    if (expiration != NULL && cred_parse_time(expiration, &texts.expires_ms) < 0)
        return cred_failed(why, ERR_CONFIG, "BadConfig",
                           "environment: AWS_CREDENTIAL_EXPIRATION is no time");
    return cred_from_texts(&texts, "environment", c, why);
}
