#ifndef MAKI_MAKI_PRICE_H
#define MAKI_MAKI_PRICE_H

#include <stdbool.h>

#include "aws/converse.h"
#include "base/error.h"

/*
 * What a model's tokens cost. No price is built in: the user gives them, in a file
 *
 *   {"date": "2026-01-31", "currency": "USD",
 *    "prices": [{"model": "example.*", "input": 1, "output": 4, "cacheRead": 0.25,
 *                "cacheWrite": 1.25, "batch": 0.5}]}
 *
 * or as two figures. Prices are for a million tokens; the first entry whose pattern fits counts.
 */
struct price {
    bool known;
    double input, output;
    double cache_read, cache_write; /* as input, where the file does not say */
    double batch;                   /* factor for batch jobs; 1 where the file does not say */
    char currency[8];               /* "USD" where nobody says */
    char date[16];                  /* as of when; "" if nobody says */
};

/*
 * Read the file and find the model's entry; price->known is false where there is none. -1 with
 * ERR_CONFIG for a file that cannot be understood: a price must not be guessed.
 */
int price_load(struct price *price, const char *path, const char *model_id, struct error *err);

/* Two figures, in US dollars. */
struct price price_of(double input, double output);

/* What the tokens cost; negative if the price is not known. */
double price_cost(const struct price *price, const struct converse_usage *usage);

#endif
