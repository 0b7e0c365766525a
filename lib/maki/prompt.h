#ifndef MAKI_MAKI_PROMPT_H
#define MAKI_MAKI_PROMPT_H

#include <stdbool.h>

#include "aws/converse.h"
#include "base/buf.h"
#include "maki/category.h"
#include "json/json.h"

/*
 * What the models are told. Each task has a constant system prompt and a forced tool whose input
 * schema is the answer's; the data comes in the user message, as JSON between two marker lines:
 *
 *   <data 0f3a…>
 *   {"subject":…}
 *   </data 0f3a…>
 *
 * The marker is the SHA-256 of the data (32 hexadecimal digits): the same case always makes the
 * same request, and nobody can write a case that contains its own marker.
 */
#define PROMPT_VERSION "1"

/* The tools' names, which also tell the tasks apart. */
#define PROMPT_TOOL_INSIGHT "record_insight"
#define PROMPT_TOOL_CASE    "record_case"
#define PROMPT_TOOL_SUMMARY "record_summary"

/*
 * Longest case text that is sent, in bytes, and most communications; what is over is left out from
 * the middle, and the gap is told.
 */
enum { PROMPT_CASE_BYTES_MAX = 200000, PROMPT_COMMUNICATIONS_MAX = 1000 };

/* The constant part of each task's request; the caller frees it with converse_template_free. */
struct converse_template *prompt_insight_template(const struct category_set *set,
                                                  const struct converse_settings *settings);
struct converse_template *prompt_case_template(const struct category_set *set,
                                               const struct converse_settings *settings);
struct converse_template *prompt_summary_template(const struct category_set *set,
                                                  const struct converse_settings *settings);

/* Append `data` (borrowed) between markers, after a line of instruction. -1 if it does not fit the
 * buffer. */
int prompt_fence(struct buf *text, const char *instruction, jv data);

/*
 * Find what prompt_fence put into a message: the JSON text between the markers, whose marker must
 * be the digest of that text. NULL if there is none.
 */
const char *prompt_unfence(const char *message, size_t len, size_t *data_len);

/* What the model gets to see of a case (a new value): no addresses but who is customer and who is
 * AWS. *cut: text was left out. */
jv prompt_case_data(jv support_case, bool *cut);

#endif
