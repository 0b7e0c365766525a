#ifndef MAKI_BASE_DIAG_H
#define MAKI_BASE_DIAG_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Messages for people, on stderr, each one line: "maki-fetch: cases.jsonl:42: …". Only cmd/ and
 * lib/tool call these; the rest of lib/ returns a struct error. Control characters in the text are
 * shown as '?', so hostile input cannot drive the terminal. Colour only when stderr is a terminal
 * and NO_COLOR is unset.
 */
enum diag_level { DIAG_QUIET, DIAG_NORMAL, DIAG_VERBOSE };

/* Set the program's name (must outlive the program's messages) and how much is said. */
void diag_init(const char *program, enum diag_level level);
const char *diag_program(void);
enum diag_level diag_level(void);
bool diag_is_terminal(void);

/* Errors are always printed, warnings unless quiet, info only when verbose; note is a result for
 * people: unless quiet. */
__attribute__((format(printf, 1, 2))) void diag_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void diag_warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void diag_note(const char *format, ...);
__attribute__((format(printf, 1, 2))) void diag_info(const char *format, ...);

/* Print the error's message and return its exit status. */
int diag_fail(const struct error *err);

/* Show a line that the next message or status replaces (progress); NULL takes it away. Terminal
 * only. */
void diag_status_line(const char *text);

#endif
