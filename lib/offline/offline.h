#ifndef MAKI_OFFLINE_OFFLINE_H
#define MAKI_OFFLINE_OFFLINE_H

#include "base/clock.h"
#include "http/transport.h"
#include "maki/category.h"

/*
 * The offline stand-in for Amazon Bedrock: an in-process transport that answers Converse itself,
 * with a deterministic lexical model in place of an LLM. It gets what a real model would get, the
 * request, and knows the reference data. `categories` must outlive it. Free with http_free.
 */
struct http_transport *offline_new(const struct category_set *categories);

/*
 * The same with S3 and batch jobs, over a folder that stands for S3; it is made when something is
 * stored. Jobs are kept there, too, so that each step of a pipeline sees them.
 */
struct offline_options {
    const struct category_set *categories; /* must outlive it */
    const char *folder;                    /* copied */
    const struct clock *clock;
};
struct http_transport *offline_open(const struct offline_options *options);

#endif
