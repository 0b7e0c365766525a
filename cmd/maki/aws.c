/* Two more helpers for shell scripts: `maki account` and `maki lease`. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "aws/identity.h"
#include "aws/s3_lease.h"
#include "aws/s3_uri.h"
#include "base/diag.h"
#include "programs.h"
#include "tool/tool.h"
#include "tool/transport.h"

static const struct opt_program account = {
    .name = "maki account",
    .synopsis = "[OPTION]...",
    .purpose = "Writes the AWS account of the credentials and the Region, one line each.",
    .tables = {tool_transport_options, tool_common_options},
};

static const struct opt_program lease = {
    .name = "maki lease",
    .synopsis = "[OPTION]... take|release S3URI OWNER [SECONDS]",
    .purpose =
        "Takes or renews a lock between hosts, an object in S3, for SECONDS (default 900); or "
        "gives it back. Status 75: another owner has it.",
    .tables = {tool_transport_options, tool_common_options},
    .operands_min = 3,
    .operands_max = 4,
};

static int open_world(struct tool_transport *world, struct error *err)
{
    const struct tool_transport_needs needs = {.clock = clock_real()};

    return tool_transport_open(world, &needs, err);
}

static int tell_account(struct tool *tool, const struct tool_transport *world, struct error *err)
{
    const char *region = world->session ? aws_session_config(world->session)->region : NULL;
    char id[AWS_ACCOUNT_SIZE];

    if (region == NULL)
        region = tool_transport_region();
    if (aws_identity_account(world->transport, id, err) < 0 ||
        out_line(tool->out, id, strlen(id), err) < 0 ||
        out_line(tool->out, region, strlen(region), err) < 0)
        return -1;
    return out_flush(tool->out, err);
}

static int do_lease(const struct tool_transport *world, int argc, char **argv, struct error *err)
{
    struct s3_uri uri;
    struct s3_lease wanted = {.owner = argv[2], .seconds = 900};

    if (s3_uri_parse(&uri, argv[1], err) < 0)
        return -1;
    if (argc == 4)
        wanted.seconds = strtol(argv[3], NULL, 10);
    wanted.object = (struct s3_object){uri.bucket, uri.key};
    wanted.now_ms = clock_now_ms(clock_real());
    if (wanted.seconds <= 0)
        return error_set(err, ERR_USAGE, "BadUsage", "SECONDS: expected a number, not %.100s",
                         argv[3]);
    if (strcmp(argv[0], "take") == 0)
        return s3_lease_take(world->transport, &wanted, err);
    if (strcmp(argv[0], "release") == 0)
        return s3_lease_release(world->transport, &wanted, err);
    return error_set(err, ERR_USAGE, "BadUsage", "expected take or release, not %.100s", argv[0]);
}

/* `is_lease`, or account. */
static int run(const struct opt_program *program, bool is_lease, int argc, char **argv)
{
    struct tool tool;
    struct tool_transport world = {.transport = NULL};
    struct error err;
    int operand;
    int status;

    tool_transport_defaults();
    status = tool_begin(&tool, program, argc, argv, &operand);
    if (status >= 0)
        return status;
    status = open_world(&world, &err);
    if (status == 0)
        status = is_lease ? do_lease(&world, argc - operand, argv + operand, &err)
                          : tell_account(&tool, &world, &err);
    tool_transport_close(&world);
    tool_abandon(&tool);
    return status < 0 ? diag_fail(&err) : EX_OK;
}

int maki_account_main(int argc, char **argv)
{
    return run(&account, false, argc, argv);
}

int maki_lease_main(int argc, char **argv)
{
    return run(&lease, true, argc, argv);
}
