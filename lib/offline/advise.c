#include "offline/advise.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/insight.h"
#include "maki/service.h"

static const char documentation[] = "https://docs.aws.amazon.com/";

/* An action or a link of a category, with its words. */
struct advice {
    const char *text;                 /* of an action; NULL for a link */
    const struct category_link *link; /* NULL for an action */
    size_t first_word, word_count;
};

struct playbook {
    size_t first, count; /* of advices */
};

struct playbooks {
    const struct category_set *set;
    struct playbook *items; /* by category */
    struct advice *advices;
    size_t advice_count, advice_cap;
    int32_t *words; /* stems, stop words left out */
    size_t word_count, word_cap;
    uint32_t *spread; /* by stem: in how many advices it stands */
    size_t spread_count;
};

static void add_advice(struct playbooks *p, struct lexicon *lexicon, const char *text,
                       const struct category_link *link)
{
    struct token_list *list = &lexicon->scratch;
    struct advice *a;

    p->advices = mem_grow(p->advices, &p->advice_cap, p->advice_count + 1, sizeof(*p->advices));
    a = &p->advices[p->advice_count++];
    *a = (struct advice){.text = link ? NULL : text, .link = link, .first_word = p->word_count};
    tokens_reset(list);
    tokens_split(list, text, strlen(text), 0);
    vocabulary_learn(lexicon->vocabulary, list, 0);
    for (size_t i = 0; i < list->count; i++) {
        if (lexicon_is_stop(lexicon, list->items[i].id) || list->items[i].is_part)
            continue;
        p->words = mem_grow(p->words, &p->word_cap, p->word_count + 1, sizeof(*p->words));
        p->words[p->word_count++] = list->items[i].stem;
    }
    a->word_count = p->word_count - a->first_word;
}

static void count_spread(struct playbooks *p, size_t vocabulary)
{
    p->spread_count = vocabulary;
    p->spread = mem_calloc(vocabulary + 1, sizeof(*p->spread));
    for (size_t i = 0; i < p->word_count; i++)
        p->spread[p->words[i]]++;
}

struct playbooks *playbooks_new(struct lexicon *lexicon, const struct category_set *set)
{
    struct playbooks *p = mem_calloc(1, sizeof(*p));

    p->set = set;
    p->items = mem_calloc(set->count + 1, sizeof(*p->items));
    for (size_t i = 0; i < set->count; i++) {
        const struct category *c = &set->items[i];

        p->items[i].first = p->advice_count;
        for (size_t n = 0; n < c->phrase_list.count; n++) {
            if (strcmp(c->phrases[n].slot, "action") == 0)
                add_advice(p, lexicon, c->phrases[n].text, NULL);
        }
        for (size_t n = 0; n < c->link_list.count; n++)
            add_advice(p, lexicon, c->links[n].title, &c->links[n]);
        p->items[i].count = p->advice_count - p->items[i].first;
    }
    count_spread(p, vocabulary_count(lexicon->vocabulary));
    return p;
}

void playbooks_free(struct playbooks *p)
{
    if (p == NULL)
        return;
    free(p->items);
    free(p->advices);
    free(p->words);
    free(p->spread);
    free(p);
}

/* How much an advice has in common with the case; a word counts less the more advices use it. */
static int64_t overlap(const struct playbooks *p, const struct advice *a,
                       const struct classification *result)
{
    int64_t sum = 0;

    for (size_t i = a->first_word; i < a->first_word + a->word_count; i++) {
        if (classification_has_word(result, p->words[i]))
            sum += 1000 / (2 + p->spread[p->words[i]]);
    }
    return sum * 100 / (int64_t)(10 + a->word_count);
}

static const char *service_name(const struct document *doc)
{
    return doc->service ? doc->service->name : "the service";
}

static void add_filled(struct buf *out, const char *text, const char *service)
{
    static const char placeholder[] = "{service}";
    const char *at;

    while ((at = strstr(text, placeholder)) != NULL) {
        buf_add(out, text, (size_t)(at - text));
        buf_adds(out, service);
        text = at + sizeof(placeholder) - 1;
    }
    buf_adds(out, text);
}

void advise_action(struct buf *out, const struct playbooks *p, const struct classification *result,
                   const struct document *doc)
{
    const struct advice *best = NULL;
    int64_t most = -1;

    if (result->category >= 0) {
        const struct playbook *book = &p->items[result->category];

        for (size_t i = book->first; i < book->first + book->count; i++) {
            int64_t common = p->advices[i].text ? overlap(p, &p->advices[i], result) : -1;

            if (common > most) {
                most = common;
                best = &p->advices[i];
            }
        }
    }
    if (best != NULL)
        add_filled(out, best->text, service_name(doc));
    else if (result->category >= 0)
        buf_addf(out, "Follow the team's procedure for %s; its playbook names no action.",
                 p->set->items[result->category].name);
    else
        buf_adds(out, "Have a person read this case: none of the categories fits it.");
}

/* How many bytes of the service's code the link's list covers; 0 if none, 1 for a general link
 * ("-"). */
static size_t service_match(const struct category_link *link, const char *code)
{
    size_t best = 0;

    if (strcmp(link->services, "-") == 0)
        return 1;
    for (const char *at = link->services; at != NULL && *at; at = strchr(at, ',')) {
        size_t len;

        at += *at == ',';
        len = strcspn(at, ",");
        if (len > best && service_has_prefix(code, at, len))
            best = len;
    }
    return best;
}

/* By the code as the case has it, or as the service's own. */
static size_t best_match_of(const struct category_link *link, const struct document *doc)
{
    size_t given = service_match(link, doc->service_code);
    size_t own = doc->service ? service_match(link, doc->service->code) : 0;

    return given > own ? given : own;
}

const char *advise_link(const struct playbooks *p, const struct classification *result,
                        const struct document *doc)
{
    const struct playbook *book = result->category >= 0 ? &p->items[result->category] : NULL;
    const char *best = NULL;
    size_t best_match = 0;
    int64_t most = -1;

    for (size_t i = book ? book->first : 0; book != NULL && i < book->first + book->count; i++) {
        const struct category_link *link = p->advices[i].link;
        size_t match = link ? best_match_of(link, doc) : 0;
        int64_t common;

        if (match == 0 || match < best_match || !insight_link_is_allowed(link->url))
            continue;
        common = overlap(p, &p->advices[i], result);
        if (match > best_match || common > most) {
            best = link->url;
            best_match = match;
            most = common;
        }
    }
    if (best == NULL && doc->service != NULL)
        best = doc->service->link;
    return best ? best : documentation;
}
