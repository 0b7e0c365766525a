#include "aws/address.h"

#include <stdlib.h>
#include <string.h>

#include "aws/url.h"
#include "aws/xml.h"
#include "base/mem.h"
#include "base/uri.h"

enum { REGIONS_MAX = 1000, BUCKET_SIZE = 256, REGION_SIZE = 64 };

struct bucket_region {
    char bucket[BUCKET_SIZE];
    char region[REGION_SIZE];
};

struct aws_regions {
    struct bucket_region *items;
    size_t count, cap;
};

struct aws_regions *aws_regions_new(void)
{
    return mem_calloc(1, sizeof(struct aws_regions));
}

void aws_regions_free(struct aws_regions *regions)
{
    if (regions == NULL)
        return;
    free(regions->items);
    free(regions);
}

static struct bucket_region *find(const struct aws_regions *regions, const char *bucket)
{
    for (size_t i = 0; i < regions->count; i++) {
        if (strcmp(regions->items[i].bucket, bucket) == 0)
            return &regions->items[i];
    }
    return NULL;
}

/* The bucket of "/BUCKET/KEY", decoded; what follows it is *rest, at least "/". -1: it is none. */
static int split_path(const char *path, char bucket[BUCKET_SIZE], const char **rest)
{
    size_t len = *path == '/' ? strcspn(path + 1, "/") : 0;
    struct buf name;
    int status = -1;

    buf_init(&name, BUCKET_SIZE - 1);
    if (len > 0 && uri_decode(&name, path + 1, len, false) == 0 &&
        memchr(name.data, '\0', name.len) == NULL) {
        memcpy(bucket, buf_str(&name), name.len + 1);
        *rest = path[1 + len] == '/' ? path + 1 + len : "/";
        status = 0;
    }
    buf_clear(&name);
    return status;
}

/* A region that may stand in a host name. */
static bool is_region(const char *text)
{
    return strlen(text) < REGION_SIZE && aws_is_host_label(text);
}

/* In a header; else, where a signature was made for the wrong region, in the error's body. */
static bool told_region(const struct http_response *response, struct buf *region)
{
    const char *header = http_header(response, "x-amz-bucket-region");
    struct error ignored;

    if (header != NULL)
        buf_adds(region, header);
    else if (response->status == 400)
        xml_find(response->body, response->body_len, "Error/Region", region, &ignored);
    return !buf_full(region) && is_region(buf_str(region));
}

bool aws_regions_learn(struct aws_regions *regions, const struct http_request *request,
                       const struct http_response *response)
{
    char bucket[BUCKET_SIZE];
    const char *rest;
    struct buf region;
    struct bucket_region *known;
    bool learned = false;

    if (response->status != 301 && response->status != 307 && response->status != 400)
        return false;
    if (split_path(request->path, bucket, &rest) < 0)
        return false;
    buf_init(&region, REGION_SIZE - 1);
    known = find(regions, bucket);
    if (told_region(response, &region) && (known != NULL || regions->count < REGIONS_MAX)) {
        learned = known == NULL || strcmp(known->region, buf_str(&region)) != 0;
        if (known == NULL) {
            regions->items = mem_grow(regions->items, &regions->cap, regions->count + 1,
                                      sizeof(*regions->items));
            known = &regions->items[regions->count++];
        }
        memcpy(known->bucket, bucket, sizeof(bucket));
        memcpy(known->region, buf_str(&region), region.len + 1);
    }
    buf_clear(&region);
    return learned;
}

int aws_address_find(const struct aws_config *config, const struct aws_regions *regions,
                     const struct http_request *request, struct aws_endpoint *endpoint,
                     struct buf *path, struct error *err)
{
    struct aws_endpoint_query query = {.service = aws_service_find(request->service)};
    char bucket[BUCKET_SIZE];
    const char *rest = request->path;

    if (query.service == AWS_SERVICE_COUNT)
        return error_set(err, ERR_INTERNAL, "UnknownService", "no AWS service is called %s here",
                         request->service);
    if (query.service == AWS_S3) {
        const struct bucket_region *known;

        if (split_path(request->path, bucket, &rest) < 0)
            return error_set(err, ERR_CONFIG, "InvalidBucket", "not the name of an S3 bucket");
        known = find(regions, bucket);
        query.bucket = bucket;
        query.region = known ? known->region : NULL;
    }
    if (aws_endpoint_find(config, &query, endpoint, err) < 0)
        return -1;
    buf_reset(path);
    buf_adds(path, endpoint->base_path);
    if (buf_adds(path, rest) < 0)
        return error_set(err, ERR_DATA, "UrlTooLong", "the request's path is too long");
    return 0;
}
