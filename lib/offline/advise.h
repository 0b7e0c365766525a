#ifndef MAKI_OFFLINE_ADVISE_H
#define MAKI_OFFLINE_ADVISE_H

#include "base/buf.h"
#include "offline/classify.h"
#include "offline/document.h"
#include "offline/knowledge.h"

/* What a category's playbook says to a case: the action and the link whose words have most in
 * common with it. */
struct playbooks;

/* The words of all actions and link titles; they join the lexicon's vocabulary. The set must
 * outlive it. */
struct playbooks *playbooks_new(struct lexicon *lexicon, const struct category_set *set);
void playbooks_free(struct playbooks *p);

/* Append the action, with the service's name filled in. The classification must be the document's.
 */
void advise_action(struct buf *out, const struct playbooks *p, const struct classification *result,
                   const struct document *doc);

/*
 * The link: the playbook's for the case's service, else its general one, else the documentation of
 * the service, else of AWS. Borrowed from the reference data.
 */
const char *advise_link(const struct playbooks *p, const struct classification *result,
                        const struct document *doc);

#endif
