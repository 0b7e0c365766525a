#ifndef MAKI_AWS_CONFIG_H
#define MAKI_AWS_CONFIG_H

#include <stdbool.h>

#include "aws/profile.h"
#include "aws/service.h"
#include "base/error.h"

/*
 * How AWS is to be called, as the AWS SDKs find it out: from the environment, then from the profile
 * in the shared files. https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */

/* The environment, which tests replace. What is set to nothing counts as not set. */
struct aws_env {
    const char *(*get)(void *state, const char *name);
    void *state;
};
const struct aws_env *aws_env_process(void);
const char *aws_env_get(const struct aws_env *env, const char *name);

enum aws_retry_mode { AWS_RETRY_STANDARD, AWS_RETRY_ADAPTIVE };
enum aws_addressing { AWS_ADDRESSING_AUTO, AWS_ADDRESSING_PATH, AWS_ADDRESSING_VIRTUAL };

/* What a user said on the command line, which goes before all else; NULL and AUTO for nothing. */
struct aws_config_choice {
    const char *profile;
    const char *region;
    enum aws_addressing s3_addressing;
};

struct aws_config {
    const struct aws_env *env; /* borrowed */
    struct profiles *profiles;
    char *home;          /* the user's home folder; NULL if unknown */
    char *profile;       /* AWS_PROFILE, else "default" */
    bool profile_named;  /* somebody named it */
    bool profile_chosen; /* on the command line: keys in the environment are not meant then */
    char *region;        /* NULL if none is set */
    bool use_fips;
    bool use_dualstack;
    enum aws_retry_mode retry_mode;
    int max_attempts;
    enum aws_addressing s3_addressing;
    char *endpoint_urls[AWS_SERVICE_COUNT];    /* NULL for AWS's own */
    char *endpoint_origins[AWS_SERVICE_COUNT]; /* where they were set, for messages */
    char *bearer_token; /* AWS_BEARER_TOKEN_BEDROCK or NULL: Bedrock's, before all credentials */
};

enum { AWS_MAX_ATTEMPTS_DEFAULT = 3, AWS_MAX_ATTEMPTS_MAX = 1000 };

/*
 * Find it all out; `choice` may be NULL. The environment must outlive the config. -1 with
 * ERR_CONFIG, naming the variable or the profile's key, for a value that cannot be; the config is
 * empty then. Clear it in both cases. That a profile or the region is missing is no error here: not
 * every program and not every service needs it.
 */
int aws_config_load(struct aws_config *config, const struct aws_env *env,
                    const struct aws_config_choice *choice, struct error *err);
void aws_config_clear(struct aws_config *config);

/* A key of the profile in use, or NULL. */
const char *aws_config_profile_get(const struct aws_config *config, const char *key);

/*
 * Find the file of certificates to trust: AWS_CA_BUNDLE, the profile's ca_bundle, CURL_CA_BUNDLE,
 * SSL_CERT_FILE, else the first of `usual` (ended by NULL; NULL for where the distributions have
 * it) that there is. The path is the caller's. NULL with ERR_CONFIG if there is none, or what is
 * named cannot be read.
 */
char *aws_config_ca_bundle(const struct aws_config *config, const char *const *usual,
                           struct error *err);

#endif
