#include "aws/config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/url.h"
#include "base/mem.h"

enum { ORIGIN_SIZE = 200, KEY_SIZE = 64 };

/* A value and where it was set, for messages. */
struct setting {
    const char *value; /* NULL if it is set nowhere */
    char origin[ORIGIN_SIZE];
};

static const char *process_get(void *state, const char *name)
{
    (void)state;
    return getenv(name);
}

const struct aws_env *aws_env_process(void)
{
    static const struct aws_env process = {process_get, NULL};

    return &process;
}

const char *aws_env_get(const struct aws_env *env, const char *name)
{
    const char *value = env->get(env->state, name);

    return value != NULL && *value != '\0' ? value : NULL;
}

const char *aws_config_profile_get(const struct aws_config *config, const char *key)
{
    return profiles_get(config->profiles, PROFILE, config->profile, key);
}

static struct setting from_env(const struct aws_config *config, const char *variable)
{
    struct setting s = {.value = aws_env_get(config->env, variable)};

    snprintf(s.origin, sizeof(s.origin), "%s", variable);
    return s;
}

static struct setting from_profile(const struct aws_config *config, const char *key)
{
    struct setting s = {.value = aws_config_profile_get(config, key)};

    snprintf(s.origin, sizeof(s.origin), "profile '%.100s', %s", config->profile, key);
    return s;
}

static struct setting find(const struct aws_config *config, const char *variable, const char *key)
{
    struct setting s = from_env(config, variable);

    return s.value ? s : from_profile(config, key);
}

static int bad_setting(const struct setting *s, const char *expected, struct error *err)
{
    return error_set(err, ERR_CONFIG, "BadConfig", "%s: expected %s, not '%.40s'", s->origin,
                     expected, s->value);
}

static int read_bool(const struct setting *s, bool *value, struct error *err)
{
    if (s->value == NULL)
        return 0;
    *value = strcasecmp(s->value, "true") == 0;
    if (*value || strcasecmp(s->value, "false") == 0)
        return 0;
    return bad_setting(s, "true or false", err);
}

static int read_attempts(const struct setting *s, int *value, struct error *err)
{
    char *end;
    long number;

    if (s->value == NULL)
        return 0;
    number = strtol(s->value, &end, 10);
    if (*end != '\0' || !isdigit((unsigned char)*s->value) || number < 1 ||
        number > AWS_MAX_ATTEMPTS_MAX)
        return bad_setting(s, "a number from 1 to 1000", err);
    *value = (int)number;
    return 0;
}

/*
 * The oldest mode, "legacy", differs from the standard one in little; the SDKs of today have the
 * latter only.
 */
static int read_retry_mode(const struct setting *s, enum aws_retry_mode *mode, struct error *err)
{
    if (s->value == NULL)
        return 0;
    *mode = strcmp(s->value, "adaptive") == 0 ? AWS_RETRY_ADAPTIVE : AWS_RETRY_STANDARD;
    if (*mode == AWS_RETRY_ADAPTIVE || strcmp(s->value, "standard") == 0 ||
        strcmp(s->value, "legacy") == 0)
        return 0;
    return bad_setting(s, "standard or adaptive", err);
}

/* As the AWS CLI has it: "s3 =", and below it "addressing_style = path". */
static int read_addressing(const struct setting *s, enum aws_addressing *style, struct error *err)
{
    static const char *const names[] = {"auto", "path", "virtual"};

    if (s->value == NULL || *style != AWS_ADDRESSING_AUTO)
        return 0;
    for (int i = 0; i < 3; i++) {
        if (strcmp(s->value, names[i]) == 0) {
            *style = (enum aws_addressing)i;
            return 0;
        }
    }
    return bad_setting(s, "auto, path or virtual", err);
}

/* Old names of FIPS endpoints: "fips-us-east-1", "us-east-1-fips". */
static char *real_region(const char *name, bool *fips)
{
    size_t len = strlen(name);

    if (strncmp(name, "fips-", 5) == 0) {
        *fips = true;
        return mem_strdup(name + 5);
    }
    if (len > 5 && strcmp(name + len - 5, "-fips") == 0) {
        *fips = true;
        return mem_strndup(name, len - 5);
    }
    return mem_strdup(name);
}

/* A region becomes part of host names: with a dot or a slash in it, it could name any host. */
static int set_region(struct aws_config *config, const struct setting *s, struct error *err)
{
    if (s->value == NULL)
        return 0;
    config->region = real_region(s->value, &config->use_fips);
    return aws_is_host_label(config->region)
               ? 0
               : bad_setting(s, "the name of a region, as us-east-1", err);
}

static int read_region(struct aws_config *config, const char *chosen, struct error *err)
{
    struct setting s = {.value = chosen, .origin = "--region"};

    if (s.value == NULL)
        s = from_env(config, "AWS_REGION");
    if (s.value == NULL)
        s = find(config, "AWS_DEFAULT_REGION", "region");
    return set_region(config, &s, err);
}

/* In the services section that the profile names. */
static int find_in_services(const struct aws_config *config, const char *variable,
                            struct setting *s, struct error *err)
{
    const char *section = aws_config_profile_get(config, "services");
    char key[KEY_SIZE];
    size_t len;

