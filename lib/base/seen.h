#ifndef MAKI_BASE_SEEN_H
#define MAKI_BASE_SEEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which keys have come by already, in bounded memory: a set of 128-bit keyed hashes in two
 * generations. Up to `keys_max` of the latest keys are always remembered; beyond twice that the
 * oldest are forgotten. Two different keys are taken for one with a chance of about n²/2^129.
 */
struct seen;

/* At most about 64 bytes times keys_max are used, growing from a few kB. Free with seen_free. */
struct seen *seen_new(size_t keys_max);

/* Note a key; true if it was noted before. */
bool seen_add(struct seen *seen, const void *key, size_t len);

/* True once keys have been forgotten. */
bool seen_forgot(const struct seen *seen);

void seen_free(struct seen *seen);

#endif
