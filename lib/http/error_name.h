#ifndef MAKI_HTTP_ERROR_NAME_H
#define MAKI_HTTP_ERROR_NAME_H

#include "http/transport.h"

/*
 * The name that an AWS service gives its error: from the header x-amzn-errortype, else the JSON
 * body's __type or code, else the <Code> of an XML body; without namespace and trailer. An empty
 * string where there is none: bodies that are neither JSON nor XML, HTML from a proxy among them,
 * are expected.
 */
enum { HTTP_ERROR_NAME_SIZE = 64 };
void http_error_name(const struct http_response *response, char name[HTTP_ERROR_NAME_SIZE]);

#endif
