#ifndef MAKI_AWS_CONVERSE_TEMPLATE_H
#define MAKI_AWS_CONVERSE_TEMPLATE_H

#include "aws/converse.h"

/* Internal to lib/aws/converse_*.c. */

/* A template holds a system prompt of at most 4 MB, whose characters may take six bytes each once
 * they are escaped. */
enum { CONVERSE_BODY_BYTES_MAX = 32 << 20 };

struct converse_template {
    struct converse_settings settings; /* its strings are the template's */
    struct converse_shape shape;
    struct converse_tool tool; /* likewise; a name of NULL: there is none */
    char *system_text;         /* or NULL */
    char *path;
    char *body; /* the constant members and "messages":[ */
    size_t body_len;
    unsigned long version; /* counts the changes of `body` */
};

/* Render the body anew, as the shape now says. */
void converse_template_render(struct converse_template *t);

#endif
