/* Two small helpers for shell scripts: `maki config KEY` and `maki lock FD FILE OWNER`. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/conf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/out.h"
#include "programs.h"

/* The setting's value on a line; status 1 and no output if it has none. */
int maki_config_main(int argc, char **argv)
{
    struct error err;
    struct conf *conf;
    struct out *out;
    const char *value;
    int status = EXIT_FAILURE;

    diag_init("maki config", DIAG_NORMAL);
    if (argc != 2 || *argv[1] == '-') {
        diag_error("usage: maki config KEY");
        return EX_USAGE;
    }
    conf = conf_load(&err);
    if (conf == NULL)
        return diag_fail(&err);
    value = conf_get(conf, argv[1]);
    out = out_stdout();
    if (value != NULL)
        status = out_line(out, value, strlen(value), &err) < 0 ? diag_fail(&err) : EX_OK;
    if (out_close(out, &err) < 0)
        status = diag_fail(&err);
    conf_free(conf);
    return status;
}

/* Locks a descriptor that the calling script holds open, so the lock outlives this process and ends
 * with the script. */
int maki_lock_main(int argc, char **argv)
{
    struct error err;
    char *end;
    long fd;

    diag_init("maki lock", DIAG_NORMAL);
    fd = argc == 4 ? strtol(argv[1], &end, 10) : -1;
    if (fd < 0 || fd > 1023 || *end != '\0') {
        diag_error("usage: maki lock FD FILE OWNER; FD is open on FILE in the calling script, "
                   "whose process id is OWNER");
        return EX_USAGE;
    }
    return file_lock_fd((int)fd, argv[2], strtol(argv[3], NULL, 10), &err) < 0 ? diag_fail(&err)
                                                                               : EX_OK;
}
