#ifndef MAKI_AWS_SERVICE_H
#define MAKI_AWS_SERVICE_H

/* The AWS services that are called here. */
enum aws_service {
    AWS_BEDROCK,
    AWS_BEDROCK_RUNTIME,
    AWS_S3,
    AWS_SUPPORT,
    AWS_HEALTH,
    AWS_STS,
    AWS_SSO,
    AWS_SSO_OIDC,
    AWS_S3VECTORS,
    AWS_SERVICE_COUNT,
};

struct aws_service_names {
    const char *name;     /* as in http_request.service: "bedrock-runtime" */
    const char *variable; /* AWS_ENDPOINT_URL_<…>: "BEDROCK_RUNTIME"; in lower case its key in a
                             services section */
    const char *signing_name; /* in the scope of a signature: "bedrock" */
};

const struct aws_service_names *aws_service_names(enum aws_service service);

/* By name; AWS_SERVICE_COUNT if there is none of that name. */
enum aws_service aws_service_find(const char *name);

#endif
