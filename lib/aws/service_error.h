#ifndef MAKI_AWS_SERVICE_ERROR_H
#define MAKI_AWS_SERVICE_ERROR_H

#include "base/error.h"
#include "http/transport.h"

/*
 * Turn an error response of an AWS service into a struct error: the name from x-amzn-errortype (up
 * to ':'), else from the body's __type (behind '#'), else by status; the message from the body's
 * "message". Bodies that are no JSON are expected. Always returns -1.
 */
int service_error_read(const struct http_response *response, struct error *err);

#endif
