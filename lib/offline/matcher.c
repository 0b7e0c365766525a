#include "offline/matcher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A node is the end of a phrase if it has a value; further values of the same phrase follow by
 * `next_value`. */
struct value {
    int32_t value;
    int32_t next; /* index of another value of the phrase, or TOKEN_NONE */
};

struct edge {
    uint64_t key; /* node << 32 | word, plus one; 0 is empty */
    int32_t child;
};

struct matcher {
    enum matcher_kind kind;
    int32_t *first_value; /* by node; node 0 is the root */
    size_t node_count, node_cap;
    struct value *values;
    size_t value_count, value_cap;
    struct edge *edges; /* an open hash table */
    size_t edge_count, edge_slots;
    bool *starts; /* by word: some phrase starts with it */
    size_t start_count, start_cap;
};

static int32_t add_node(struct matcher *m)
{
    m->first_value =
        mem_grow(m->first_value, &m->node_cap, m->node_count + 1, sizeof(*m->first_value));
    m->first_value[m->node_count] = TOKEN_NONE;
    return (int32_t)m->node_count++;
}

struct matcher *matcher_new(enum matcher_kind kind)
{
    struct matcher *m = mem_calloc(1, sizeof(*m));

    m->kind = kind;
    add_node(m);
    return m;
}

void matcher_free(struct matcher *m)
{
    if (m == NULL)
        return;
    free(m->first_value);
    free(m->values);
    free(m->edges);
    free(m->starts);
    free(m);
}

static struct edge *find_edge(const struct matcher *m, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (hash >> 32) & (m->edge_slots - 1);

    while (m->edges[i].key != 0 && m->edges[i].key != key)
        i = (i + 1) & (m->edge_slots - 1);
    return &m->edges[i];
}

static int32_t key_of(const struct matcher *m, const struct token *token)
{
    return m->kind == MATCHER_STEMS ? token->stem : token->id;
}

static uint64_t edge_key(int32_t node, int32_t word)
{
    return ((uint64_t)(uint32_t)node << 32 | (uint32_t)word) + 1;
}

static int32_t child_of(const struct matcher *m, int32_t node, int32_t word)
{
    const struct edge *edge;

    if (word < 0 || m->edge_slots == 0)
        return TOKEN_NONE;
    if (node == 0 && ((size_t)word >= m->start_count || !m->starts[word]))
        return TOKEN_NONE; /* what most words of a text are */
    edge = find_edge(m, edge_key(node, word));
    return edge->key ? edge->child : TOKEN_NONE;
}

static void grow_edges(struct matcher *m)
{
    struct edge *old = m->edges;
    size_t old_slots = m->edge_slots;

    m->edge_slots = old_slots ? old_slots * 2 : 256;
    m->edges = mem_calloc(m->edge_slots, sizeof(*m->edges));
    for (size_t i = 0; i < old_slots; i++) {
        if (old[i].key != 0)
            *find_edge(m, old[i].key) = old[i];
    }
    free(old);
}

static void note_start(struct matcher *m, int32_t word)
{
    size_t need = (size_t)word + 1;

    if (need > m->start_count) {
        m->starts = mem_grow(m->starts, &m->start_cap, need, sizeof(*m->starts));
        memset(m->starts + m->start_count, 0, (need - m->start_count) * sizeof(*m->starts));
        m->start_count = need;
    }
    m->starts[word] = true;
}

static int32_t make_child(struct matcher *m, int32_t node, int32_t word)
{
    int32_t child = child_of(m, node, word);
    struct edge *edge;

    if (child != TOKEN_NONE)
        return child;
    if (m->edge_count * 2 >= m->edge_slots)
        grow_edges(m);
    if (node == 0)
        note_start(m, word);
    edge = find_edge(m, edge_key(node, word));
    edge->key = edge_key(node, word);
    edge->child = add_node(m);
    m->edge_count++;
    return edge->child;
}

void matcher_add(struct matcher *m, const struct token *tokens, size_t count, int32_t value)
{
    int32_t node = 0;

    for (size_t i = 0; i < count; i++) {
        assert(key_of(m, &tokens[i]) >= 0);
        if (!tokens[i].is_part)
            node = make_child(m, node, key_of(m, &tokens[i]));
    }
    if (node == 0)
        return;
    m->values = mem_grow(m->values, &m->value_cap, m->value_count + 1, sizeof(*m->values));
    m->values[m->value_count] = (struct value){value, m->first_value[node]};
    m->first_value[node] = (int32_t)m->value_count++;
}

struct walk {
    const struct matcher *m;
    const struct token *tokens;
    size_t count;
    size_t first;
    matcher_fn *each;
    void *context;
};

static void walk_on(const struct walk *w, int32_t node, size_t at);

/* The walk has come to `node` by tokens[at]; what follows is at `next`. */
static void arrive(const struct walk *w, int32_t node, size_t at, size_t next)
{
    if (node == TOKEN_NONE)
        return;
    for (int32_t v = w->m->first_value[node]; v != TOKEN_NONE; v = w->m->values[v].next) {
        struct match match = {w->m->values[v].value, w->first, at};

        w->each(w->context, &match);
    }
    walk_on(w, node, next);
}

/* By the word at `at`, or by its first part; the depth is bounded by the longest phrase. */
static void walk_on(const struct walk *w, int32_t node, size_t at)
{
    const struct token *t;

    if (at >= w->count)
        return;
    t = &w->tokens[at];
    arrive(w, child_of(w->m, node, key_of(w->m, t)), at, at + 1 + t->parts);
    if (t->parts > 0 && at + 1 < w->count)
        arrive(w, child_of(w->m, node, key_of(w->m, t + 1)), at + 1, at + 2);
}

void matcher_find(const struct matcher *m, const struct token *tokens, size_t count,
                  matcher_fn *each, void *context)
{
    struct walk w = {m, tokens, count, 0, each, context};

    for (; w.first < count; w.first++) {
        const struct token *t = &tokens[w.first];

        arrive(&w, child_of(m, 0, key_of(m, t)), w.first, w.first + 1 + t->parts);
    }
}

struct longest {
    struct match match;
    bool found;
};

static void keep_longest(void *context, const struct match *match)
{
    struct longest *best = context;

    if (!best->found || match->last > best->match.last)
        *best = (struct longest){*match, true};
}

bool matcher_longest(const struct matcher *m, const struct token *tokens, size_t count,
                     size_t first, struct match *longest)
{
    struct longest best = {.found = false};
    struct walk w = {m, tokens, count, first, keep_longest, &best};

    if (first < count)
        arrive(&w, child_of(m, 0, key_of(m, &tokens[first])), first,
               first + 1 + tokens[first].parts);
    *longest = best.match;
    return best.found;
}
