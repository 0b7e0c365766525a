#include "maki/category_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "maki/category_case.h"

/* What the two files of "slot: text" lines may hold. */
static const char *const playbook_slots[] = {"action", "prevention", NULL};
static const char *const synth_slots[] = {"subject", "opening",  "symptom", "detail", "ask",
                                          "reply",   "followup", "closing", "error",  NULL};

struct parse {
    struct category *category;
    const struct category_file *file;
    struct lines lines;
    struct map *seen; /* what may stand only once in the file */
    struct error *err;
};

__attribute__((format(printf, 2, 3))) static int fail(struct parse *p, const char *format, ...)
{
    va_list args;
    char text[400];

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return error_set(p->err, ERR_CONFIG, "BadCategory", "%s:%ld: %s", p->file->path,
                     p->lines.number, text);
}

/* The line of a byte, from 1. */
static long line_at(const char *data, size_t offset)
{
    long line = 1;

    for (size_t i = 0; i < offset; i++)
        line += data[i] == '\n';
    return line;
}

/* All of them are text: a NUL or bytes that are not UTF-8 mean that something else was put there.
 */
static int check_text(struct parse *p)
{
    const char *data = p->file->data;
    size_t valid = utf8_valid_prefix(data, p->file->len);
    const char *nul = memchr(data, '\0', p->file->len);

    if (valid == p->file->len && nul == NULL)
        return 0;
    if (nul != NULL && (size_t)(nul - data) < valid)
        valid = (size_t)(nul - data);
    p->lines.number = line_at(data, valid);
    return fail(p, "invalid UTF-8 or a NUL byte");
}

/* Note a key that the file may hold once. */
static int add_once(struct parse *p, const char *key, size_t len, const char *what)
{
    size_t before = map_count(p->seen);

    if (before >= CATEGORY_ENTRIES_MAX)
        return fail(p, "more than %d entries", CATEGORY_ENTRIES_MAX);
    if (map_add(p->seen, key, len) < before)
        return fail(p, "%s given twice: %.*s", what, (int)(len < 100 ? len : 100), key);
    return 0;
}

