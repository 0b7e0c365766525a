#include "offline/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { WORDS_BYTES_MAX = 64 << 20, PARTS_MAX = 8 };

/* U+00C0 to U+017F without their accents, in lower case; "" is no letter. */
static const char latin[192][3] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s",
};

void tokens_init(struct token_list *list)
{
    *list = (struct token_list){0};
    list->items =
        mem_grow(NULL, &list->cap, 1, sizeof(*list->items)); /* its end may be asked for */
    buf_init(&list->words, WORDS_BYTES_MAX);
}

void tokens_clear(struct token_list *list)
{
    free(list->items);
    buf_clear(&list->words);
    list->items = NULL;
    list->count = list->cap = 0;
}

void tokens_reset(struct token_list *list)
{
    list->count = 0;
    buf_reset(&list->words);
}

const char *token_word(const struct token_list *list, const struct token *token)
{
    return buf_str(&list->words) + token->word;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9');
}

static bool is_ideographic(uint32_t c)
{
    return (c >= 0x3040 && c <= 0x30ff && c != 0x30fb) || (c >= 0x31f0 && c <= 0x31ff) ||
           (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xff66 && c <= 0xff9f) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3005 ||
           c == 0x3006;
}

/* Beyond Latin: all that is no punctuation, space or symbol is taken for a letter. */
static bool is_letter(uint32_t c)
{
    return c >= 0x180 && !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f) &&
           !(c >= 0xd800 && c <= 0xf8ff) && !(c >= 0xfe00 && c <= 0xfe6f) &&
           !(c >= 0xff00 && c <= 0xff65) && !(c >= 0xfff0 && c <= 0xffff) &&
           !(c >= 0x1f000 && c <= 0x1faff) && c != 0x30fb;
}

/* Greek and Cyrillic capitals; other scripts either have no case or are rare in support cases. */
static uint32_t lower_code(uint32_t c)
{
    if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 0x20;
    return c >= 0x400 && c <= 0x40f ? c + 0x50 : c;
}

/* What a character adds to a word: its bytes in `out`, or 0 if it separates words. *ideograph: it
 * is a word by itself. */
