#include "offline/insight.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "offline/advise.h"
#include "offline/classify.h"
#include "offline/document.h"
#include "offline/explain.h"
#include "offline/feeling.h"
#include "offline/summarize.h"
#include "json/json.h"

enum { TEXT_BYTES_MAX = 8000 };

struct insight_model {
    const struct category_set *set;
    struct vocabulary vocabulary;
    struct lexicon lexicon;
    struct playbooks *playbooks;
    struct knowledge knowledge;
    struct document document;
    struct classification result;
    bool *allowed; /* by category, for the request at hand */
    struct buf text;
};

struct insight_model *insight_model_new(const struct category_set *set)
{
    struct insight_model *m = mem_calloc(1, sizeof(*m));

    m->set = set;
    vocabulary_init(&m->vocabulary);
    lexicon_init(&m->lexicon, &m->vocabulary);
    m->playbooks = playbooks_new(&m->lexicon, set);
    knowledge_init(&m->knowledge, &m->lexicon, set);
    document_init(&m->document);
    classification_init(&m->result, &m->knowledge);
    m->allowed = mem_calloc(set->count + 1, sizeof(*m->allowed));
    buf_init(&m->text, TEXT_BYTES_MAX);
    return m;
}

void insight_model_free(struct insight_model *m)
{
    if (m == NULL)
        return;
    vocabulary_clear(&m->vocabulary);
    lexicon_clear(&m->lexicon);
    playbooks_free(m->playbooks);
    knowledge_clear(&m->knowledge);
    document_clear(&m->document);
    classification_clear(&m->result);
    free(m->allowed);
    buf_clear(&m->text);
    free(m);
}

/* What may be answered, from the names that the request's schema lists. */
static struct classify_choice read_choice(struct insight_model *m, jv allowed)
{
    struct classify_choice choice = {.allowed = m->allowed, .other = false};

    if (!json_is(allowed, JV_KIND_ARRAY))
        return (struct classify_choice){.allowed = NULL, .other = true};
    memset(m->allowed, 0, m->set->count * sizeof(*m->allowed));
    for (int i = 0; i < json_count(allowed); i++) {
        const char *name = json_text(json_at(allowed, i), NULL);
        const struct category *c = name ? category_find(m->set, name) : NULL;

        if (c != NULL)
            m->allowed[c - m->set->items] = true;
        choice.other |= name != NULL && strcmp(name, CATEGORY_OTHER) == 0;
    }
    return choice;
}

static void set_text(jv *input, const char *name, struct buf *text)
{
    json_set(input, name, json_string(buf_str(text), text->len));
    buf_reset(text);
}

int insight_model_answer(struct insight_model *m, jv data, jv allowed, jv *input)
{
    struct classify_choice choice = read_choice(m, allowed);
    struct classification *result = &m->result;
    struct document *doc = &m->document;

    if (document_read(doc, &m->lexicon, data) < 0)
        return -1;
    classify(result, &m->knowledge, &m->lexicon, doc, &choice);
    *input = jv_object();
    json_set_str(input, "category",
                 result->category < 0 ? CATEGORY_OTHER : m->set->items[result->category].name);
    explain(&m->text, result, &m->knowledge, doc);
    set_text(input, "category_explanation", &m->text);
    summarize(&m->text, result, &m->knowledge, doc);
    set_text(input, "case_summary", &m->text);
    json_set_str(input, "sentiment", feeling_name(feeling_score(doc, &m->lexicon)));
    advise_action(&m->text, m->playbooks, result, doc);
    set_text(input, "suggested_action", &m->text);
    json_set_str(input, "suggestion_link", advise_link(m->playbooks, result, doc));
    return 0;
}
