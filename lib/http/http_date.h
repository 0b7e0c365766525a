#ifndef MAKI_HTTP_HTTP_DATE_H
#define MAKI_HTTP_HTTP_DATE_H

#include <stdint.h>

/* Read an HTTP date, "Sun, 22 Nov 2026 20:00:00 GMT" (RFC 9110, 5.6.7), as wall time; -1 if it is
 * none. */
int http_date_parse(const char *text, int64_t *ms);

#endif
