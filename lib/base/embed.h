/* embed.h: the files below share/, held in the binary (made by scripts/embed). */
#ifndef MAKI_BASE_EMBED_H
#define MAKI_BASE_EMBED_H

#include <stddef.h>

struct embedded_file {
    const char *path;          /* relative to share/, e.g. "categories/throttling/desc.txt" */
    const unsigned char *data; /* data[size] is a 0 byte that is not part of the file */
    size_t size;
};

/* Sorted bytewise by path; an entry with a null path follows the last. */
extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

/* The file of that path, or NULL. */
const struct embedded_file *embed_find(const char *path);

#endif
