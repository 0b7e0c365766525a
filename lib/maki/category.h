#ifndef MAKI_MAKI_CATEGORY_H
#define MAKI_MAKI_CATEGORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"

/*
 * The categories a case can be put into, with what is known about each. One folder a category; its
 * name is the category's: lower-case letters, digits and '-'.
 *
 *   desc.txt      what belongs here and what does not: goes into the model's system prompt
 * (required) case-*.json   an example case each (DescribeCases names); case-*.jsonl: several
 *   cues.txt      "weight<TAB>phrase" lines, for the offline stand-in
 *   playbook.txt  "action: …", "prevention: …", "link: URL | title | service code prefixes or -"
 *   synth.txt     "slot: text" lines, phrases for synthetic cases
 *
 * In all of the .txt files but desc.txt, '#' starts a comment line. Other files are ignored. The
 * folders of share/categories are built into the binary.
 */
enum {
    CATEGORY_COUNT_MAX = 200,
    CATEGORY_NAME_BYTES_MAX = 63,
    CATEGORY_FILE_BYTES_MAX = 4 << 20,
    CATEGORY_DESCRIPTION_BYTES_MAX = 8000, /* it is sent with every request */
    CATEGORY_ENTRIES_MAX = 20000, /* of each kind in one category: cues, phrases, links, examples */
    CATEGORY_CUE_BYTES_MAX = 200,
    CATEGORY_LINE_BYTES_MAX = 4000, /* of playbook.txt and synth.txt */
};

struct category_cue {
    char *phrase;  /* no capital ASCII letters, words separated by one space */
    double weight; /* -100 to 100, in thousandths */
};

struct category_example {
    char *subject;
    char *text; /* the bodies of all communications, one after another, an empty line between */
};

struct category_link {
    char *url;
    char *title;
    char *services; /* comma-separated service code prefixes; "-" for the category's general page */
};

struct category_phrase {
    char *slot;
    char *text;
};

/* A growing list of one of the above. */
struct category_list {
    size_t count, cap;
};

struct category {
    char *name;
    char *description;
    struct category_example *examples;
    struct category_cue *cues;
    struct category_link *links;
    struct category_phrase
        *phrases; /* of playbook.txt ("action", "prevention") and synth.txt, in file order */
    struct category_list example_list, cue_list, link_list, phrase_list;
    char digest[DIGEST_HEX_SIZE]; /* SHA-256 over its files' names and bytes */
};

struct category_set {
    struct category *items; /* sorted by name */
    size_t count, cap;
    char digest[DIGEST_HEX_SIZE]; /* SHA-256 over all of them: names a version of the reference data
                                   */
};

/* The name that a case gets when none of the categories fits; no folder may have it. */
#define CATEGORY_OTHER "other"

/*
 * Load into an uninitialised set. `spec` NULL: the built-in categories; "DIR": those of the folder
 * instead; "+DIR": the built-in ones, with the folder's added, or put in place of those of the same
 * name. -1 with ERR_CONFIG naming file and line (ERR_IO, ERR_PERM where a file cannot be read); the
 * set is then empty.
 */
int category_set_load(struct category_set *set, const char *spec, struct error *err);
void category_set_clear(struct category_set *set);

/*
 * The same for files that came another way, in the order of category and name; those of unknown
 * names are passed over. `where` is for messages; `added`: to the built-in ones.
 */
struct category_source {
    const char *category;
    const char *name; /* in its folder: "cues.txt" */
    const char *path; /* for messages */
    const char *data;
    size_t len;
};
int category_set_load_files(struct category_set *set, const char *where, bool added,
                            const struct category_source *files, size_t count, struct error *err);

/* NULL if there is none of that name. */
const struct category *category_find(const struct category_set *set, const char *name);

/* True for a name in the set and for "other". */
bool category_is_valid(const struct category_set *set, const char *name);

/* The n-th phrase of a slot ("action", "subject", …), counted from 0 and modulo their number; NULL
 * if it has none. */
const char *category_phrase(const struct category *category, const char *slot, size_t n);
size_t category_phrase_count(const struct category *category, const char *slot);

#endif
