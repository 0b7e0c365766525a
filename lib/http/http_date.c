#include "http/http_date.h"

#include <stddef.h>
#include <time.h>

int http_date_parse(const char *text, int64_t *ms)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts);

    if (end == NULL || *end != '\0')
        return -1;
    *ms = (int64_t)timegm(&parts) * 1000;
    return 0;
}
