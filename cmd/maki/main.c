/* One binary, many names: `maki fetch` and `maki-fetch` are the same program. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/out.h"
#include "programs.h"

static const struct program {
    const char *name; /* without "maki-" */
    const char *purpose;
    int (*main)(int argc, char **argv);
} programs[] = {
    {"fetch", "read AWS Support cases from folders, files or standard input", maki_fetch_main},
    {"synth", "make synthetic cases", maki_synth_main},
    {"classify", "cases in, insights out: one model call a case", maki_classify_main},
    {"batch", "cases in, insights out: by batch inference jobs", maki_batch_main},
    {"aggregate", "insights in, statistics, summary and plan out", maki_aggregate_main},
    {"put", "store records as objects in a folder", maki_put_main},
    {"config", "show a setting as the programs see it", maki_config_main},
    {"account", "show the AWS account and Region that are used", maki_account_main},
    {"lease", "take or give back a lock between hosts, an object in S3", maki_lease_main},
    {"lock", "lock an open file for a script", maki_lock_main},
};

static const struct program *find(const char *name)
{
    if (strncmp(name, "maki-", 5) == 0)
        name += 5;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    }
    return NULL;
}

static int print(const struct buf *text)
{
    struct error err;
    struct out *out = out_stdout();
    int status = out_buf(out, text, &err);

    if (out_close(out, &err) < 0)
        status = -1;
    return status < 0 ? diag_fail(&err) : EX_OK;
}

static int help(void)
{
    struct buf text;
    int status;

    buf_init(&text, 1 << 16);
    buf_adds(&text, "Usage: maki PROGRAM [OPTION]...\n"
                    "Turns AWS Support cases into insight. The programs stream JSON Lines; also as "
                    "maki-PROGRAM:\n\n");
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        buf_addf(&text, "  %-10s  %s\n", programs[i].name, programs[i].purpose);
    buf_adds(&text, "\nTry: maki synth --seed 7 --count 20 | maki classify --offline | maki "
                    "aggregate --offline\n"
                    "Help on each: maki PROGRAM --help");
    status = print(&text);
    buf_clear(&text);
    return status;
}

static int version(void)
{
    struct buf text;
    int status;

    buf_init(&text, 64);
    buf_adds(&text, "maki " MAKI_VERSION);
    status = print(&text);
    buf_clear(&text);
    return status;
}

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const struct program *program = argc > 0 ? find(slash ? slash + 1 : argv[0]) : NULL;

    if (program != NULL)
        return program->main(argc, argv);
    diag_init("maki", DIAG_NORMAL);
    if (argc < 2) {
        diag_error("which program? try 'maki --help'");
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return version();
    program = find(argv[1]);
    if (program == NULL) {
        diag_error("no program '%s'; try 'maki --help'", argv[1]);
        return EX_USAGE;
    }
    return program->main(argc - 1, argv + 1);
}
