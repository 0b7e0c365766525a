#ifndef MAKI_OFFLINE_GENERATE_H
#define MAKI_OFFLINE_GENERATE_H

#include "base/error.h"
#include "maki/category.h"
#include "json/json.h"

/*
 * The offline answer to a request for a synthetic case: composed from the sentences of its category
 * and from general ones, by chance that is seeded with the data, so the same data give the same
 * case. `data` (borrowed) is what synthetic_data made (maki/synthetic.h): only `category` is
 * needed, one of the set's. *input becomes a new object {subject, communications, language}. -1
 * with ERR_DATA if there is no such category.
 */
int offline_generate(const struct category_set *set, jv data, jv *input, struct error *err);

#endif
