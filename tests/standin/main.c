/* maki-standin: a test server that answers as Amazon Bedrock and STS do. See docs/stand-in.md. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/opt.h"
#include "net.h"
#include "s3_store.h"

static struct {
    int64_t port, lifetime;
    const char *keys, *region, *account, *faults, *categories, *store;
    bool s3;
} o = {.port = 0, .lifetime = 3600, .region = "us-east-1", .account = "111122223333"};

static const struct opt options[] = {
    {OPT_INT, 'p', "port", &o.port, "N", NULL, "listen there; 0 for a free one", 0, 65535},
    {OPT_STRING, 0, "keys", &o.keys, "FILE", NULL,
     "who may call: lines \"key ID SECRET\", \"session ID SECRET TOKEN\", \"expired ID SECRET "
     "TOKEN\", \"bearer TOKEN\"",
     0, 0},
    {OPT_STRING, 0, "region", &o.region, "NAME", NULL, "the region it is in", 0, 0},
    {OPT_STRING, 0, "account", &o.account, "N", NULL, "the account it belongs to", 0, 0},
    {OPT_STRING, 0, "faults", &o.faults, "JSON", NULL, "as POST /_standin/faults has it", 0, 0},
    {OPT_STRING, 0, "store", &o.store, "DIR", NULL, "a folder in place of S3, for batch jobs", 0,
     0},
    {OPT_FLAG, 0, "s3", &o.s3, NULL, NULL,
     "batch jobs over the S3 that AWS_ENDPOINT_URL_S3 and the rest of the environment name", 0, 0},
    {OPT_STRING, 0, "categories", &o.categories, "DIR", NULL, "as the programs have it", 0, 0},
    {OPT_INT, 0, "lifetime", &o.lifetime, "S", NULL,
     "end by itself then, whatever became of the test", 1, 86400},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-standin",
    .synopsis = "--keys FILE [OPTION]...",
    .purpose = "Answer on loopback as Amazon Bedrock and STS do, for tests. The port is printed.",
    .tables = {options},
};

/* Ends by SIGTERM, SIGINT and, once its time is over, SIGALRM. */
static int open_stop_fd(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    alarm((unsigned)o.lifetime);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Where batch jobs read and write; none unless it is asked for. */
static int open_store(struct job_store **store, struct error *err)
{
    *store = NULL;
    if (o.s3)
        *store = s3_store_new(err);
    else if (o.store != NULL)
        *store = job_store_folder_new(o.store);
    return o.s3 && *store == NULL ? -1 : 0;
}

static int serve(const struct category_set *categories, struct error *err)
{
    struct service service = {.clock = clock_system(), .rng = rng_seed(rng_secret())};
    struct server_options answers = {.categories = categories,
                                     .region = o.region,
                                     .account = o.account,
                                     .strict_models = true,
                                     .clock = clock_system()};
    struct net *net = NULL;
    int stop_fd = open_stop_fd();
    int status;

    faults_init(&service.faults);
    counters_init(&service.counters);
    status = auth_init(&service.auth, o.keys, o.region, err);
    if (status == 0)
        status = open_store(&answers.store, err);
    service.server = server_new(&answers);
    if (status == 0 && o.faults != NULL)
        status = service_set_faults(&service, o.faults, strlen(o.faults), err);
    if (status == 0 && (net = net_new((int)o.port, stop_fd, err)) == NULL)
        status = -1;
    if (status == 0) {
        printf("%d\n", net_port(net));
        fflush(stdout);
        net_run(net, &service);
        net_free(net);
    }
    server_free(service.server);
    job_store_free(answers.store);
    counters_clear(&service.counters);
    faults_clear(&service.faults);
    auth_clear(&service.auth);
    close(stop_fd);
    return status;
}

int main(int argc, char **argv)
{
    struct category_set categories = {0};
    struct error err;
    struct buf help;
    int operand;
    int status;

    diag_init("maki-standin", DIAG_NORMAL);
    error_clear(&err);
    switch (opt_parse(&program, NULL, argc, argv, &operand, &err)) {
    case OPT_HELP:
        buf_init(&help, 1 << 16);
        opt_help(&program, &help);
        puts(buf_str(&help));
        buf_clear(&help);
        return 0;
    case OPT_VERSION:
        puts("maki-standin " MAKI_VERSION);
        return 0;
    case OPT_BAD:
        return diag_fail(&err);
    case OPT_RUN:
        break;
    }
    if (o.keys == NULL) {
        error_set(&err, ERR_USAGE, "NoKeys", "--keys FILE is needed: who may call?");
        return diag_fail(&err);
    }
    status = category_set_load(&categories, o.categories, &err);
    if (status == 0)
        status = serve(&categories, &err);
    category_set_clear(&categories);
    return status < 0 ? diag_fail(&err) : 0;
}
