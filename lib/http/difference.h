#ifndef MAKI_HTTP_DIFFERENCE_H
#define MAKI_HTTP_DIFFERENCE_H

#include "base/buf.h"
#include "http/transport.h"

/* How a request differs from a recorded one, for people who wonder why no fixture answers it. */

/*
 * Append where the two differ first, in one line: at most DIFFERENCE_MAX places, each with a short
 * piece of both, cut around the first character that is not the same:
 * "body.messages[0].content[0].text differs: "…Hello" / recorded "…Hallo"". Nothing that signs a
 * request is shown. Nothing is appended where nothing differs.
 */
enum { DIFFERENCE_MAX = 2 };
void difference_add(struct buf *out, const struct http_request *asked,
                    const struct http_request *recorded);

/* How alike two requests are: of path and query the share of bytes that they have in common at the
 * start and at the end, of bodies that of the pieces they have in common anywhere; added up, so
 * from 0 to 3. */
double difference_likeness(const struct http_request *a, const struct http_request *b);

#endif
