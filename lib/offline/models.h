#ifndef MAKI_OFFLINE_MODELS_H
#define MAKI_OFFLINE_MODELS_H

#include <stdbool.h>

#include "offline/reply.h"

/*
 * The models that the stand-in says there are: a short list of real ones, for programs that look
 * whether a model is there and enabled. It is no catalogue: what is missing here may well exist.
 */

struct models_place {
    const char *region;
    const char *account;
};

/*
 * May Converse be called with this id (decoded: a model, an inference profile, or the ARN of one)?
 * With `strict` only with those of the list that are served in the region, as Bedrock does; without
 * it with any that could be one. False with the refusal as reply.
 */
bool models_allow(const struct models_place *place, const char *id, bool strict,
                  struct reply *reply);

/* GET /foundation-models, /foundation-models/ID, /foundation-model-availability/ID,
 * /inference-profiles and /inference-profiles/ID; ids decoded, queries as on the wire. */
void models_list(const struct models_place *place, const char *query, struct reply *reply);
void models_get(const struct models_place *place, const char *id, struct reply *reply);
void models_availability(const char *id, struct reply *reply);
void models_list_profiles(const struct models_place *place, const char *query, struct reply *reply);
void models_get_profile(const struct models_place *place, const char *id, struct reply *reply);

#endif
