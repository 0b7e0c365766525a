#ifndef MAKI_MAKI_CASE_MEMBER_H
#define MAKI_MAKI_CASE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"

/* The plain members of cases and communications: strings of three kinds, under the names of two
 * families of shapes. */
enum case_style { CASE_CAMEL, CASE_PASCAL, CASE_STYLES }; /* DescribeCases and the record; CID */

enum case_member_kind {
    CASE_ID,   /* a string, or a whole number that is kept digit by digit */
    CASE_TEXT, /* a string */
    CASE_TIME, /* a string; in UTC with milliseconds if it can be read, else as it is */
};

struct case_member {
    const char *names[CASE_STYLES]; /* the record's name is the camel one */
    enum case_member_kind kind;
    bool optional; /* left out where there is nothing in it; the others are "" then */
};

/* Add a member's normal form to `into`, from `raw` (borrowed). -1 with ERR_DATA naming the member.
 */
int case_member_add(jv *into, const struct case_member *member, enum case_style style, jv raw,
                    struct error *err);

/* No value, or null: the same here. */
bool case_member_is_absent(jv value);

/* ERR_DATA "subject: expected a string, not a JSON object". Returns -1. */
int case_member_wrong_type(struct error *err, const char *name, const char *expected, jv value);

#endif
