#include "offline/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/lines.h"
#include "base/mem.h"

static void open_file(struct lines *lines, const char *path)
{
    const struct embedded_file *file = embed_find(path);

    assert(file != NULL);
    lines_init(lines, (const char *)file->data, file->size);
}

void lexicon_learn(struct lexicon *lexicon, struct matcher *matcher, const char *text, size_t len,
                   int32_t value)
{
    tokens_reset(&lexicon->scratch);
    tokens_split(&lexicon->scratch, text, len, 0);
    vocabulary_learn(lexicon->vocabulary, &lexicon->scratch, 0);
    matcher_add(matcher, lexicon->scratch.items, lexicon->scratch.count, value);
}

static void read_stop_words(struct lexicon *lexicon)
{
    struct lines lines;

    open_file(&lines, "stopwords.txt");
    while (lines_next(&lines)) {
        tokens_reset(&lexicon->scratch);
        tokens_split(&lexicon->scratch, lines.text, lines.len, 0);
        vocabulary_learn(lexicon->vocabulary, &lexicon->scratch, 0);
        for (size_t i = 0; i < lexicon->scratch.count; i++) {
            size_t need = (size_t)lexicon->scratch.items[i].id + 1;

            lexicon->stop =
                mem_grow(lexicon->stop, &lexicon->stop_cap, need, sizeof(*lexicon->stop));
            for (; lexicon->stop_count < need; lexicon->stop_count++)
                lexicon->stop[lexicon->stop_count] = false;
            lexicon->stop[need - 1] = true;
        }
    }
}

/* A number with at most one decimal, in tenths, and a tab: the position behind it. */
static const char *read_tenths(const struct lines *lines, int32_t *tenths)
{
    const char *p = lines->text;
    const char *end = p + lines->len;
    bool negative = *p == '-';
    int32_t value = 0;

    for (p += negative; p < end && *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    value *= 10;
    if (end - p >= 2 && *p == '.') {
        value += p[1] - '0';
        p += 2;
    }
    assert(p < end && *p == '\t');
    *tenths = negative ? -value : value;
    return p + 1;
}

static void learn_weighted(struct lexicon *lexicon, struct matcher *matcher,
                           const struct lines *lines)
{
    int32_t tenths;
    const char *text = read_tenths(lines, &tenths);

    lexicon_learn(lexicon, matcher, text, (size_t)(lines->text + lines->len - text), tenths);
}

static bool is_section(const struct lines *lines, const char *name)
{
    return lines->len == strlen(name) && memcmp(lines->text, name, lines->len) == 0;
}

static void read_feelings(struct lexicon *lexicon)
{
    struct lines lines;

    open_file(&lines, "sentiment.txt");
    while (lines_next(&lines))
        learn_weighted(lexicon, lexicon->feelings, &lines);
}

static void read_negations(struct lexicon *lexicon)
{
    struct lines lines;
    bool intensities = false;

    open_file(&lines, "negations.txt");
    while (lines_next(&lines)) {
        if (is_section(&lines, "[intensifiers]"))
            intensities = true;
        else if (intensities)
            learn_weighted(lexicon, lexicon->intensities, &lines);
        else
            lexicon_learn(lexicon, lexicon->negations, lines.text, lines.len, 0);
    }
}

static void read_reasoning(struct lexicon *lexicon)
{
    struct matcher *into = NULL;
    struct lines lines;

    open_file(&lines, "reasoning.txt");
    while (lines_next(&lines)) {
        if (is_section(&lines, "[cause]"))
            into = lexicon->causes;
        else if (is_section(&lines, "[doubt]"))
            into = lexicon->doubts;
        else if (is_section(&lines, "[denial]"))
            into = lexicon->denials;
        else if (is_section(&lines, "[boilerplate]"))
            into = lexicon->boilerplate;
        else
            lexicon_learn(lexicon, into, lines.text, lines.len, 0);
    }
}

void lexicon_init(struct lexicon *lexicon, struct vocabulary *vocabulary)
{
    *lexicon = (struct lexicon){.vocabulary = vocabulary};
    tokens_init(&lexicon->scratch);
    lexicon->feelings = matcher_new(MATCHER_WORDS);
    lexicon->negations = matcher_new(MATCHER_WORDS);
    lexicon->intensities = matcher_new(MATCHER_WORDS);
    lexicon->causes = matcher_new(MATCHER_WORDS);
    lexicon->doubts = matcher_new(MATCHER_WORDS);
    lexicon->denials = matcher_new(MATCHER_WORDS);
    lexicon->boilerplate = matcher_new(MATCHER_WORDS);
    read_stop_words(lexicon); /* first, so that their ids are small */
    read_negations(lexicon);
    read_reasoning(lexicon);
    read_feelings(lexicon);
}

void lexicon_clear(struct lexicon *lexicon)
{
    free(lexicon->stop);
    matcher_free(lexicon->feelings);
    matcher_free(lexicon->negations);
    matcher_free(lexicon->intensities);
    matcher_free(lexicon->causes);
    matcher_free(lexicon->doubts);
    matcher_free(lexicon->denials);
    matcher_free(lexicon->boilerplate);
    tokens_clear(&lexicon->scratch);
}

bool lexicon_is_stop(const struct lexicon *lexicon, int32_t word)
{
    return word >= 0 && (size_t)word < lexicon->stop_count && lexicon->stop[word];
}
