/* maki-batch: cases in, insights out, by Bedrock's batch inference. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "batch.h"
#include "place.h"
#include "json/json.h"

enum { HOURS_MAX = 24 * 365 };

static struct {
    const char *model;
    const char *bucket;
    const char *journal;
    struct batch_limits limits;
    struct batch_job_options job;
    bool retry;
    bool keep;
    bool active;
} o;

static const struct opt options[] = {
    {OPT_STRING, 'm', "model", &o.model, "ID", "MAKI_TEXT_MODEL",
     "model or inference profile id (default us.amazon.nova-micro-v1:0)", 0, 0},
    {OPT_STRING, 'b', "bucket", &o.bucket, "S3URI", "MAKI_BATCH_BUCKET",
     "where records and answers lie: s3://BUCKET/PREFIX", 0, 0},
    {OPT_STRING, 'r', "role-arn", &o.job.role_arn, "ARN", "MAKI_BATCH_ROLE_ARN",
     "the role that Bedrock assumes to reach the bucket", 0, 0},
    {OPT_STRING, 'J', "journal", &o.journal, "FILE", "MAKI_BATCH_JOURNAL",
     "where is written down what was done (default maki-batch.journal)", 0, 0},
    {OPT_FLAG, 0, "retry", &o.retry, NULL, "MAKI_BATCH_RETRY",
     "ask on demand for what the jobs did not answer, or not validly", 0, 0},
    {OPT_FLAG, 0, "keep", &o.keep, NULL, NULL, "leave the run's files when it is over", 0, 0},
    {OPT_FLAG, 0, "active", &o.active, NULL, NULL, "with list: only jobs that are not over", 0, 0},
    {OPT_INT, 0, "min-records", &o.limits.records_min, "N", "MAKI_BATCH_MIN_RECORDS",
     "the least records of a job; fewer go on demand (default 100)", 1, 1e9},
    {OPT_INT, 0, "max-records", &o.limits.records_max, "N", "MAKI_BATCH_MAX_RECORDS",
     "the most records of a job (default 50000)", 1, 1e9},
    {OPT_SIZE, 0, "max-file", &o.limits.file_bytes_max, "SIZE", "MAKI_BATCH_MAX_FILE",
     "the most bytes of a job's input (default 1G)", 0, 0},
    {OPT_INT, 0, "max-jobs", &o.limits.jobs_max, "N", "MAKI_BATCH_MAX_JOBS",
     "jobs under way at once (default 10)", 1, 10000},
    {OPT_INT, 0, "poll", &o.job.poll_seconds, "SECONDS", "MAKI_BATCH_POLL_SECONDS",
     "time between two looks at the jobs (default 60)", 0, 3600},
    {OPT_INT, 0, "timeout-hours", &o.job.timeout_hours, "N", "MAKI_BATCH_TIMEOUT_HOURS",
     "a job that takes longer expires (24 to 168; default 168)", 24, 168},
    {OPT_INT, 0, "wait-hours", &o.job.wait_hours, "N", "MAKI_BATCH_WAIT_HOURS",
     "stop waiting after so long, to be gone on with (default 192)", 0, HOURS_MAX},
    {OPT_STRING, 0, "kms-key", &o.job.kms_key_id, "ID", "MAKI_BATCH_KMS_KEY",
     "key to encrypt the answers with", 0, 0},
    {OPT_STRING, 0, "bucket-owner", &o.job.bucket_owner, "ACCOUNT", "MAKI_BATCH_BUCKET_OWNER",
     "account that the bucket must belong to", 0, 0},
    {OPT_LIST, 0, "subnet", &o.job.subnets, "LIST", NULL, "subnets of the jobs' VPC", 0, 0},
    {OPT_LIST, 0, "security-group", &o.job.security_groups, "LIST", NULL,
     "security groups of the jobs' VPC", 0, 0},
    {OPT_EACH, 0, "tag", &o.job.tags, "KEY=VALUE", NULL, "tag the jobs; repeatable", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-batch",
    .synopsis = "[OPTION]... [prepare|submit|wait|collect|list|stop] [FILE]...",
    .purpose =
        "Reads cases as JSON Lines, has Bedrock's batch inference classify them, and writes one "
        "insight a case, in input order. The steps can be taken one by one: prepare reads cases, "
        "submit creates the jobs, wait waits for them, collect writes the insights; list shows the "
        "jobs of this program, stop stops the journal's.",
    .tables = {options, tool_model_options, tool_cost_options, tool_transport_options,
               tool_common_options},
    .notes = "Examples:\n"
             "  maki-synth --seed 7 --count 240 | maki-batch --offline --poll 0 > insights.jsonl\n"
             "  maki-batch --bucket s3://example-batches/maki --role-arn "
             "arn:aws:iam::111122223333:role/maki-batch cases.jsonl > insights.jsonl\n",
    .operands_min = 0,
    .operands_max = 1 << 20,
};

/* What is done before an account is needed; and which steps each command takes. */
enum step { PREPARE = 1, SUBMIT = 2, WAIT = 4, COLLECT = 8, LIST = 16, STOP = 32 };

