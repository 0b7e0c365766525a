#include "aws/converse_hint.h"

#include <stdio.h>
#include <string.h>

struct hint {
    const char *sign;
    const char *advice;
};

static const struct hint stops[] = {
    {"max_tokens", "allow more with --max-tokens"},
    {"guardrail_intervened",
     "a guardrail withheld it: see its policies, or go without it (--guardrail)"},
    {"content_filtered", "the model's own filter withheld it: another --model may answer"},
    {"refusal", "the model declined: another --model may answer"},
    {"malformed_model_output",
     "the service could not read what the model wrote: try --structured text, or another --model"},
    {"malformed_tool_use",
     "the service could not read the model's tool call: try --structured text, or another --model"},
    {"model_context_window_exceeded",
     "question and answer do not fit into the model's context: take a model with a larger one, or "
     "a smaller --digest-tokens where a summary is made"},
};

static const struct hint errors[] = {
    {"on-demand throughput", "name an inference profile instead, the model's id with a prefix such "
                             "as us. or eu. or global.: --model us.…"},
    {"nput is too long", "take a model with a larger context, or a smaller --digest-tokens where "
                         "a summary is made"},
    {"model identifier is invalid",
     "see --model: the id must be one that the Region has; --check tells"},
    {"access to the model", "enable it under Model access in the Bedrock console, or allow "
                            "bedrock:InvokeModel for it; --check tells"},
    {"not authorized to perform", "allow bedrock:InvokeModel for the model and, with an inference "
                                  "profile, for it in each of the profile's Regions"},
    {"end of its life", "name a newer --model"},
    {"Legacy", "name a newer --model"},
};

const char *converse_hint_stop(const char *stop_reason)
{
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        if (strcmp(stops[i].sign, stop_reason) == 0)
            return stops[i].advice;
    }
    return "another --model may do better";
}

void converse_hint_add(struct error *err)
{
    size_t len = strlen(err->message);

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (strstr(err->message, errors[i].sign) != NULL) {
            snprintf(err->message + len, sizeof(err->message) - len, "; %s", errors[i].advice);
            return;
        }
    }
}
