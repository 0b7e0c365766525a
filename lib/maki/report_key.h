#ifndef MAKI_MAKI_REPORT_KEY_H
#define MAKI_MAKI_REPORT_KEY_H

/* What report.c and report_parse.c share: a template that was read. */
#include "maki/report.h"

enum { REPORT_TEMPLATE_BYTES_MAX = 4096 };

/* Literal text, or a member of the record. */
struct report_part {
    char *text; /* the literal; for a member its path, names joined by '.' */
    bool is_member;
    size_t bytes_max; /* of a member's value */
};

struct report_key {
    struct report_part *parts;
    size_t count, cap;
    struct buf scratch; /* a value that is no string, as text */
};

/*
 * Take a template apart into an empty key; names and errors as for report_key_new. After an error
 * the key is to be freed as after success.
 */
int report_parse(struct report_key *key, const char *template, const struct report_names *names,
                 int64_t now_ms, struct error *err);

#endif
