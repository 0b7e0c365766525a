#ifndef MAKI_OFFLINE_QUERY_H
#define MAKI_OFFLINE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* A parameter of a query or a form, as on the wire: decoded into `value`, "" if it is not there.
 * True if it is there and fits. */
bool query_get(const char *query, const char *name, char *value, size_t size);

#endif
