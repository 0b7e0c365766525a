#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/uri.h"

/* https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
struct partition {
    const char *prefix; /* of its regions' names */
    const char *suffix; /* of its host names */
    const char *dualstack_suffix;
    const char *global;  /* pseudo region */
    const char *home;    /* the region that stands for it */
    const char *support; /* the region of AWS Support; NULL: whichever is asked for */
    const char
        *health; /* the region that AWS Health's global endpoint is signed for; NULL: it has none */
    bool no_fips;
};

static const struct partition partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "aws-cn-global", "cn-northwest-1",
     "cn-north-1", "cn-northwest-1", true},
    {"us-gov-", "amazonaws.com", "api.aws", "aws-us-gov-global", "us-gov-west-1", "us-gov-west-1",
     NULL, false},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "aws-iso-global", "us-iso-east-1", "us-iso-east-1",
     NULL, false},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "aws-iso-b-global", "us-isob-east-1",
     "us-isob-east-1", NULL, false},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "aws-iso-f-global", "us-isof-south-1",
     NULL, NULL, false},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "aws-iso-e-global", "eu-isoe-west-1",
     NULL, NULL, false},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "aws-eusc-global", "eusc-de-east-1", NULL,
     NULL, false},
    /* All others, those of the future too. */
    {"", "amazonaws.com", "api.aws", "aws-global", "us-east-1", "us-east-1", "us-east-1", false},
};

/* What stands before the region in a host name. */
struct host_rule {
    const char *plain, *fips;
    bool gov_fips_is_plain; /* in us-gov the host without "-fips" is the one that complies */
};

static const struct host_rule hosts[AWS_SERVICE_COUNT] = {
    [AWS_BEDROCK] = {"bedrock", "bedrock-fips", false},
    [AWS_BEDROCK_RUNTIME] = {"bedrock-runtime", "bedrock-runtime-fips", false},
    [AWS_S3] = {"s3", "s3-fips", false},
    [AWS_SUPPORT] = {"support", "support-fips", true},
    [AWS_HEALTH] = {"health", "health-fips", false},
    [AWS_STS] = {"sts", "sts-fips", true},
    [AWS_SSO] = {"portal.sso", "portal.sso-fips", true},
    [AWS_SSO_OIDC] = {"oidc", "oidc-fips", true},
    [AWS_S3VECTORS] = {"s3vectors", "s3vectors-fips", false},
};

struct search {
    const struct aws_config *config;
    const struct aws_endpoint_query *query;
    const struct partition *partition;
    struct aws_endpoint *endpoint;
    struct error *err;
};

static const struct partition *partition_of(const char *region)
{
    const struct partition *p = partitions;

    while (strncmp(region, p->prefix, strlen(p->prefix)) != 0)
        p++;
    return p;
}

/* A partition's pseudo region stands for a real one. */
static const char *real_region(const char *region)
{
    for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
        if (strcmp(region, partitions[i].global) == 0)
            return partitions[i].home;
    }
    return region;
}

static int no_region(struct search *s)
{
    return error_set(s->err, ERR_CONFIG, "NoRegion",
                     "no AWS region is set for %s: set AWS_REGION, or region in the profile "
                     "'%.100s' of ~/.aws/config",
                     aws_service_names(s->query->service)->name, s->config->profile);
}

/*
 * Services that answer for a whole partition from one region, or that find out themselves which one
 * is meant (S3 redirects).
 */
static bool needs_no_region(enum aws_service service)
{
    return service == AWS_S3 || service == AWS_SUPPORT || service == AWS_HEALTH ||
           service == AWS_STS;
}

static int choose_region(struct search *s)
{
    const char *region = s->query->region ? s->query->region : s->config->region;
    const char *named;

    if (region == NULL && !needs_no_region(s->query->service))
        return no_region(s);
    region = region ? real_region(region) : "us-east-1";
    if (!aws_is_host_label(region) || strlen(region) >= sizeof(s->endpoint->region))
        return error_set(s->err, ERR_CONFIG, "InvalidRegion",
                         "this cannot be the name of an AWS region: %.40s", region);
    s->partition = partition_of(region);
    named = s->query->service == AWS_SUPPORT  ? s->partition->support
            : s->query->service == AWS_HEALTH ? s->partition->health
                                              : NULL;
    snprintf(s->endpoint->region, sizeof(s->endpoint->region), "%s", named ? named : region);
    return 0;
}

/* AWS's own host for a service; it fits: all its parts are short. */
static int choose_host(struct search *s)
{
    const struct host_rule *rule = &hosts[s->query->service];
    const struct aws_config *config = s->config;
    const struct partition *p = s->partition;
    bool s3 = s->query->service == AWS_S3;
    bool dual_suffix = (config->use_dualstack && !s3) || s->query->service == AWS_S3VECTORS;
    const char *suffix = dual_suffix ? p->dualstack_suffix : p->suffix;
    struct aws_endpoint *e = s->endpoint;
    bool gov = strcmp(p->prefix, "us-gov-") == 0;
    bool fips = config->use_fips && (!gov || config->use_dualstack || !rule->gov_fips_is_plain);

    if (config->use_fips && p->no_fips)
        return error_set(s->err, ERR_CONFIG, "NoFips", "AWS has no FIPS endpoints in %s",
                         e->region);
    if (s->query->service == AWS_HEALTH && p->health != NULL && !fips && !config->use_dualstack)
        snprintf(e->host, sizeof(e->host), "global.health.%s", suffix);
    else
        snprintf(e->host, sizeof(e->host), "%s.%s%s.%s", fips ? rule->fips : rule->plain,
                 s3 && config->use_dualstack ? "dualstack." : "", e->region, suffix);
    e->https = true;
    e->port = 443;
    return 0;
}