static size_t fold(uint32_t c, char out[4], bool *ideograph)
{
    *ideograph = false;
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0; /* full-width forms of ASCII */
    if (c < 0x80) {
        out[0] = (char)(is_upper((char)c) ? c + 32 : c);
        return is_alnum((char)c);
    }
    if (c >= 0xc0 && c < 0x180) {
        memcpy(out, latin[c - 0xc0], 2);
        return strlen(latin[c - 0xc0]);
    }
    if (!is_letter(c))
        return 0;
    *ideograph = is_ideographic(c);
    c = lower_code(c);
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(c < 0x10000 ? 0xe0 | c >> 12 : 0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> (c < 0x10000 ? 6 : 12) & 0x3f));
    out[2] = (char)(0x80 | (c >> (c < 0x10000 ? 0 : 6) & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return c < 0x10000 ? 3 : 4;
}

static bool ends_with(const char *word, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(word + len - n, end, n) == 0;
}

/*
 * Length without the ending of a plural, changed in place where it needs it. Some words lose an s
 * that is no plural's (status); as they lose it everywhere, that does no harm. Short words are
 * mostly names: aws, sqs, tls.
 */
static size_t plural_stem(char *word, size_t len)
{
    if (len < 4 || word[len - 1] != 's' || !is_lower(word[len - 2]) || word[len - 2] == 's')
        return len;
    if (len > 4 && ends_with(word, len, "ies")) {
        word[len - 3] = 'y';
        return len - 2;
    }
    if (ends_with(word, len, "sses") || ends_with(word, len, "xes") ||
        ends_with(word, len, "ches") || ends_with(word, len, "shes"))
        return len - 2;
    return len - 1;
}

static struct token *add_token(struct token_list *list, size_t start, size_t end)
{
    list->items = mem_grow(list->items, &list->cap, list->count + 1, sizeof(*list->items));
    list->items[list->count] = (struct token){.start = (uint32_t)start,
                                              .end = (uint32_t)end,
                                              .word = (uint32_t)list->words.len,
                                              .id = TOKEN_NONE,
                                              .stem = TOKEN_NONE};
    return &list->items[list->count++];
}

/* The normal form of a word whose letters have no accents any more. */
static void set_word(struct token_list *list, struct token *token, const char *text, size_t len)
{
    char word[TOKEN_WORD_BYTES_MAX] = "";

    if (len > sizeof(word))
        len = sizeof(word);
    for (size_t i = 0; i < len; i++)
        word[i] = (char)(is_upper(text[i]) ? text[i] + 32 : text[i]);
    len = plural_stem(word, len);
    if (buf_add(&list->words, word, len) == 0)
        token->word_len = (uint16_t)len;
}

/* A new part begins at an upper-case letter behind a lower-case one or a digit, or before "Xyz"
 * behind capitals: VPC|Limit. */
static bool is_boundary(const char *text, size_t i, size_t end)
{
    if (!is_upper(text[i]))
        return false;
    if (!is_upper(text[i - 1]))
        return true;
    return i + 2 < end && is_lower(text[i + 1]) && is_lower(text[i + 2]);
}

/* Where the parts of a camel-case name begin: how many there are; 0 if it has fewer than two or a
 * part of one letter. */
static size_t find_parts(const char *text, size_t start, size_t end, size_t at[PARTS_MAX + 1])
{
    size_t count = 1;

    at[0] = start;
    for (size_t i = start + 1; i < end; i++) {
        if (!is_boundary(text, i, end))
            continue;
        if (i - at[count - 1] < 2 || count == PARTS_MAX)
            return 0;
        at[count++] = i;
    }
    at[count] = end;
    return count > 1 && end - at[count - 1] > 1 ? count : 0;
}

/* A word of ASCII letters and digits only, which nearly all are. */
static void add_ascii(struct token_list *list, const char *text, size_t start, size_t end,
                      size_t base)
{
    size_t at[PARTS_MAX + 1];
    size_t parts = end - start <= TOKEN_WORD_BYTES_MAX ? find_parts(text, start, end, at) : 0;
    struct token *whole = add_token(list, base + start, base + end);

    whole->parts = (uint8_t)parts;
    set_word(list, whole, text + start, end - start);
    for (size_t k = 0; k < parts; k++) {
        struct token *part = add_token(list, base + at[k], base + at[k + 1]);

        part->is_part = true;
        set_word(list, part, text + at[k], at[k + 1] - at[k]);
    }
}

/* What stands at a position. */
struct letter {
    size_t size; /* bytes; 1 for an invalid one */
    char out[4]; /* what it adds to a word */
    size_t len;
    bool joins; /* it belongs to a word: a letter or an accent on its own, which is dropped */
    bool ideograph;
};

static struct letter read_letter(const char *text, size_t len)
{
    struct letter letter = {0};
    uint32_t code = 0;

    letter.size = utf8_decode(text, len, &code);
    if (letter.size == 0) {
        letter.size = 1;
        return letter;
    }
    letter.joins = code >= 0x300 && code <= 0x36f;
    if (!letter.joins) {
        letter.len = fold(code, letter.out, &letter.ideograph);
        letter.joins = letter.len > 0;
    }
    return letter;
}

/* A word with other letters than ASCII's in it: the position behind it. */
static size_t add_other(struct token_list *list, const char *text, size_t len, size_t start,
                        size_t base)
{
    char word[TOKEN_WORD_BYTES_MAX];
    size_t used = 0;
    size_t i = start;

    while (i < len) {
        struct letter letter = read_letter(text + i, len - i);

        if (!letter.joins || (letter.ideograph && i > start))
            break;
        if (used + letter.len <= sizeof(word)) {
            memcpy(word + used, letter.out, letter.len);
            used += letter.len;
        }
        i += letter.size;
        if (letter.ideograph)
            break;
    }
    if (used > 0)
        set_word(list, add_token(list, base + start, base + i), word, used);
    return i;
}

void tokens_split(struct token_list *list, const char *text, size_t len, size_t base)
{
    size_t i = 0;

    while (i < len) {
        struct letter letter = {.size = 1};
        size_t start = i;

        while (i < len && is_alnum(text[i]))
            i++;
        if (i < len && (unsigned char)text[i] >= 0x80)
            letter = read_letter(text + i, len - i);
        if (letter.joins && !(letter.ideograph && i > start)) {
            i = add_other(list, text, len, start, base);
        } else {
            if (i > start)
                add_ascii(list, text, start, i, base);
            i += letter.joins ? 0 : letter.size;
        }
    }
}
