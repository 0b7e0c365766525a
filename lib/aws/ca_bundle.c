#include <sys/stat.h>
#include <unistd.h>

#include "aws/config.h"
#include "base/mem.h"

/* aws_config_ca_bundle */

static const char *const distributions[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Alpine, Gentoo */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Amazon Linux, Fedora, RHEL 6 and later */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* the same, where the link above is
                                                            missing */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* the same */
    "/etc/ssl/certs/ca-bundle.crt",                      /* NixOS */
    "/etc/ssl/cert.pem",                                 /* Alpine, Void, BSDs */
    NULL,
};

static bool is_readable_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode) && access(path, R_OK) == 0;
}

static char *check_named(const char *origin, const char *path, struct error *err)
{
    if (is_readable_file(path))
        return mem_strdup(path);
    error_set(err, ERR_CONFIG, "NoCaBundle",
              "%s names %.300s, which is not a file that can be read", origin, path);
    return NULL;
}

static char *find_usual(const char *const *usual, struct error *err)
{
    for (; *usual != NULL; usual++) {
        if (is_readable_file(*usual))
            return mem_strdup(*usual);
    }
    error_set(err, ERR_CONFIG, "NoCaBundle",
              "no CA certificates to check servers with: install the package ca-certificates, or "
              "name a PEM file in "
              "AWS_CA_BUNDLE");
    return NULL;
}

char *aws_config_ca_bundle(const struct aws_config *config, const char *const *usual,
                           struct error *err)
{
    static const char *const variables[] = {"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    const char *in_profile = aws_config_profile_get(config, "ca_bundle");

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *path = aws_env_get(config->env, variables[i]);

        if (path != NULL)
            return check_named(variables[i], path, err);
        if (i == 0 && in_profile != NULL)
            return check_named("the profile's ca_bundle", in_profile, err);
    }
    return find_usual(usual ? usual : distributions, err);
}
