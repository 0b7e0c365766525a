#ifndef MAKI_HTTP_RECORD_H
#define MAKI_HTTP_RECORD_H

#include "base/error.h"
#include "http/transport.h"

/*
 * A transport that lets another do the work and keeps every exchange as a fixture (fixture.h) below
 * a folder, which is made if it is missing.
 *
 * Answers to one request, asked several times, stand in one file in the order in which the requests
 * were submitted; an answer equal to the one before it is not written again, so that the pace of a
 * polling loop leaves no trace. Files that are there already stay, but for those of requests that
 * are asked now: the first answer takes the place of the first in the file, and so on, and from the
 * first one that is different the old ones go. What failed without an answer is not recorded, and
 * neither is what is about credentials (scrub_may_record).
 *
 * A fixture is written before the answer is handed on. When that fails, the answer is still handed
 * on, and the wait fails: a recording with a hole in it is none. Several processes may record into
 * one folder at once; where two have asked the same, the answers of the one that wrote last stay.
 */

/* `inner` belongs to the new transport, also where this fails: NULL with ERR_CANTCREAT or ERR_PERM.
 * Free with http_free. */
struct http_transport *http_record_new(struct http_transport *inner, const char *dir,
                                       struct error *err);

#endif
