#include "aws/service.h"

#include <string.h>

static const struct aws_service_names services[AWS_SERVICE_COUNT] = {
    [AWS_BEDROCK] = {"bedrock", "BEDROCK", "bedrock"},
    [AWS_BEDROCK_RUNTIME] = {"bedrock-runtime", "BEDROCK_RUNTIME", "bedrock"},
    [AWS_S3] = {"s3", "S3", "s3"},
    [AWS_SUPPORT] = {"support", "SUPPORT", "support"},
    [AWS_HEALTH] = {"health", "HEALTH", "health"},
    [AWS_STS] = {"sts", "STS", "sts"},
    [AWS_SSO] = {"sso", "SSO", "awsssoportal"},
    [AWS_SSO_OIDC] = {"sso-oidc", "SSO_OIDC", "sso-oauth"},
    [AWS_S3VECTORS] = {"s3vectors", "S3VECTORS", "s3vectors"},
};

const struct aws_service_names *aws_service_names(enum aws_service service)
{
    return &services[service];
}

enum aws_service aws_service_find(const char *name)
{
    int i = 0;

    while (i < AWS_SERVICE_COUNT && strcmp(services[i].name, name) != 0)
        i++;
    return (enum aws_service)i;
}
