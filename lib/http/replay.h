#ifndef MAKI_HTTP_REPLAY_H
#define MAKI_HTTP_REPLAY_H

#include "base/error.h"
#include "http/transport.h"

/*
 * A transport without a network: answers come from the fixtures (fixture.h) below a folder, in the
 * order in which they were recorded, for each request from the first answer on in each process.
 *
 * Where the answers to a request are used up, the only one of several equal ones, and the last one
 * to a GET or HEAD, is given again: how often a polling loop asks, and how many equal questions are
 * asked at once, depends on time. Of a POST or PUT that had different answers, none can be said to
 * be right: the error "NoMoreAnswers" (ERR_CONFIG).
 *
 * A request without a fixture gets the error "NoFixture" (ERR_CONFIG) that names the request, the
 * nearest fixture and where they differ; a fixture that cannot be read "BadFixture" (ERR_DATA),
 * with file and line.
 */

/*
 * The folder's file names are read now, the files when they are needed; it is not to change
 * meanwhile. NULL with ERR_CONFIG for a folder that is missing or has no fixtures, or two for the
 * same request. Free with http_free.
 */
struct http_transport *http_replay_new(const char *dir, struct error *err);

#endif
