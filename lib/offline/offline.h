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

#endif