static int parse_description(struct parse *p)
{
    const char *start = p->file->data;
    const char *end = start + p->file->len;

    if (end - start >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3;
    while (start < end && strchr(" \t\r\n", *start) != NULL)
        start++;
    while (start < end && strchr(" \t\r\n", end[-1]) != NULL)
        end--;
    p->lines.number = 1;
    if (start == end)
        return fail(p, "empty; describe what belongs into the category");
    if (end - start > CATEGORY_DESCRIPTION_BYTES_MAX)
        return fail(p, "longer than %d bytes; it is sent with every request",
                    CATEGORY_DESCRIPTION_BYTES_MAX);
    p->category->description = mem_strndup(start, (size_t)(end - start));
    return 0;
}

/* A decimal number with up to three digits behind the point; strtod would obey the locale. *end is
 * behind it. */
static bool read_weight(const char *text, const char *limit, double *weight, const char **end)
{
    const char *p = text;
    long thousandths = 0;
    int digits = 0;
    int decimals = -1;
    bool negative = p < limit && *p == '-';

    if (p < limit && (*p == '-' || *p == '+'))
        p++;
    for (; p < limit && ((*p >= '0' && *p <= '9') || (*p == '.' && decimals < 0)); p++) {
        if (*p == '.') {
            decimals = 0;
            continue;
        }
        thousandths = thousandths * 10 + (*p - '0');
        decimals += decimals >= 0;
        if (++digits > 6 || decimals > 3)
            return false;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 3; i++)
        thousandths *= 10;
    *weight = (double)(negative ? -thousandths : thousandths) / 1000.0;
    *end = p;
    return digits > 0 && thousandths <= 100000;
}

/* Lower case (ASCII), one space between words. */
static char *normal_phrase(const char *text, size_t len)
{
    char *phrase = mem_alloc(len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == ' ' || c == '\t') {
            if (n > 0 && phrase[n - 1] != ' ')
                phrase[n++] = ' ';
        } else {
            phrase[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    }
    phrase[n] = '\0';
    return phrase;
}

static int parse_cue(struct parse *p)
{
    struct category *c = p->category;
    const char *end = p->lines.text + p->lines.len;
    const char *at;
    double weight;
    char *phrase;

    if (!read_weight(p->lines.text, end, &weight, &at) || (at < end && *at != '\t' && *at != ' '))
        return fail(p, "no weight: a line is \"weight<TAB>phrase\" with a weight from -100 to 100");
    while (at < end && (*at == '\t' || *at == ' '))
        at++;
    if (at == end)
        return fail(p, "the phrase is empty");
    if (end - at > CATEGORY_CUE_BYTES_MAX)
        return fail(p, "the phrase is longer than %d bytes", CATEGORY_CUE_BYTES_MAX);
    phrase = normal_phrase(at, (size_t)(end - at));
    if (add_once(p, phrase, strlen(phrase), "phrase") < 0) {
        free(phrase);
        return -1;
    }
    c->cues = mem_grow(c->cues, &c->cue_list.cap, c->cue_list.count + 1, sizeof(*c->cues));
    c->cues[c->cue_list.count++] = (struct category_cue){phrase, weight};
    return 0;
}

/* The next field of "a | b | c", without white space around it. */
static char *take_field(const char **at, const char *end)
{
    const char *start = *at;
    const char *bar = memchr(start, '|', (size_t)(end - start));
    const char *stop = bar ? bar : end;

    *at = bar ? bar + 1 : end;
    while (start < stop && (*start == ' ' || *start == '\t'))
        start++;
    while (start < stop && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    return mem_strndup(start, (size_t)(stop - start));
}

static bool is_link_url(const char *url)
{
    if (strncmp(url, "https://", 8) != 0 || url[8] == '\0' || url[8] == '/')
        return false;
    for (const char *p = url; *p; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
            strchr("\"<>\\^`{|}", *p) != NULL)
            return false;
    }
    return true;
}

static bool is_service_list(const char *text)
{
    return *text != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-, ") == strlen(text);
}

/* Blanks around the commas go. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from != ' ')
            *to++ = *from;
    }
    *to = '\0';
}

static int check_link(struct parse *p, const struct category_link *link, const char *rest,
                      size_t len)
{
    if (!is_link_url(link->url))
        return fail(p, "no https:// link: %.100s", link->url);
    if (link->title[0] == '\0')
        return fail(p, "the link has no title: \"link: URL | title | service code prefixes or -\"");
    if (!is_service_list(link->services))
        return fail(p, "the link names no services (\"-\" for the general page): \"link: URL | "
                       "title | services\"");
    return add_once(p, rest, len, "link");
}

static int parse_link(struct parse *p, const char *text, size_t len)
{
    struct category *c = p->category;
    const char *at = text;
    struct category_link link;

    link.url = take_field(&at, text + len);
    link.title = take_field(&at, text + len);
    link.services = take_field(&at, text + len);
    if (check_link(p, &link, text, len) < 0) {
        free(link.url);
        free(link.title);
        free(link.services);
        return -1;
    }
    squeeze(link.services);
    c->links = mem_grow(c->links, &c->link_list.cap, c->link_list.count + 1, sizeof(*c->links));
    c->links[c->link_list.count++] = link;
    return 0;
}

static const char *find_slot(const char *const *slots, const char *text, size_t len)
{
    for (; *slots != NULL; slots++) {
        if (strlen(*slots) == len && memcmp(*slots, text, len) == 0)
            return *slots;
    }
    return NULL;
}

/* A line "slot: text"; in playbook.txt it may be a link. */
static int parse_slot_line(struct parse *p, const char *const *slots)
{
    struct category *c = p->category;
    const char *colon = memchr(p->lines.text, ':', p->lines.len);
    size_t slot_len = colon ? (size_t)(colon - p->lines.text) : p->lines.len;
    const char *slot = find_slot(slots, p->lines.text, slot_len);
    const char *text = colon ? colon + 1 : p->lines.text + p->lines.len;
    const char *end = p->lines.text + p->lines.len;

    if (p->lines.len > CATEGORY_LINE_BYTES_MAX)
        return fail(p, "the line is longer than %d bytes", CATEGORY_LINE_BYTES_MAX);
    while (text < end && (*text == ' ' || *text == '\t'))
        text++;
    if (colon != NULL && slots == playbook_slots && slot_len == 4 &&
        memcmp(p->lines.text, "link", 4) == 0)
        return parse_link(p, text, (size_t)(end - text));
    if (colon == NULL || slot == NULL)
        return fail(p, "unknown slot: %.*s", (int)(slot_len < 60 ? slot_len : 60), p->lines.text);
    if (text == end)
        return fail(p, "the text is empty");
    if (add_once(p, p->lines.text, p->lines.len, "line") < 0)
        return -1;
    c->phrases =
        mem_grow(c->phrases, &c->phrase_list.cap, c->phrase_list.count + 1, sizeof(*c->phrases));
    c->phrases[c->phrase_list.count++] =
        (struct category_phrase){mem_strdup(slot), mem_strndup(text, (size_t)(end - text))};
    return 0;
}

static int parse_lines(struct parse *p)
{
    int status = 0;

    p->seen = map_new();
    lines_init(&p->lines, p->file->data, p->file->len);
    while (status == 0 && lines_next(&p->lines)) {
        if (strcmp(p->file->name, "cues.txt") == 0)
            status = parse_cue(p);
        else
            status = parse_slot_line(p, strcmp(p->file->name, "synth.txt") == 0 ? synth_slots
                                                                                : playbook_slots);
    }
    map_free(p->seen);
    return status;
}

static bool is_case_file(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t end = strlen(suffix);

    return strncmp(name, "case-", 5) == 0 && len > 5 + end && strcmp(name + len - end, suffix) == 0;
}

bool category_file_is_known(const char *name)
{
    return strcmp(name, "desc.txt") == 0 || strcmp(name, "cues.txt") == 0 ||
           strcmp(name, "playbook.txt") == 0 || strcmp(name, "synth.txt") == 0 ||
           is_case_file(name, ".json") || is_case_file(name, ".jsonl");
}

int category_file_parse(struct category *category, const struct category_file *file,
                        struct error *err)
{
    struct parse p = {.category = category, .file = file, .err = err};

    if (file->len > CATEGORY_FILE_BYTES_MAX) {
        p.lines.number = 1;
        return fail(&p, "larger than %d bytes", CATEGORY_FILE_BYTES_MAX);
    }
    if (check_text(&p) < 0)
        return -1;
    if (strcmp(file->name, "desc.txt") == 0)
        return parse_description(&p);
    if (strncmp(file->name, "case-", 5) == 0)
        return category_case_parse(category, file, is_case_file(file->name, ".jsonl"), err);
    return parse_lines(&p);
}
