#ifndef MAKI_JSON_JSON_H
#define MAKI_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jv.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * JSON values are libjq's `jv`. Ownership: libjq's own functions consume the values they are given
 * (jv_copy to keep one); every json_* function here only borrows its arguments, and what it returns
 * as "borrowed" lives as long as the object it came from stays unchanged. Integers and strings are
 * exact; other numbers keep their digits too (libjq 1.8).
 */

/*
 * Parse one value strictly (see scan.h). The new value belongs to the caller; on failure it is
 * jv_invalid() and err says where. Bytes that are not UTF-8 and cut surrogate pairs become U+FFFD;
 * *repaired (unless NULL) tells.
 */
jv json_parse(const char *text, size_t len, bool *repaired, struct error *err);

/* Append as compact JSON, members in libjq's order or (canonical) sorted bytewise at every level.
 * -1 if the buffer is full. */
int json_write(struct buf *out, jv value);
int json_write_canonical(struct buf *out, jv value);

/* Append the compact JSON text that json_write wrote with line breaks and an indent of two, for
 * people. -1 if it is full. */
int json_indent(struct buf *out, const char *text, size_t len);

/* Append a string literal, quoted and escaped, from UTF-8 bytes; invalid bytes become U+FFFD. */
int json_write_string(struct buf *out, const char *text, size_t len);

/* SHA-256 of the canonical form, as hexadecimal digits; the buffer is scratch. hex must hold
 * DIGEST_HEX_SIZE bytes. */
void json_digest(jv value, struct buf *scratch, char *hex);

/* A member, borrowed; jv_invalid() (which needs no freeing) if there is none or `object` is no
 * object. */
jv json_get(jv object, const char *name);

/* By path of member names, ended by NULL: json_get_path(v, "output", "message", NULL). Borrowed. */
jv json_get_path(jv object, const char *name, ...) __attribute__((sentinel));

bool json_has(jv object, const char *name);
bool json_is(jv value, jv_kind kind);

/* A string member, borrowed, NUL-terminated; NULL if there is none. *len (unless NULL) in bytes: it
 * may hold NULs. */
const char *json_str(jv object, const char *name, size_t *len);

/* A string value's bytes, borrowed; NULL if it is no string. */
const char *json_text(jv value, size_t *len);

/* An array element, borrowed; and how many there are: 0 if it is no array. */
jv json_at(jv array, int index);
int json_count(jv array);

/* A member as a whole number; `otherwise` if there is none. */
int64_t json_int(jv object, const char *name, int64_t otherwise);
bool json_bool(jv object, const char *name, bool otherwise);

/* Set a member. The object is changed in place; the value is taken. */
void json_set(jv *object, const char *name, jv value);
void json_set_str(jv *object, const char *name, const char *text);

/* Append to an array in place; the value is taken. */
void json_append(jv *array, jv value);

/* A new string value from bytes. */
jv json_string(const char *text, size_t len);

#endif
