#include "base/rng.h"

#include <stdlib.h>
#include <sys/random.h>

struct rng rng_seed(uint64_t seed)
{
    return (struct rng){.state = seed};
}

struct rng rng_derive(uint64_t seed, const char *purpose, uint64_t index)
{
    struct rng rng = rng_seed(seed);

    for (const char *p = purpose; *p; p++)
        rng.state = rng_next(&rng) ^ (unsigned char)*p;
    rng.state = rng_next(&rng) ^ index;
    rng.state = rng_next(&rng);
    return rng;
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    /* reject the few values at the top that would make low results likelier */
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t value;

    do {
        value = rng_next(rng);
    } while (value >= limit);
    return value % bound;
}

double rng_unit(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

uint64_t rng_secret(void)
{
    uint64_t value;

    if (getrandom(&value, sizeof(value), 0) != sizeof(value))
        abort(); /* no entropy source: nothing sensible can be done with a guessable value */
    return value;
}