static int bad_endpoint(struct search *s, const char *what)
{
    return error_set(s->err, ERR_CONFIG, "InvalidEndpoint", "%s: %s",
                     s->config->endpoint_origins[s->query->service], what);
}

/* The host that the user named. */
static int take_named(struct search *s)
{
    struct aws_endpoint *e = s->endpoint;
    struct aws_url url;
    const char *wrong = aws_url_parse(s->config->endpoint_urls[s->query->service], &url);
    size_t len = strlen(url.path);

    if (wrong != NULL)
        return bad_endpoint(s, wrong);
    if (*url.query != '\0')
        return bad_endpoint(s, "an endpoint's URL cannot have a query");
    if (s->config->use_fips)
        return bad_endpoint(s, "a custom endpoint cannot be combined with AWS_USE_FIPS_ENDPOINT");
    if (s->config->use_dualstack)
        return bad_endpoint(s,
                            "a custom endpoint cannot be combined with AWS_USE_DUALSTACK_ENDPOINT");
    while (len > 0 && url.path[len - 1] == '/')
        url.path[--len] = '\0';
    e->named = true;
    e->https = url.https;
    e->port = url.port;
    memcpy(e->host, url.host, sizeof(e->host));
    memcpy(e->base_path, url.path, sizeof(e->base_path));
    return 0;
}

/*
 * A bucket that can be the first label of a host: 3 to 63 lower-case letters, digits, '-'; with
 * dots, no certificate would fit.
 */
static bool is_label_bucket(const char *bucket)
{
    return strlen(bucket) >= 3 && aws_is_host_label(bucket) &&
           bucket[strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text);

    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static int check_bucket(struct search *s, const char *bucket)
{
    if (*bucket == '\0')
        return error_set(s->err, ERR_CONFIG, "InvalidBucket", "the name of an S3 bucket is empty");
    if (strncmp(bucket, "arn:", 4) == 0)
        return error_set(
            s->err, ERR_CONFIG, "InvalidBucket",
            "buckets are given by name, not by ARN; access points by their alias: %.100s", bucket);
    if (ends_in(bucket, "--x-s3"))
        return error_set(s->err, ERR_CONFIG, "InvalidBucket",
                         "S3 Express directory buckets are not supported: %.100s", bucket);
    if (strcmp(bucket, ".") == 0 || strcmp(bucket, "..") == 0)
        return error_set(s->err, ERR_CONFIG, "InvalidBucket", "not the name of an S3 bucket: %s",
                         bucket);
    return 0;
}

/*
 * What a bucket's name stands before: a host name that can take a label more. Whether localhost
 * does is the resolver's whim.
 */
static bool bucket_fits_host(const struct search *s, const char *bucket)
{
    const struct aws_endpoint *e = s->endpoint;

    if (s->config->s3_addressing == AWS_ADDRESSING_PATH || !is_label_bucket(bucket))
        return false;
    if (aws_host_is_address(e->host) || strlen(bucket) + strlen(e->host) + 2 > sizeof(e->host))
        return false;
    return s->config->s3_addressing == AWS_ADDRESSING_VIRTUAL || !aws_host_is_loopback(e->host);
}

/* "bucket.host"; it fits. */
static void put_before(char *host, const char *bucket)
{
    size_t len = strlen(bucket);

    memmove(host + len + 1, host, strlen(host) + 1);
    memcpy(host, bucket, len + 1);
    host[len] = '.';
}

static int add_bucket(struct search *s, const char *bucket)
{
    struct aws_endpoint *e = s->endpoint;
    struct buf path;
    int status = 0;

    if (check_bucket(s, bucket) < 0)
        return -1;
    if (bucket_fits_host(s, bucket)) {
        put_before(e->host, bucket);
        return 0;
    }
    buf_init(&path, sizeof(e->base_path) - 1);
    buf_adds(&path, e->base_path);
    buf_addc(&path, '/');
    if (uri_encode(&path, bucket, strlen(bucket), "") < 0)
        status = error_set(s->err, ERR_CONFIG, "InvalidBucket",
                           "the name of an S3 bucket is too long: %.100s", bucket);
    else
        memcpy(e->base_path, buf_str(&path), path.len + 1);
    buf_clear(&path);
    e->bucket_in_path = true;
    return status;
}

int aws_endpoint_find(const struct aws_config *config, const struct aws_endpoint_query *query,
                      struct aws_endpoint *endpoint, struct error *err)
{
    struct search s;
    int usual;

    memset(endpoint, 0, sizeof(*endpoint));
    s = (struct search){config, query, partition_of(""), endpoint, err};
    endpoint->signing_name = aws_service_names(query->service)->signing_name;
    if (choose_region(&s) < 0)
        return -1;
    if (config->endpoint_urls[query->service] ? take_named(&s) < 0 : choose_host(&s) < 0)
        return -1;
    if (query->service == AWS_S3 && query->bucket != NULL && add_bucket(&s, query->bucket) < 0)
        return -1;
    usual = endpoint->https ? 443 : 80;
    if (endpoint->port == usual)
        snprintf(endpoint->authority, sizeof(endpoint->authority), "%s", endpoint->host);
    else
        snprintf(endpoint->authority, sizeof(endpoint->authority), "%s:%d", endpoint->host,
                 endpoint->port);
    return 0;
}

int aws_endpoint_url(const struct aws_endpoint *endpoint, const char *path, struct buf *out)
{
    return buf_addf(out, "%s://%s%s%s", endpoint->https ? "https" : "http", endpoint->authority,
                    endpoint->base_path, path);
}
