#ifndef MAKI_TESTS_FAKE_ENV_H
#define MAKI_TESTS_FAKE_ENV_H

/*
 * An environment for tests: "NAME=value" texts, ended by NULL, in place of the process's own.
 *
 *   const char *vars[] = {"AWS_REGION=us-east-1", "HOME=/tmp/x", NULL};
 *   struct aws_env env = fake_env(vars);
 */
#include <string.h>

#include "aws/config.h"

static inline const char *fake_env_get(void *state, const char *name)
{
    size_t len = strlen(name);

    for (const char *const *var = state; *var != NULL; var++) {
        if (strncmp(*var, name, len) == 0 && (*var)[len] == '=')
            return *var + len + 1;
    }
    return NULL;
}

/* `vars` must outlive it; it may change meanwhile. */
static inline struct aws_env fake_env(const char **vars)
{
    return (struct aws_env){fake_env_get, (void *)vars};
}

#endif
