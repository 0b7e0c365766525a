#ifndef MAKI_OFFLINE_INSIGHT_H
#define MAKI_OFFLINE_INSIGHT_H

#include "maki/category.h"
#include "json/json.h"

/*
 * The lexical model that answers for record_insight: cue phrases and BM25 over the reference data,
 * an extractive summary, a sentiment lexicon, the category's playbook. Deterministic;
 * docs/offline-model.md describes it.
 */
struct insight_model;

/* Learns the reference data, which must outlive it. Takes some milliseconds. Free with
 * insight_model_free. */
struct insight_model *insight_model_new(const struct category_set *set);
void insight_model_free(struct insight_model *model);

/*
 * Answer for a case (borrowed; members as prompt_case_data makes them): *input becomes a new object
 * with the six members of the tool. `allowed` (borrowed) lists the names that may be answered;
 * jv_invalid() allows all. 0, or -1 if the data is no case.
 */
int insight_model_answer(struct insight_model *model, jv data, jv allowed, jv *input);

#endif
