/* A file is refused with its name, or each of its settings is found by its key, as the last line
 * for it says. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char setting[] = "\nMAKI_FUZZ=' the last '\r\n";
    int fd = memfd_create("conf", MFD_CLOEXEC);
    char path[32];
    struct error err = {0};
    struct conf *conf;

    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    assert(write(fd, setting, strlen(setting)) == (ssize_t)strlen(setting));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    setenv("MAKI_CONF", path, 1);
    conf = conf_load(&err);
    if (conf != NULL) {
        assert(strcmp(conf_get(conf, "MAKI_FUZZ"), " the last ") == 0);
        assert(conf_get(conf, "NOT_IN_THERE_OF_ALL_KEYS") == NULL);
    } else {
        assert(err.kind == ERR_CONFIG && strncmp(err.message, path, strlen(path)) == 0);
    }
    conf_free(conf);
    close(fd);
    return 0;
}
