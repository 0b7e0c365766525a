#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void error_clear(struct error *err)
{
    *err = (struct error){.kind = ERR_NONE};
}

static void error_fill(struct error *err, enum error_kind kind, const char *code)
{
    error_clear(err);
    err->kind = kind;
    snprintf(err->code, sizeof(err->code), "%s", code);
}

int error_set(struct error *err, enum error_kind kind, const char *code, const char *format, ...)
{
    va_list args;

    error_fill(err, kind, code);
    va_start(args, format);
    vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    return -1;
}

int error_set_errno(struct error *err, enum error_kind kind, int errno_value, const char *code,
                    const char *format, ...)
{
    va_list args;
    size_t len;
    char reason[128];

    error_fill(err, kind, code);
    va_start(args, format);
    vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    len = strlen(err->message);
    snprintf(err->message + len, sizeof(err->message) - len, ": %s",
             strerror_r(errno_value, reason, sizeof(reason)));
    return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
    va_list args;
    char old[sizeof(err->message)];
    size_t len;

    memcpy(old, err->message, sizeof(old));
    va_start(args, format);
    vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    len = strlen(err->message);
    snprintf(err->message + len, sizeof(err->message) - len, ": %s", old);
    return -1;
}

int error_exit_status(enum error_kind kind)
{
    switch (kind) {
    case ERR_NONE:
        return EX_OK;
    case ERR_USAGE:
        return EX_USAGE;
    case ERR_DATA:
        return EX_DATAERR;
    case ERR_UNAVAILABLE:
        return EX_UNAVAILABLE;
    case ERR_INTERNAL:
        return EX_SOFTWARE;
    case ERR_CANTCREAT:
        return EX_CANTCREAT;
    case ERR_IO:
        return EX_IOERR;
    case ERR_TEMP:
        return EX_TEMPFAIL;
    case ERR_PERM:
        return EX_NOPERM;
    case ERR_CONFIG:
        return EX_CONFIG;
    }
    return EX_SOFTWARE;
}
