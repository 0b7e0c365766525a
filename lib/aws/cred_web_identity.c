#include "aws/cred.h"

enum cred_outcome cred_assume_with_file(const struct aws_outside *o, struct cred_role *role,
                                        const char *path, struct aws_credentials *c,
                                        struct error *why)
{
    struct buf token;
    enum cred_outcome outcome;

    /* read anew each time: Kubernetes changes it every hour */
    buf_init_secret(&token, CRED_TOKEN_BYTES_MAX);
    outcome = cred_read_file(path, "web identity", &token, why);
    role->web_identity_token = buf_str(&token);
    if (outcome == CRED_FOUND)
        outcome = cred_assume_role(o, role, c, why);
    role->web_identity_token = NULL;
    buf_clear(&token);
    return outcome;
}

/*
 * AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, as EKS sets them for a service
 * account.
 */
enum cred_outcome cred_web_identity(const struct aws_outside *o, struct aws_credentials *c,
                                    struct error *why)
{
    const char *path = cred_variable(o, "AWS_WEB_IDENTITY_TOKEN_FILE");
    struct cred_role role = {
        .arn = cred_variable(o, "AWS_ROLE_ARN"),
        .session_name = cred_variable(o, "AWS_ROLE_SESSION_NAME"),
    };

    if (path == NULL)
        return cred_nothing(why, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    if (role.arn == NULL)
        return cred_nothing(why, "AWS_ROLE_ARN is not set");
    return cred_assume_with_file(o, &role, path, c, why);
}
