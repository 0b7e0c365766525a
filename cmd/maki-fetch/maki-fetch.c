/* maki-fetch: support cases from folders, files and standard input, in one form. */
#include <inttypes.h>
#include <sysexits.h>
#include <unistd.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "fetch.h"
#include "json/json.h"

/*
 * caseIds that are remembered at least; at most twice as many. Three quarters of a power of two
 * fill the tables of base/seen.c exactly: the program then stays below 64 MB, however much comes
 * in.
 */
enum { SEEN_MAX = 3 << 18 };

static struct {
    struct select_options select;
    int64_t limit;
    bool no_source;
    const char *state;
    const char *commit_state;
} o;

static const struct opt options[] = {
    {OPT_STRING, 0, "since", &o.select.since, "TIME", NULL,
     "only cases created at TIME or later: a date, a time, or an age such as 30d", 0, 0},
    {OPT_STRING, 0, "until", &o.select.until, "TIME", NULL, "only cases created before TIME", 0, 0},
    {OPT_LIST, 0, "status", &o.select.status, "LIST", NULL,
     "only cases with one of these, such as opened,resolved", 0, 0},
    {OPT_LIST, 0, "service", &o.select.service, "LIST", NULL,
     "only cases of these service codes, or of codes that go on behind them with '-'", 0, 0},
    {OPT_LIST, 0, "category-code", &o.select.category_code, "LIST", NULL,
     "only cases with one of these category codes", 0, 0},
    {OPT_STRING, 0, "filter", &o.select.filter, "JQ", NULL,
     "run a jq program on each case: nothing, false or null drops it, true keeps it, an object "
     "replaces it",
     0, 0},
    {OPT_STRING, 0, "shard", &o.select.shard, "I/N", NULL,
     "only the I-th of N parts, divided by caseId", 0, 0},
    {OPT_INT, 0, "limit", &o.limit, "N", NULL, "stop after N cases", 1, 1e15},
    {OPT_FLAG, 0, "no-source", &o.no_source, NULL, NULL, "leave out where a case came from", 0, 0},
    {OPT_STRING, 0, "state", &o.state, "FILE", NULL,
     "skip files that FILE knows as done; the new state goes to FILE.next", 0, 0},
    {OPT_STRING, 0, "commit-state", &o.commit_state, "FILE", NULL,
     "put FILE.next in place of FILE, and nothing else: what was emitted is safe", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-fetch",
    .synopsis = "[OPTION]... [SOURCE]...",
    .purpose = "Reads AWS Support cases from folders, files, standard input, S3 "
               "(s3://BUCKET[/PREFIX]) and "
               "the AWS Support API (support:), in any of the forms they come in (CID data "
               "collection, DescribeCases "
               "JSON, JSON Lines, gzip), and writes them in one form, a JSON line each.",
    .tables = {options, tool_transport_options, tool_common_options},
    .notes = "Examples:\n"
             "  aws support describe-cases --include-resolved-cases | maki-fetch > cases.jsonl\n"
             "  maki-fetch --since 30d --status resolved cid-data/ > cases.jsonl\n"
             "  maki-fetch s3://cid-data-111122223333/support-cases > cases.jsonl\n"
             "  maki-fetch --since 90d support: > cases.jsonl\n"
             "  maki-fetch --state state.jsonl cid-data/ > new.jsonl && maki-fetch --commit-state "
             "state.jsonl\n",
    .operands_min = 0,
    .operands_max = 1 << 20,
};

/* As fatal, or 0. */
static int check(struct fetch *fetch, int status, const struct error *err)
{
    return status < 0 ? tool_fatal(&fetch->tool, err) : 0;
}

static int open_state(struct fetch *fetch)
{
    struct error err;
    bool stale = false;

    fetch->state_path = o.state;
    if (o.state == NULL)
        return 0;
    fetch->state =
        state_open(o.state, select_describe(&fetch->select), fetch->select.since_ms, &stale, &err);
    if (fetch->state == NULL)
        return tool_fatal(&fetch->tool, &err);
    if (stale)
        diag_warn("%s was made with an earlier --since's cases left out or with other options: "
                  "everything is read again",
                  o.state);
    return 0;
}

int fetch_transport(struct fetch *fetch, struct http_transport **transport, struct error *err)
{
    const struct tool_transport_needs needs = {.clock = clock_real()};

    if (fetch->world.transport == NULL && tool_transport_open(&fetch->world, &needs, err) < 0)
        return -1;
    *transport = fetch->world.transport;
    return 0;
}

/* Everything that can be refused is refused before the first record. */
static int prepare(struct fetch *fetch, int count, char **specs)
{
    struct error err;

    for (int i = 0; i < count; i++) {
        const struct source_kind *kind = source_kind(specs[i]);

        if (kind->check != NULL && kind->check(specs[i], &err) < 0)
            return tool_fatal(&fetch->tool, &err);
    }
    fetch->seen = seen_new(SEEN_MAX);
    fetch->limit = o.limit;
    fetch->no_source = o.no_source;
    if (select_init(&fetch->select, &o.select, fetch->tool.clock, &err) < 0)
        return tool_fatal(&fetch->tool, &err);
    return open_state(fetch);
}

static int read_source(struct fetch *fetch, const char *spec)
{
    enum state_order order = source_kind(spec)->bytewise ? STATE_BYTEWISE : STATE_BY_FOLDER;
    struct error err;

    fetch->source = spec;
    if (fetch->state != NULL &&
        check(fetch, state_begin_source(fetch->state, spec, order, &err), &err) < 0)
        return -1;
    if (source_kind(spec)->read(fetch, spec) < 0)
        return -1;
    return fetch->state
               ? check(fetch, state_end_source(fetch->state, spec, !fetch->done, &err), &err)
               : 0;
}

static int read_sources(struct fetch *fetch, int count, char **specs)
{
    struct error err;

    for (int i = 0; i < count && !fetch->done; i++) {
        if (read_source(fetch, specs[i]) < 0)
            return -1;
    }
    if (fetch->state == NULL)
        return 0;
    /* the state must not say more than the output does */
    if (check(fetch, out_flush(fetch->tool.out, &err), &err) < 0)
        return -1;
    return check(fetch, state_finish(fetch->state, &err), &err);
}

static void add_stats(struct fetch *fetch)
{
    const struct {
        const char *name;
        int64_t value;
    } stats[] = {
        {"files", fetch->stats.files},
        {"files_unchanged", fetch->stats.files_unchanged},
        {"files_ignored", fetch->stats.files_ignored},
        {"duplicates", fetch->stats.duplicates},
        {"undated", fetch->stats.undated},
        {"conversations_cut", fetch->stats.conversations_cut},
        {"communications_without_data", fetch->stats.communications_without_data},
    };

    for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
        json_set(&fetch->tool.stats, stats[i].name, jv_number((double)stats[i].value));
    if (fetch->stats.conversations_cut > 0)
        diag_warn("of %" PRId64 " cases the source has only the latest communications (they have a "
                  "nextToken); get the others by "
                  "'aws support describe-communications'",
                  fetch->stats.conversations_cut);
}

static int run(struct fetch *fetch, int count, char **specs)
{
    int status = EX_OK;

    if (prepare(fetch, count, specs) == 0 && read_sources(fetch, count, specs) == 0)
        add_stats(fetch);
    status = tool_end(&fetch->tool);
    tool_transport_close(&fetch->world);
    state_free(fetch->state);
    seen_free(fetch->seen);
    select_clear(&fetch->select);
    return status;
}

static int commit(struct fetch *fetch, int operand_count)
{
    struct error err;
    bool done;

    if (operand_count > 0 || o.state != NULL) {
        error_set(&err, ERR_USAGE, "BadUsage", "--commit-state reads nothing: give it alone");
        tool_fatal(&fetch->tool, &err);
    } else if (check(fetch, state_commit(o.commit_state, &done, &err), &err) == 0) {
        diag_info(done ? "%s: committed" : "%s: nothing to commit", o.commit_state);
        diag_init(program.name, DIAG_QUIET); /* there are no records to count */
    }
    return tool_end(&fetch->tool);
}

/* Static tables: each run starts from the defaults. */
static void free_options(void)
{
    opt_list_free(&o.select.status);
    opt_list_free(&o.select.service);
    opt_list_free(&o.select.category_code);
}

static int no_source(struct fetch *fetch)
{
    struct error err;

    error_set(&err, ERR_USAGE, "BadUsage",
              "standard input is a terminal: name a file or folder of cases, or pipe them in; try "
              "'maki-fetch --help'");
    tool_fatal(&fetch->tool, &err);
    return tool_end(&fetch->tool);
}

int maki_fetch_main(int argc, char **argv)
{
    static char standard_input[] = "-";
    static char *standard[] = {standard_input};
    static struct fetch fetch;
    int operand;
    int status;

    tool_transport_defaults();
    status = tool_begin(&fetch.tool, &program, argc, argv, &operand);

    if (status >= 0) {
        free_options();
        return status;
    }
    if (o.commit_state != NULL)
        status = commit(&fetch, argc - operand);
    else if (operand == argc && isatty(STDIN_FILENO))
        status = no_source(&fetch);
    else if (operand == argc)
        status = run(&fetch, 1, standard);
    else
        status = run(&fetch, argc - operand, argv + operand);
    free_options();
    return status;
}
