#ifndef MAKI_AWS_PROFILE_STORE_H
#define MAKI_AWS_PROFILE_STORE_H

#include <stddef.h>

/* How aws/profile.c keeps what aws/profile_parse.c reads; nobody else includes this. */

/* Where a section stands. Only sections that may be asked for have an origin. */
enum profile_origin {
    NOWHERE,
    CONFIG_DEFAULT,
    CONFIG_PROFILE,
    CONFIG_SSO_SESSION,
    CONFIG_SERVICES,
    CREDENTIALS
};

enum { PROFILE_PROBLEM_SIZE = 240, PROFILE_NAME_BYTES_MAX = 500 };

struct map;

struct profiles {
    struct map
        *index; /* origin, section, key -> place in `values`; with key "": the section is there */
    char **values; /* NULL for an empty value */
    size_t cap;
    char problem[PROFILE_PROBLEM_SIZE]; /* "" for none */
};

/*
 * A key's place, made if it is new; section and key are at most PROFILE_NAME_BYTES_MAX long each. /
 */
size_t profile_place(struct profiles *p, enum profile_origin origin, const char *section,
                     const char *key);

/*
 * Change a value: to what is given, or to what it is (not NULL) with a newline and what is given
 * behind it.
 */
void profile_set(struct profiles *p, size_t place, const char *text, size_t len);
void profile_append(struct profiles *p, size_t place, const char *text, size_t len);

#endif
