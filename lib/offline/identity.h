#ifndef MAKI_OFFLINE_IDENTITY_H
#define MAKI_OFFLINE_IDENTITY_H

#include "http/transport.h"
#include "offline/reply.h"

/*
 * STS: POST / with a form. GetCallerIdentity tells the account; any other action is refused. The
 * reply's request id goes into the body, too.
 */
void identity_answer(const struct http_request *http, const char *account, const char *request_id,
                     struct reply *reply);

/* An error as STS gives it, in XML. `code` and `message` need no escaping. */
void identity_error(struct reply *reply, int status, const char *code, const char *message,
                    const char *request_id);

#endif
