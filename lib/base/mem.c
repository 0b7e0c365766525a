#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Says so without allocating, and leaves without running exit handlers that might want memory. */
static _Noreturn void out_of_memory(void)
{
    static const char message[] = "maki: out of memory\n";

    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(EX_OSERR);
}

void *mem_alloc(size_t size)
{
    void *ptr = malloc(size ? size : 1);

    if (ptr == NULL)
        out_of_memory();
    return ptr;
}

void *mem_calloc(size_t count, size_t size)
{
    void *ptr = calloc(count ? count : 1, size ? size : 1);

    if (ptr == NULL)
        out_of_memory();
    return ptr;
}

void *mem_realloc(void *ptr, size_t size)
{
    void *grown = realloc(ptr, size ? size : 1);

    if (grown == NULL)
        out_of_memory();
    return grown;
}

void *mem_grow(void *array, size_t *cap, size_t need, size_t element_size)
{
    size_t grown = *cap ? *cap : 8;

    if (need <= *cap)
        return array;
    while (grown < need) {
        if (grown > SIZE_MAX / 2)
            out_of_memory();
        grown *= 2;
    }
    if (grown > SIZE_MAX / element_size)
        out_of_memory();
    *cap = grown;
    return mem_realloc(array, grown * element_size);
}

char *mem_strdup(const char *text)
{
    return text ? mem_dup(text, strlen(text) + 1) : NULL;
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy;

    len = strnlen(text, len);
    copy = mem_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void *mem_dup(const void *data, size_t len)
{
    void *copy = mem_alloc(len);

    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        out_of_memory();
    va_end(args);
    return text;
}

void mem_wipe(void *data, size_t len)
{
    if (data != NULL)
        explicit_bzero(data, len);
}

void mem_free_secret(char *text)
{
    if (text != NULL)
        mem_wipe(text, strlen(text));
    free(text);
}