static const struct {
    const char *name;
    int steps;
} commands[] = {
    {"prepare", PREPARE}, {"submit", SUBMIT}, {"wait", SUBMIT | WAIT},
    {"collect", COLLECT}, {"list", LIST},     {"stop", STOP},
};

/* The steps that the first operand names; all of them where it names none. */
static int steps_of(const char *operand, bool *named)
{
    for (size_t i = 0; operand != NULL && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, operand) == 0) {
            *named = true;
            return commands[i].steps;
        }
    }
    *named = false;
    return PREPARE | SUBMIT | WAIT | COLLECT;
}

/* "arn:PARTITION:iam::ACCOUNT:role/NAME" */
static bool is_role_arn(const char *arn)
{
    const char *p = strstr(arn, ":iam::");

    if (strncmp(arn, "arn:aws", 7) != 0 || p == NULL)
        return false;
    p += 6;
    for (int i = 0; i < 12; i++, p++) {
        if (!isdigit((unsigned char)*p))
            return false;
    }
    return strncmp(p, ":role/", 6) == 0 && p[6] != '\0';
}

/* Before anything is read or sent. */
static int check_options(int steps, struct error *err)
{
    bool needs_bucket = (steps & (PREPARE | SUBMIT | COLLECT)) != 0;

    for (size_t i = 0; i < o.job.tags.count; i++) {
        if (strchr(o.job.tags.items[i], '=') == NULL)
            return error_set(err, ERR_USAGE, "BadUsage", "--tag: expected KEY=VALUE, not %.100s",
                             o.job.tags.items[i]);
    }
    if (o.limits.records_max < o.limits.records_min)
        return error_set(err, ERR_USAGE, "BadUsage",
                         "--max-records is less than --min-records: no job could be made");
    if (needs_bucket && o.bucket == NULL)
        return error_set(err, ERR_USAGE, "NoBucket",
                         "batch inference reads from and writes to S3: give --bucket "
                         "s3://BUCKET/PREFIX (or MAKI_BATCH_BUCKET)");
    if (o.bucket != NULL && place_check(o.bucket, err) < 0)
        return -1;
    if ((steps & SUBMIT) && o.job.role_arn == NULL)
        return error_set(err, ERR_USAGE, "NoRole",
                         "Bedrock needs a role to reach the bucket: give --role-arn (or "
                         "MAKI_BATCH_ROLE_ARN)");
    if (o.job.role_arn != NULL && !is_role_arn(o.job.role_arn))
        return error_set(err, ERR_USAGE, "BadRole",
                         "--role-arn: expected arn:aws:iam::ACCOUNT:role/NAME, not %.200s",
                         o.job.role_arn);
    return 0;
}

/* The stand-in takes any bucket and role. */
static void set_offline_defaults(void)
{
    if (!tool_transport_is_offline())
        return;
    if (o.bucket == NULL)
        o.bucket = "s3://maki-offline/batch";
    if (o.job.role_arn == NULL)
        o.job.role_arn = "arn:aws:iam::111122223333:role/maki-offline";
}

