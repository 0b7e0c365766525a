#include "offline/prose.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "offline/prose_line.h"

enum { WRAPPED_LINE = 50, SIGNATURE_LINES_MAX = 7, SIGNATURE_LINE_BYTES = 70 };

void sentence_list_clear(struct sentence_list *list)
{
    free(list->items);
    *list = (struct sentence_list){0};
}

struct splitter {
    struct sentence_list *list;
    const char *text;
    size_t len;
    size_t base;
    size_t open;     /* where the sentence that is not closed yet starts */
    size_t open_end; /* and where the text seen of it ends; equal when there is none */
    size_t first;    /* sentences in the list before this message */
    bool fenced;     /* between ``` lines */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void add_sentence(struct splitter *s, size_t start, size_t end, enum prose_kind kind)
{
    while (start < end && is_space(s->text[start]))
        start++;
    while (start < end && is_space(s->text[end - 1]))
        end--;
    if (start == end)
        return;
    s->list->items =
        mem_grow(s->list->items, &s->list->cap, s->list->count + 1, sizeof(*s->list->items));
    s->list->items[s->list->count++] =
        (struct sentence){(uint32_t)(s->base + start), (uint32_t)(s->base + end), kind};
}

static void close_sentence(struct splitter *s)
{
    if (s->open_end > s->open)
        add_sentence(s, s->open, s->open_end, PROSE_TEXT);
    s->open = s->open_end;
}

/* Words that end in a period and do not end a sentence; single letters ("e.g.", "J. Doe") need not
 * be here. */
static bool is_abbreviation(const char *word, size_t len)
{
    static const char *const known[] = {
        "vs",  "approx", "mr",   "mrs",  "ms",  "dr",   "st",   "nr",  "bzw", "ca",
        "sr",  "sra",    "incl", "resp", "fig", "std",  "mio",  "min", "max", "prof",
        "usw", "etc",    "acct", "est",  "ggf", "inkl", "evtl", "avg", NULL};

    for (const char *const *k = known; *k != NULL; k++) {
        if (strlen(*k) == len && strncasecmp(*k, word, len) == 0)
            return true;
    }
    return false;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* True if the period at `at` belongs to the word before it. */
static bool is_inner_period(const struct splitter *s, size_t at)
{
    size_t start = at;

    while (start > s->open && is_word_byte(s->text[start - 1]))
        start--;
    if (at - start == 1 && !(s->text[start] >= '0' && s->text[start] <= '9'))
        return true;
    return is_abbreviation(s->text + start, at - start);
}

/* Marks that may close a sentence behind its period: quotes and brackets. */
static size_t skip_closers(const char *text, size_t at, size_t end)
{
    while (at < end) {
        if (strchr("\"')]*", text[at]) != NULL && text[at] != '\0')
            at++;
        else if (end - at >= 3 && (strncmp(text + at, "\xe2\x80\x9d", 3) == 0 ||
                                   strncmp(text + at, "\xe2\x80\x99", 3) == 0))
            at += 3;
        else
            break;
    }
    return at;
}

/* Where the sentence ends that has a mark at `at` (before `end`): the position behind it, or 0 if
 * it goes on. */
static size_t sentence_end(const struct splitter *s, size_t at, size_t end)
{
    const char *p = s->text + at;
    size_t behind;

    if ((unsigned char)*p >= 0xe3 && end - at >= 3 &&
        (memcmp(p, "\xe3\x80\x82", 3) == 0 || memcmp(p, "\xef\xbc\x81", 3) == 0 ||
         memcmp(p, "\xef\xbc\x9f", 3) == 0)) /* 。！？ */
        return at + 3;
    if (*p != '.' && *p != '!' && *p != '?')
        return 0;
    behind = at + 1;
    while (behind < end && strchr(".!?", s->text[behind]) != NULL && s->text[behind] != '\0')
        behind++;
    behind = skip_closers(s->text, behind, end);
    if (behind < end && !is_space(s->text[behind]))
        return 0; /* v1.27, example.com, 3.5 */
    while (behind < end && is_space(s->text[behind]))
        behind++;
    if (*p == '.' && behind < end && is_inner_period(s, at))
        return 0;
    return behind;
}

/* Read a stretch of text, which ends with its line, into the open sentence. */
static void read_text(struct splitter *s, size_t start, size_t end)
{
    if (s->open_end == s->open)
        s->open = start;
    for (size_t i = start; i < end; i++) {
        size_t behind = sentence_end(s, i, end);

        if (behind == 0 && i - s->open >= SENTENCE_BYTES_MAX &&
            (s->text[i] == ' ' || i - s->open >= SENTENCE_BYTES_MAX + 200))
            behind = s->open + utf8_clip(s->text + s->open, end - s->open, i - s->open);
        if (behind > s->open) {
            s->open_end = behind;
            close_sentence(s);
            i = behind - 1;
        }
    }
    s->open_end = end > s->open ? end : s->open;
}

/* A line goes on with the sentence of the one before if that was wrapped, or if it starts in lower
 * case. */
static bool continues(const struct splitter *s, const struct prose_line *line, size_t last_len)
{
    if (s->open_end == s->open || prose_line_bullet(line) > 0)
        return false;
    if (strchr(":;", s->text[s->open_end - 1]) != NULL)
        return false;
    return (line->text[0] >= 'a' && line->text[0] <= 'z') || last_len >= WRAPPED_LINE;
}

static struct prose_line line_at(const struct splitter *s, size_t start, size_t end)
{
    struct prose_line line = {.text = s->text + start};

    while (start < end && is_space(s->text[start]))
        start++;
    while (start < end && is_space(s->text[end - 1]))
        end--;
    line.indent = (size_t)(s->text + start - line.text);
    line.text = s->text + start;
    line.len = end - start;
    return line;
}

static size_t line_end(const struct splitter *s, size_t start)
{
    const char *end = start < s->len ? memchr(s->text + start, '\n', s->len - start) : NULL;

    return end ? (size_t)(end - s->text) : s->len;
}

/* Behind a sign-off come a few short lines and then nothing: otherwise it is only a polite
 * sentence. */
static bool is_signature(const struct splitter *s, size_t start)
{
    int lines = 0;

    while (start < s->len) {
        size_t end = line_end(s, start);
        struct prose_line line = line_at(s, start, end);

        if (line.len > SIGNATURE_LINE_BYTES || prose_line_is_quote(&line) ||
            prose_line_opens_quote(&line))
            return prose_line_is_quote(&line) || prose_line_opens_quote(&line);
        lines += line.len > 0;
        if (lines > SIGNATURE_LINES_MAX)
            return false;
        start = end + 1;
    }
    return true;
}

/* A name alone on the last line is a signature without a sign-off. */
static bool is_name(const struct splitter *s, const struct prose_line *line, size_t next)
{
    size_t words = 1;

    if (line->len > 40 || line_at(s, next < s->len ? next : s->len, s->len).len > 0)
        return false;
    for (size_t i = 0; i < line->len; i++) {
        bool starts = i == 0 || line->text[i - 1] == ' ';

        if (strchr("?!:0123456789\"", line->text[i]) != NULL && line->text[i] != '\0')
            return false;
        words += line->text[i] == ' ';
        if (starts && line->text[i] >= 'a' && line->text[i] <= 'z')
            return false;
    }
    return words <= 4 && words >= 2 && line->text[line->len - 1] != '.';
}

/* Nothing of the message has been read yet. */
static bool is_first(const struct splitter *s)
{
    return s->list->count == s->first && s->open_end == s->open;
}

/* The kind of a line that stands for itself, and PROSE_TEXT for those that make sentences. */
static enum prose_kind line_kind(struct splitter *s, const struct prose_line *line, size_t next)
{
    if (line->len == 0)
        return PROSE_TEXT;
    if (prose_line_is_quote(line))
        return PROSE_QUOTE;
    if (prose_line_is_sign_off(line) && is_signature(s, next))
        return is_first(s) ? PROSE_TEXT : PROSE_SIGNATURE; /* a message may be thanks alone */
    if (line->len >= 3 && strncmp(line->text, "```", 3) == 0) {
        s->fenced = !s->fenced;
        return PROSE_LOG;
    }
    if (s->fenced || prose_line_is_log(line))
        return PROSE_LOG;
    return s->list->count > s->first && is_name(s, line, next) ? PROSE_SIGNATURE : PROSE_TEXT;
}

static void read_prose_line(struct splitter *s, const struct prose_line *line, size_t last_len)
{
    size_t start = (size_t)(line->text - s->text);
    size_t greeting = is_first(s) ? prose_line_greeting(line) : 0;

    if (!continues(s, line, last_len))
        close_sentence(s);
    if (greeting > 0)
        add_sentence(s, start, start + greeting, PROSE_GREETING);
    else
        greeting = prose_line_bullet(line);
    if (s->open_end == s->open)
        s->open = s->open_end = start + greeting;
    read_text(s, start + greeting, start + line->len);
}

void prose_split(struct sentence_list *list, const char *text, size_t len, size_t base)
{
    struct splitter s = {
        .list = list, .text = text, .len = len, .base = base, .first = list->count};
    size_t last_len = 0;

    for (size_t start = 0; start < len;) {
        size_t end = line_end(&s, start);
        struct prose_line line = line_at(&s, start, end);
        enum prose_kind kind = line_kind(&s, &line, end + 1);

        if (line.len > 0 && prose_line_opens_quote(&line)) {
            close_sentence(&s);
            add_sentence(&s, start, len, PROSE_QUOTE);
            break;
        }
        if (line.len == 0 || kind != PROSE_TEXT)
            close_sentence(&s);
        if (kind == PROSE_SIGNATURE) {
            add_sentence(&s, start, len, kind);
            break;
        }
        if (kind != PROSE_TEXT)
            add_sentence(&s, start, end, kind);
        else if (line.len > 0)
            read_prose_line(&s, &line, last_len);
        last_len = line.len;
        start = end + 1;
    }
    close_sentence(&s);
}
