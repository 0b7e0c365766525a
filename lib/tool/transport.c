#include "tool/transport.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "http/record.h"
#include "http/replay.h"
#include "offline/offline.h"

static struct {
    bool offline;
    const char *record;
    const char *replay;
    const char *profile;
    const char *region;
    double requests_per_minute;
    double tokens_per_minute;
} o;

const struct opt tool_transport_options[] = {
    {OPT_FLAG, 0, "offline", &o.offline, NULL, "MAKI_OFFLINE",
     "answer with the built-in stand-in for AWS: no account, no network", 0, 0},
    {OPT_STRING, 0, "record", &o.record, "DIR", "MAKI_RECORD",
     "keep every exchange with AWS there, as a fixture, without its secrets", 0, 0},
    {OPT_STRING, 0, "replay", &o.replay, "DIR", "MAKI_REPLAY",
     "answer from the fixtures there alone: no account, no network", 0, 0},
    {OPT_STRING, 0, "profile", &o.profile, "NAME", NULL,
     "profile of the shared AWS configuration files (default AWS_PROFILE)", 0, 0},
    {OPT_STRING, 0, "region", &o.region, "NAME", NULL,
     "AWS Region (default AWS_REGION, else the profile's)", 0, 0},
    {OPT_REAL, 0, "rpm", &o.requests_per_minute, "N", "MAKI_RPM",
     "send at most N requests a minute", 0, 1e9},
    {OPT_REAL, 0, "tpm", &o.tokens_per_minute, "N", "MAKI_TPM",
     "send at most about N tokens a minute", 0, 1e12},
    {.type = OPT_END},
};

void tool_transport_defaults(void)
{
    memset(&o, 0, sizeof(o));
}

bool tool_transport_is_offline(void)
{
    return o.offline;
}

const char *tool_transport_region(void)
{
    const char *region = o.region ? o.region : getenv("AWS_REGION");

    return region != NULL && *region != '\0' ? region : "us-east-1";
}

static int open_live(struct tool_transport *t, const struct tool_transport_needs *needs,
                     struct error *err)
{
    struct aws_session_options options = {
        .choice = {.profile = o.profile, .region = o.region},
        .clock = needs->clock,
        .seed = rng_secret(),
        .in_flight_max = needs->in_flight_max,
        .requests_per_minute = o.requests_per_minute,
        .tokens_per_minute = o.tokens_per_minute,
    };

    t->session = aws_session_new(&options, err);
    if (t->session == NULL)
        return -1;
    t->transport = aws_session_transport(t->session);
    return 0;
}

static int check_choice(struct error *err)
{
    const char *other = o.record != NULL ? "--record" : o.offline ? "--offline" : NULL;

    return o.replay == NULL || other == NULL
               ? 0
               : error_set(err, ERR_USAGE, "BadUsage",
                           "--replay and %s do not go together: answers come from one place (look "
                           "at MAKI_REPLAY, MAKI_RECORD and MAKI_OFFLINE too)",
                           other);
}

int tool_transport_open(struct tool_transport *t, const struct tool_transport_needs *needs,
                        struct error *err)
{
    *t = (struct tool_transport){0};
    if (check_choice(err) < 0)
        return -1;
    if (o.replay != NULL && !needs->offline) {
        t->transport = http_replay_new(o.replay, err);
        return t->transport ? 0 : -1;
    }
    if (o.offline || needs->offline)
        t->transport = offline_new(needs->categories);
    else if (open_live(t, needs, err) < 0)
        return -1;
    if (o.record != NULL)
        t->transport = http_record_new(t->transport, o.record, err);
    return t->transport ? 0 : -1;
}

void tool_transport_close(struct tool_transport *t)
{
    http_free(t->transport);
    aws_session_free(t->session);
    *t = (struct tool_transport){0};
}
