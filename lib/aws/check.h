#ifndef MAKI_AWS_CHECK_H
#define MAKI_AWS_CHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "http/transport.h"

/*
 * Is a model there, enabled, and callable as it is named? Asked of Bedrock's control plane, which
 * costs nothing, and, if wanted, by one small call.
 */
struct check_options {
    struct http_transport *transport;
    const char *region; /* for messages and ARNs; NULL if it is not known */
    bool call;          /* ask the model, too: certain, and costs some ten tokens */
};

enum { CHECK_NOTE_SIZE = 400 };

/*
 * 0: nothing speaks against using the model; note says what was found. -1 with what to do: code
 * UnknownModel, WrongRegion, NeedsInferenceProfile or NotOffered (ERR_CONFIG), NoAccess (ERR_PERM),
 * or the transport's and service's own. An account that may not ask the control plane is no reason
 * against the model: the note tells.
 */
int check_model(const struct check_options *options, const char *model_id,
                char note[CHECK_NOTE_SIZE], struct error *err);

#endif
