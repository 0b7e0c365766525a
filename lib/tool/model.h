#ifndef MAKI_TOOL_MODEL_H
#define MAKI_TOOL_MODEL_H

#include "maki/ask.h"
#include "maki/category.h"
#include "tool/cost.h"
#include "tool/tool.h"
#include "tool/transport.h"

/* What the programs that ask a model share: options, reference data, transport, and the cost of it
 * all. */

/* The options' table, to be named in opt_program.tables along with those of cost.h, request.h and
 * transport.h. Defaults
 * that differ are set with tool_model_defaults first. */
extern const struct opt tool_model_options[];

struct tool_model_defaults {
    double temperature;
    double top_p;
    int64_t max_tokens;
    int64_t concurrency;
};

/* Call before tool_begin. */
void tool_model_defaults(const struct tool_model_defaults *defaults);

/*
 * For batch jobs, which take neither tools nor cache points: structure is asked for in words,
 * unless the user said otherwise. Call before tool_model_open.
 */
void tool_model_batch_defaults(void);

struct tool_model {
    struct category_set categories;
    struct tool_transport world;
    struct converse_settings settings;
    const char *name;        /* what results call the model: its id, or "offline" */
    char prompt_version[32]; /* PROMPT_VERSION and the reference data's digest */
    char *cache_dir;         /* or NULL */
    char *members;           /* of settings, or NULL */
    struct budget budget;
    bool offline; /* the stand-in answers */
    size_t concurrency;
    bool unordered;
};

/*
 * Load and open what the options say, for the given model or inference profile id; NULL for the
 * offline stand-in. -1 with ERR_CONFIG or ERR_USAGE that says what to do. Close with
 * tool_model_close in both cases.
 */
int tool_model_open(struct tool_model *model, const char *model_id, struct error *err);
void tool_model_close(struct tool_model *model);

/* As tool_fatal, for an error of ask or of opening: says also what can be done without AWS. */
int tool_model_fatal(struct tool *tool, const struct error *err);

/* Fill in transport, cache and concurrency; the rest is the caller's. */
struct ask_options tool_model_ask_options(struct tool_model *model, struct converse_template *t);

/* Add calls, tokens and cost to what --stats writes. */
void tool_model_add_stats(struct tool *tool, const struct tool_model *model,
                          const struct ask_totals *totals);

#endif
