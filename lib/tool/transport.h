#ifndef MAKI_TOOL_TRANSPORT_H
#define MAKI_TOOL_TRANSPORT_H

#include <stdbool.h>

#include "aws/session.h"
#include "base/opt.h"
#include "http/transport.h"
#include "maki/category.h"

/*
 * Which transport a program speaks through, chosen once by its options: the network, a recording of
 * it, the offline stand-in, or the network and recorded. This is the one place that knows.
 */

/* To be named in opt_program.tables, after tool_transport_defaults. */
extern const struct opt tool_transport_options[];
void tool_transport_defaults(void);

struct tool_transport {
    struct http_transport *transport; /* what to submit to */
    struct aws_session *session;      /* NULL where there is no network */
};

struct tool_transport_needs {
    const struct clock *clock;
    const struct category_set *categories; /* for the stand-in; must outlive the transport */
    size_t in_flight_max;                  /* 0: 64 */
    bool offline;                          /* the stand-in, whatever the options say */
};

/* -1 with an error that says what to do. Close it in both cases. */
int tool_transport_open(struct tool_transport *t, const struct tool_transport_needs *needs,
                        struct error *err);
void tool_transport_close(struct tool_transport *t);

/* The Region that was asked for by option or environment, where no session knows better. */
const char *tool_transport_region(void);

/* Do the options ask for the stand-in? What it answers is another's word than a model's. */
bool tool_transport_is_offline(void);

#endif
