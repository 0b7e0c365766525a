#ifndef MAKI_BASE_MEM_H
#define MAKI_BASE_MEM_H

#include <stddef.h>

/*
 * Allocation that does not fail: running out of memory ends the program with a message and status
 * 71 (EX_OSERR). libjq aborts in that case too, so there is no path on which a caller could
 * recover. Everything returned belongs to the caller, who frees it with free().
 */

/* As malloc, calloc and realloc. A size of 0 gives a pointer that may be freed. */
void *mem_alloc(size_t size);
void *mem_calloc(size_t count, size_t size);
void *mem_realloc(void *ptr, size_t size);

/* Grow an array of elements to hold at least `need` of them; *cap is in elements and is updated.
 * Overflow is fatal. */
void *mem_grow(void *array, size_t *cap, size_t need, size_t element_size);

/* Copies; mem_strdup(NULL) is NULL. mem_strndup stops at the first NUL. */
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
void *mem_dup(const void *data, size_t len);

/* A new formatted string. */
__attribute__((format(printf, 1, 2))) char *mem_printf(const char *format, ...);

/* Overwrite memory in a way that the compiler keeps, for secrets before free(). */
void mem_wipe(void *data, size_t len);

/* free() for a string that is one; NULL is fine. */
void mem_free_secret(char *text);

#endif
