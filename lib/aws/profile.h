#ifndef MAKI_AWS_PROFILE_H
#define MAKI_AWS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * AWS's shared files, ~/.aws/config and ~/.aws/credentials, read as the AWS SDKs do:
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 *
 * - A section begins with "[default]", "[profile x]", "[sso-session x]" or "[services x]" in the
 * config file, with "[x]" in the credentials file. Others are passed over, and so is "[default]"
 * where there is a "[profile default]".
 * - "key = value"; keys are the same in either case, the last line for a key counts, and an empty
 * value is none.
 * - '#' or ';' begins a comment: on a line of its own, behind a section's bracket, or in a value
 * behind white space.
 * - A line that is indented more than the one with the key goes on with its value, behind a
 * newline; or, where the value is empty, is "key = value" below that key, which makes it
 * "parent.key".
 *
 * What cannot be read is passed over, as the SDKs pass it over, but remembered: see
 * profiles_problem.
 */
struct profiles;

enum profile_section { PROFILE, SSO_SESSION, SERVICES };

/* The files; NULL for none. One that is not there is no problem. */
struct profile_files {
    const char *config;
    const char *credentials;
};

enum { PROFILE_FILE_BYTES_MAX = 4 << 20 };

/* Never NULL; freed, and wiped, with profiles_free. */
struct profiles *profiles_load(const struct profile_files *files);
void profiles_free(struct profiles *p);

/* A file's text; its name is for messages. All is borrowed. */
struct profile_text {
    const char *name;
    const char *text;
    size_t len;
    bool credentials; /* it is the credentials file */
};

/* None at all; and what is in a text, on top of what was there. */
struct profiles *profiles_new(void);
void profiles_add(struct profiles *p, const struct profile_text *text);

/* Whether there is such a section. */
bool profiles_has(const struct profiles *p, enum profile_section section, const char *name);

/*
 * A value, or NULL; keys in lower case. A profile's comes from the credentials file if it has one,
 * else from the config file. Lives as long as `p`. It may be a secret.
 */
const char *profiles_get(const struct profiles *p, enum profile_section section, const char *name,
                         const char *key);

/*
 * The first thing that could not be read, for messages: "/home/a/.aws/config:3: …"; NULL if all
 * could. Shows no values.
 */
const char *profiles_problem(const struct profiles *p);

#endif
