#include "maki/wordbank.h"

#include <assert.h>
#include <string.h>

#include "base/embed.h"
#include "base/lines.h"
#include "base/mem.h"

static const char *const slot_names[WORDS_COUNT] = {
    [WORDS_TEAM] = "team",
    [WORDS_PERSON] = "person",
    [WORDS_GREETING] = "greeting",
    [WORDS_SIGNOFF] = "signoff",
    [WORDS_IMPACT] = "impact",
    [WORDS_CONTEXT] = "context",
    [WORDS_FILLER] = "filler_reply",
    [WORDS_THANKS] = "thanks",
    [WORDS_ANGER] = "anger",
    [WORDS_NEUTRAL] = "neutral",
    [WORDS_REGION] = "region",
    [WORDS_VERSION] = "version",
    [WORDS_RESOURCE] = "resourcename",
    [WORDS_TYPE] = "instancetype",
    [WORDS_POLITE] = "polite",
};

struct words {
    char **texts;
    size_t count, cap;
};

static struct words bank[WORDS_COUNT];

/* The file is part of the program: a line that does not fit is a mistake in the program, and a unit
 * test looks for it. */
static void add_line(const char *line, size_t len)
{
    size_t name_len = strcspn(line, ":");
    size_t slot = 0;
    struct words *w;

    while (slot < WORDS_COUNT &&
           (strlen(slot_names[slot]) != name_len || memcmp(slot_names[slot], line, name_len) != 0))
        slot++;
    assert(slot < WORDS_COUNT && name_len + 2 < len);
    w = &bank[slot];
    w->texts = mem_grow(w->texts, &w->cap, w->count + 1, sizeof(*w->texts));
    w->texts[w->count++] = mem_strndup(line + name_len + 2, len - name_len - 2);
}

static void load(void)
{
    const struct embedded_file *file = embed_find("synth.txt");
    struct lines lines;

    assert(file != NULL);
    lines_init(&lines, (const char *)file->data, file->size);
    while (lines_next(&lines))
        add_line(lines.text, lines.len);
    for (size_t s = 0; s < WORDS_COUNT; s++)
        assert(bank[s].count > 0);
}

size_t wordbank_count(enum wordbank_slot slot)
{
    if (bank[0].count == 0)
        load();
    return bank[slot].count;
}

const char *wordbank_text(enum wordbank_slot slot, size_t n)
{
    size_t count = wordbank_count(slot);

    return bank[slot].texts[n % count];
}