    s->value = NULL;
    if (section == NULL)
        return 0;
    if (!profiles_has(config->profiles, SERVICES, section))
        return error_set(
            err, ERR_CONFIG, "BadConfig",
            "profile '%.100s' has services = %.100s, but there is no section [services %.100s]",
            config->profile, section, section);
    snprintf(key, sizeof(key), "%s.endpoint_url", variable);
    len = strcspn(key, ".");
    for (size_t i = 0; i < len; i++)
        key[i] = (char)tolower((unsigned char)key[i]);
    s->value = profiles_get(config->profiles, SERVICES, section, key);
    snprintf(s->origin, sizeof(s->origin), "[services %.100s], %s", section, key);
    return 0;
}

static int read_endpoint(struct aws_config *config, enum aws_service service, struct error *err)
{
    const char *variable = aws_service_names(service)->variable;
    char name[KEY_SIZE];
    struct setting s;

    snprintf(name, sizeof(name), "AWS_ENDPOINT_URL_%s", variable);
    s = from_env(config, name);
    if (s.value == NULL)
        s = from_env(config, "AWS_ENDPOINT_URL");
    if (s.value == NULL && find_in_services(config, variable, &s, err) < 0)
        return -1;
    if (s.value == NULL)
        s = from_profile(config, "endpoint_url");
    if (s.value == NULL)
        return 0;
    config->endpoint_urls[service] = mem_strdup(s.value);
    config->endpoint_origins[service] = mem_strdup(s.origin);
    return 0;
}

static int read_endpoints(struct aws_config *config, struct error *err)
{
    struct setting s =
        find(config, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    bool ignore = false;

    if (read_bool(&s, &ignore, err) < 0)
        return -1;
    for (int i = 0; i < AWS_SERVICE_COUNT && !ignore; i++) {
        if (read_endpoint(config, (enum aws_service)i, err) < 0)
            return -1;
    }
    return 0;
}

static int read_modes(struct aws_config *config, struct error *err)
{
    struct setting fips = find(config, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    struct setting dualstack = find(config, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    struct setting mode = find(config, "AWS_RETRY_MODE", "retry_mode");
    struct setting attempts = find(config, "AWS_MAX_ATTEMPTS", "max_attempts");
    struct setting style = from_profile(config, "s3.addressing_style");

    config->max_attempts = AWS_MAX_ATTEMPTS_DEFAULT;
    if (read_bool(&fips, &config->use_fips, err) < 0 ||
        read_bool(&dualstack, &config->use_dualstack, err) < 0 ||
        read_retry_mode(&mode, &config->retry_mode, err) < 0 ||
        read_attempts(&attempts, &config->max_attempts, err) < 0)
        return -1;
    return read_addressing(&style, &config->s3_addressing, err);
}

/*
 * Where a shared file lies: where the variable says ("~/" is the home folder), else in ~/.aws. NULL
 * if that is unknown.
 */
static char *shared_file(const struct aws_config *config, const char *variable, const char *name)
{
    const char *path = aws_env_get(config->env, variable);

    if (path != NULL && (strncmp(path, "~/", 2) != 0 || config->home == NULL))
        return mem_strdup(path);
    if (path != NULL)
        return mem_printf("%s/%s", config->home, path + 2);
    return config->home ? mem_printf("%s/.aws/%s", config->home, name) : NULL;
}

static void load_profiles(struct aws_config *config)
{
    char *config_file = shared_file(config, "AWS_CONFIG_FILE", "config");
    char *credentials = shared_file(config, "AWS_SHARED_CREDENTIALS_FILE", "credentials");

    config->profiles = profiles_load(&(struct profile_files){config_file, credentials});
    free(config_file);
    free(credentials);
}

static void choose_profile(struct aws_config *config, const char *chosen)
{
    const char *named = chosen ? chosen : aws_env_get(config->env, "AWS_PROFILE");

    config->profile = mem_strdup(named ? named : "default");
    config->profile_named = named != NULL;
    config->profile_chosen = chosen != NULL;
}

int aws_config_load(struct aws_config *config, const struct aws_env *env,
                    const struct aws_config_choice *choice, struct error *err)
{
    static const struct aws_config_choice none;

    if (choice == NULL)
        choice = &none;
    *config = (struct aws_config){.env = env, .s3_addressing = choice->s3_addressing};
    config->home = mem_strdup(aws_env_get(env, "HOME"));
    config->bearer_token = mem_strdup(aws_env_get(env, "AWS_BEARER_TOKEN_BEDROCK"));
    choose_profile(config, choice->profile);
    load_profiles(config);
    if (read_modes(config, err) == 0 && read_region(config, choice->region, err) == 0 &&
        read_endpoints(config, err) == 0)
        return 0;
    aws_config_clear(config);
    return -1;
}

void aws_config_clear(struct aws_config *config)
{
    profiles_free(config->profiles);
    mem_free_secret(config->bearer_token);
    free(config->home);
    free(config->profile);
    free(config->region);
    for (int i = 0; i < AWS_SERVICE_COUNT; i++) {
        mem_free_secret(config->endpoint_urls[i]); /* somebody may have put a password into it */
        free(config->endpoint_origins[i]);
    }
    *config = (struct aws_config){0};
}
