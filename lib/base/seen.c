#include "base/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"

struct key {
    uint64_t a, b; /* both 0: an empty slot */
};

/* Open addressing with linear probing, at most three quarters full. */
struct generation {
    struct key *slots;
    size_t size; /* a power of two, or 0 */
    size_t used;
};

struct seen {
    size_t keys_max;
    struct generation now;
    struct generation before;
    bool forgot;
};

struct seen *seen_new(size_t keys_max)
{
    struct seen *seen = mem_calloc(1, sizeof(*seen));

    seen->keys_max = keys_max ? keys_max : 1;
    return seen;
}

static struct key hash(const void *data, size_t len)
{
    unsigned char digest[DIGEST_SIZE];
    struct key key;

    digest_sha256(data, len, digest);
    memcpy(&key, digest, sizeof(key));
    key.a |= key.a == 0 && key.b == 0;
    return key;
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct key *find(const struct generation *g, struct key key)
{
    size_t i = key.a & (g->size - 1);

    while ((g->slots[i].a || g->slots[i].b) && (g->slots[i].a != key.a || g->slots[i].b != key.b))
        i = (i + 1) & (g->size - 1);
    return &g->slots[i];
}

static bool holds(const struct generation *g, struct key key)
{
    struct key *slot;

    if (g->size == 0)
        return false;
    slot = find(g, key);
    return slot->a || slot->b;
}

static void grow(struct generation *g)
{
    struct generation bigger = {.size = g->size ? 2 * g->size : 1024, .used = g->used};

    bigger.slots = mem_calloc(bigger.size, sizeof(*bigger.slots));
    for (size_t i = 0; i < g->size; i++) {
        if (g->slots[i].a || g->slots[i].b)
            *find(&bigger, g->slots[i]) = g->slots[i];
    }
    free(g->slots);
    *g = bigger;
}

bool seen_add(struct seen *seen, const void *data, size_t len)
{
    struct key key = hash(data, len);
    bool known = holds(&seen->before, key); /* then it moves over: it is one of the latest again */

    if (holds(&seen->now, key))
        return true;
    if (seen->now.used == seen->keys_max) {
        seen->forgot = seen->forgot || seen->before.used > 0;
        free(seen->before.slots);
        seen->before = seen->now;
        seen->now = (struct generation){0};
    }
    if (seen->now.used + 1 > seen->now.size / 4 * 3)
        grow(&seen->now);
    *find(&seen->now, key) = key;
    seen->now.used++;
    return known;
}

bool seen_forgot(const struct seen *seen)
{
    return seen->forgot;
}

void seen_free(struct seen *seen)
{
    if (seen == NULL)
        return;
    free(seen->now.slots);
    free(seen->before.slots);
    free(seen);
}
