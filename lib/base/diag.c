#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    const char *program;
    enum diag_level level;
    bool terminal;
    bool colour;
    bool status_shown;
} diag = {.program = "maki", .level = DIAG_NORMAL};

void diag_init(const char *program, enum diag_level level)
{
    const char *no_color = getenv("NO_COLOR");

    diag.program = program;
    diag.level = level;
    diag.terminal = isatty(STDERR_FILENO) == 1;
    diag.colour = diag.terminal && (no_color == NULL || *no_color == '\0');
}

const char *diag_program(void)
{
    return diag.program;
}

enum diag_level diag_level(void)
{
    return diag.level;
}

bool diag_is_terminal(void)
{
    return diag.terminal;
}

/* One write() a line, so that lines of programs in one pipeline do not mix. */
__attribute__((format(printf, 2, 0))) static void print_line(const char *colour, const char *format,
                                                             va_list args)
{
    char text[2048];
    char line[2304];
    int len;

    vsnprintf(text, sizeof(text), format, args);
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    len = snprintf(line, sizeof(line), "%s%s%s: %s%s\n", diag.status_shown ? "\r\033[K" : "",
                   diag.colour ? colour : "", diag.program, text,
                   diag.colour && *colour ? "\033[0m" : "");
    diag.status_shown = false;
    if (len > 0) {
        ssize_t ignored = write(STDERR_FILENO, line, (size_t)len);
        (void)ignored; /* there is nowhere left to say that stderr is gone */
    }
}

#define PRINT(colour)                                                                              \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        print_line(colour, format, args);                                                          \
        va_end(args);                                                                              \
    } while (0)

void diag_error(const char *format, ...)
{
    PRINT("\033[31m");
}

void diag_warn(const char *format, ...)
{
    if (diag.level >= DIAG_NORMAL)
        PRINT("\033[33m");
}

void diag_note(const char *format, ...)
{
    if (diag.level >= DIAG_NORMAL)
        PRINT("");
}

void diag_info(const char *format, ...)
{
    if (diag.level >= DIAG_VERBOSE)
        PRINT("");
}

int diag_fail(const struct error *err)
{
    diag_error("%s", err->message);
    return error_exit_status(err->kind);
}

void diag_status_line(const char *text)
{
    if (!diag.terminal || (text == NULL && !diag.status_shown))
        return;
    fprintf(stderr, "\r\033[K%s", text ? text : "");
    diag.status_shown = text != NULL;
}
