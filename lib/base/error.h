#ifndef MAKI_BASE_ERROR_H
#define MAKI_BASE_ERROR_H

#include <stdbool.h>

/*
 * How lib/ reports what went wrong: a function returns -1 (or NULL) and fills a struct error that
 * its caller owns. lib/ never prints and never exits. Each kind has one exit status, from
 * sysexits.h; see error_exit_status.
 */
enum error_kind {
    ERR_NONE,
    ERR_USAGE,       /* 64: the command line */
    ERR_DATA,        /* 65: input that cannot be used */
    ERR_UNAVAILABLE, /* 69: a service cannot be reached or does not answer */
    ERR_INTERNAL,    /* 70: a promise of our own is broken */
    ERR_CANTCREAT,   /* 73: an output file cannot be made */
    ERR_IO,          /* 74: reading or writing failed */
    ERR_TEMP,        /* 75: busy now, try again later */
    ERR_PERM,        /* 77: credentials or permission */
    ERR_CONFIG,      /* 78: configuration */
};

struct error {
    enum error_kind kind;
    bool retryable;    /* the same call may succeed later */
    int attempts;      /* calls made before giving up; 0 where there were none */
    char code[64];     /* short name: AWS's own ("ThrottlingException") or ours ("InvalidJson") */
    char message[640]; /* for people; says what to do next where that is known; holds no secret */
};

/* An error with nothing in it. */
void error_clear(struct error *err);

/* Fill in kind, code and a formatted message (cut if too long). Always returns -1, so `return
 * error_set(…);` works. */
__attribute__((format(printf, 4, 5))) int error_set(struct error *err, enum error_kind kind,
                                                    const char *code, const char *format, ...);

/* The same with ": " and the text of `errno_value` at the end. */
__attribute__((format(printf, 5, 6))) int error_set_errno(struct error *err, enum error_kind kind,
                                                          int errno_value, const char *code,
                                                          const char *format, ...);

/* Put "<formatted>: " in front of the message. Returns -1. */
__attribute__((format(printf, 2, 3))) int error_prefix(struct error *err, const char *format, ...);

/* The exit status for a kind: sysexits.h values, 0 for ERR_NONE. */
int error_exit_status(enum error_kind kind);

#endif
