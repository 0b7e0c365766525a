#ifndef MAKI_OFFLINE_MEMBER_H
#define MAKI_OFFLINE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Where a member's value stands in the text of an object: bytes start to end. */
struct member_place {
    size_t start, end;
};

/* Find a member of the outermost object in a text that is known to be valid JSON. Names written
 * with escapes are not found. */
bool member_find(const char *text, size_t len, const char *name, struct member_place *place);

#endif
