#ifndef MAKI_TESTS_OFFLINE_MODEL_H
#define MAKI_TESTS_OFFLINE_MODEL_H

/*
 * The parts of the offline model over a small set of categories, for tests that want to know every
 * word of the reference data.
 *
 *   struct model model;
 *   model_init(&model);
 *   model_add(&model, "rain", "desc.txt", "Water falls.");
 *   model_add(&model, "rain", "cues.txt", "5\theavy rain\n");   (names in sorted order)
 *   model_learn(&model);
 *   model_read(&model, "{\"subject\":\"…\"}");
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/category.h"
#include "maki/category_file.h"
#include "offline/classify.h"
#include "offline/document.h"
#include "offline/knowledge.h"
#include "offline/lexicon.h"
#include "json/json.h"

struct model {
    struct category_set set;
    struct vocabulary vocabulary;
    struct lexicon lexicon;
    struct knowledge knowledge;
    struct document document;
    struct classification result;
};

static inline void model_fail(const char *what)
{
    fprintf(stderr, "offline_model.h: %s\n", what);
    exit(2);
}

static inline void model_init(struct model *m)
{
    *m = (struct model){0};
    vocabulary_init(&m->vocabulary);
    lexicon_init(&m->lexicon, &m->vocabulary);
    document_init(&m->document);
}

/* Add a file to a category, which is made if it is new. */
static inline void model_add(struct model *m, const char *name, const char *file, const char *text)
{
    struct category_file f = {.name = file, .path = file, .data = text, .len = strlen(text)};
    struct category *c = m->set.count ? &m->set.items[m->set.count - 1] : NULL;
    struct error err;

    if (c == NULL || strcmp(c->name, name) != 0) {
        m->set.items = mem_grow(m->set.items, &m->set.cap, m->set.count + 1, sizeof(*m->set.items));
        c = &m->set.items[m->set.count++];
        *c = (struct category){.name = mem_strdup(name)};
    }
    if (category_file_parse(c, &f, &err) < 0)
        model_fail(err.message);
}

static inline void model_learn(struct model *m)
{
    knowledge_init(&m->knowledge, &m->lexicon, &m->set);
    classification_init(&m->result, &m->knowledge);
}

/* Read a case's data. */
static inline void model_read(struct model *m, const char *json)
{
    struct error err;
    jv data = json_parse(json, strlen(json), NULL, &err);

    if (!jv_is_valid(data))
        model_fail(err.message);
    if (document_read(&m->document, &m->lexicon, data) < 0)
        model_fail("no case");
    jv_free(data);
}

/* Read and classify: the answer's name. */
static inline const char *model_classify(struct model *m, const char *json, bool other)
{
    struct classify_choice choice = {.allowed = NULL, .other = other};

    model_read(m, json);
    classify(&m->result, &m->knowledge, &m->lexicon, &m->document, &choice);
    return m->result.category < 0 ? CATEGORY_OTHER : m->set.items[m->result.category].name;
}

static inline void model_clear(struct model *m)
{
    classification_clear(&m->result);
    knowledge_clear(&m->knowledge);
    document_clear(&m->document);
    lexicon_clear(&m->lexicon);
    vocabulary_clear(&m->vocabulary);
    category_set_clear(&m->set);
}

#endif
