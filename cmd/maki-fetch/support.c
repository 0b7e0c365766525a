#include "support.h"

#include <string.h>

#include "aws/support.h"
#include "json/json.h"

static const char name[] = "support:";

bool support_matches(const char *spec)
{
    return strncmp(spec, name, sizeof(name) - 1) == 0;
}

int support_check(const char *spec, struct error *err)
{
    return spec[sizeof(name) - 1] == '\0'
               ? 0
               : error_set(err, ERR_USAGE, "BadUsage",
                           "%.200s: the source is called 'support:', with nothing behind it; what "
                           "is wanted is said by options",
                           spec);
}

static int take(struct fetch *fetch, const struct support_case *found, long number)
{
    struct tool_record record = {.value = jv_copy(found->value), .source = name, .line = number};
    int status;

    if (found->err.kind == ERR_NONE)
        return intake_value(fetch, &record, name);
    status = intake_reject(fetch, &record, &found->err);
    jv_free(record.value);
    return status;
}

static int read_pages(struct fetch *fetch, struct support *support)
{
    const struct support_case *cases;
    struct error err;
    size_t count;
    long number = 0;
    int more;

    while (!fetch->done && (more = support_next(support, &cases, &count, &err)) != 0) {
        if (more < 0)
            return tool_fatal(&fetch->tool, &err);
        for (size_t i = 0; i < count && !fetch->done; i++) {
            if (take(fetch, &cases[i], ++number) < 0)
                return -1;
        }
    }
    return 0;
}

int support_read(struct fetch *fetch, const char *spec)
{
    struct support_query query = {0};
    struct http_transport *transport;
    struct support *support;
    struct error err;
    char since[TIME_ISO_SIZE];
    char until[TIME_ISO_SIZE];
    int status;

    (void)spec;
    if (fetch_transport(fetch, &transport, &err) < 0)
        return tool_fatal(&fetch->tool, &err);
    if (fetch->select.since_ms != INT64_MIN) {
        time_format_iso(fetch->select.since_ms, since);
        query.after_time = since;
    }
    if (fetch->select.until_ms != INT64_MAX) {
        time_format_iso(fetch->select.until_ms, until);
        query.before_time = until;
    }
    support = support_new(transport, &query);
    status = read_pages(fetch, support);
    support_free(support);
    return status;
}
