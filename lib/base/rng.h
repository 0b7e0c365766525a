#ifndef MAKI_BASE_RNG_H
#define MAKI_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/*
 * Seeded pseudo-random numbers (SplitMix64): the same seed gives the same series on every machine.
 * Not for secrets; those come from rng_secret.
 */
struct rng {
    uint64_t state;
};

struct rng rng_seed(uint64_t seed);

/* A generator for one named purpose or record: independent of how much the parent has been used. */
struct rng rng_derive(uint64_t seed, const char *purpose, uint64_t index);

uint64_t rng_next(struct rng *rng);

/* Uniform in [0, bound); bound > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);

/* Uniform in [0, 1). */
double rng_unit(struct rng *rng);

/* 64 bits from the kernel, for seeds that nobody named. */
uint64_t rng_secret(void);

#endif