/* The steps but the first go on with what the journal tells. */
static int check_plan(const struct batch *b, int steps, struct error *err)
{
    char *cases = batch_cases_path(b);
    bool kept = file_exists(cases); /* what was collected can be collected again */

    free(cases);
    if ((steps & (PREPARE | LIST)) ||
        (b->plan.prepared && (!b->plan.collected || (steps == COLLECT && kept))))
        return 0;
    return error_set(err, ERR_USAGE, "NotPrepared", "%s: %s", b->journal_path,
                     b->plan.collected ? "this run is over: its insights were collected"
                                       : "nothing is prepared: run 'maki-batch prepare' first");
}

static int start(struct batch *b, int steps, struct error *err)
{
    set_offline_defaults();
    if (check_options(steps, err) < 0)
        return -1;
    b->limits = o.limits;
    b->job = o.job;
    b->destination = o.bucket;
    b->retry = o.retry;
    b->keep = o.keep;
    b->journal_path = o.journal;
    b->spool = mem_printf("%s.d", o.journal);
    plan_init(&b->plan);
    if (!(steps & LIST)) {
        b->journal = journal_open(o.journal, plan_read, &b->plan, err);
        if (b->journal == NULL)
            return -1;
    }
    if (check_plan(b, steps, err) < 0)
        return -1;
    tool_model_batch_defaults();
    return tool_model_open(&b->model, o.model, err);
}

static void run(struct batch *b, int steps, int file_count, char **files)
{
    if ((steps & PREPARE) && b->plan.collected)
        plan_clear(&b->plan); /* the next run */
    if ((steps & PREPARE) && batch_prepare(b, file_count, files) < 0)
        return;
    if ((steps & SUBMIT) && batch_submit(b) < 0)
        return;
    if ((steps & WAIT) && batch_wait(b) < 0)
        return;
    if ((steps & COLLECT) && batch_collect(b, !(steps & PREPARE)) < 0)
        return;
    if ((steps & LIST) && batch_list(b, o.active) < 0)
        return;
    if (steps & STOP)
        batch_stop(b);
}

/* Where insights do not follow, the prepared cases are the result: they count as out. */
static void count_prepared(struct batch *b, int steps)
{
    if (!(steps & PREPARE) || (steps & COLLECT))
        return;
    b->tool.counts.out = b->tool.counts.in - b->tool.counts.failed - b->tool.counts.skipped;
}

static void set_defaults(void)
{
    memset(&o, 0, sizeof(o));
    o.model = "us.amazon.nova-micro-v1:0";
    o.journal = "maki-batch.journal";
    o.limits = (struct batch_limits){100, 50000, INT64_C(1) << 30, 10};
    o.job.poll_seconds = 60;
    o.job.timeout_hours = 168;
    o.job.wait_hours = 192;
    o.job.invocation_type = "Converse";
}

static void free_options(void)
{
    opt_list_free(&o.job.subnets);
    opt_list_free(&o.job.security_groups);
    opt_list_free(&o.job.tags);
}

int maki_batch_main(int argc, char **argv)
{
    static const struct tool_model_defaults defaults = {0.5, 0.1, 10240, 16};
    struct batch b = {.journal = NULL};
    struct error err;
    bool named;
    int operand;
    int steps;
    int status;

    set_defaults();
    tool_model_defaults(&defaults);
    status = tool_begin(&b.tool, &program, argc, argv, &operand);
    if (status >= 0) {
        free_options();
        return status;
    }
    b.tool.progress.what = "cases";
    steps = steps_of(operand < argc ? argv[operand] : NULL, &named);
    operand += named;
    if (start(&b, steps, &err) < 0)
        tool_model_fatal(&b.tool, &err);
    else
        run(&b, steps, argc - operand, argv + operand);
    count_prepared(&b, steps);
    status = tool_end(&b.tool);
    tool_model_close(&b.model);
    journal_close(b.journal);
    plan_clear(&b.plan);
    free(b.spool);
    free_options();
    return status;
}
