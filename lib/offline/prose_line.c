#include "offline/prose_line.h"

#include <string.h>
#include <strings.h>

enum { SHORT_LINE = 60 };

/* Lower case; each is met at the start of a line, up to a word's end. */
static const char *const greetings[] = {
    "hello",
    "hi",
    "hey",
    "dear",
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "greetings",
    "morning",
    "hola",
    "buenos d",
    "buenas",
    "estimad",
    "hallo",
    "guten tag",
    "guten morgen",
    "guten abend",
    "sehr geehrte",
    "moin",
    "liebe",
    "bonjour",
    "bonsoir",
    "ch\xc3\xa8r",
    "madame",
    "ol\xc3\xa1",
    "bom dia",
    "boa tarde",
    "boa noite",
    "prezad",
    "car",
    "\xe3\x81\x8a\xe4\xb8\x96\xe8\xa9\xb1\xe3\x81\xab\xe3\x81\xaa", /* お世話にな */
    "\xe3\x81\x84\xe3\x81\xa4\xe3\x82\x82\xe3\x81\x8a\xe4\xb8\x96", /* いつもお世 */
    "\xe6\x8b\x85\xe5\xbd\x93\xe8\x80\x85",                         /* 担当者 */
    NULL,
};

static const char *const sign_offs[] = {
    "best regards",
    "kind regards",
    "warm regards",
    "with kind regards",
    "with best regards",
    "regards",
    "best wishes",
    "best",
    "many thanks",
    "thanks",
    "thank you",
    "thx",
    "cheers",
    "sincerely",
    "yours",
    "br",
    "rgds",
    "respectfully",
    "with regards",
    "mit freundlichen",
    "freundliche",
    "viele gr",
    "beste gr",
    "gr\xc3\xbc\xc3\x9f",
    "herzliche gr",
    "mfg",
    "vielen dank",
    "saludos",
    "un saludo",
    "atentamente",
    "cordialmente",
    "gracias",
    "cordialement",
    "bien cordialement",
    "bien \xc3\xa0 vous",
    "merci",
    "salutations",
    "sinc\xc3\xa8res",
    "atenciosamente",
    "obrigad",
    "abra\xc3\xa7os",
    "cumprimentos",
    "\xe3\x82\x88\xe3\x82\x8d\xe3\x81\x97\xe3\x81\x8f", /* よろしく */
    "\xe4\xbb\xa5\xe4\xb8\x8a",                         /* 以上 */
    NULL,
};

static bool starts_with(const struct prose_line *line, const char *start)
{
    size_t len = strlen(start);

    return line->len >= len && strncasecmp(line->text, start, len) == 0;
}

static bool ends_with(const struct prose_line *line, const char *end)
{
    size_t len = strlen(end);

    return line->len >= len && strncasecmp(line->text + line->len - len, end, len) == 0;
}

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of the longest of the openings that the line starts with. */
static size_t longest_opening(const struct prose_line *line, const char *const *openings)
{
    size_t best = 0;

    for (; *openings != NULL; openings++) {
        size_t len = strlen(*openings);

        if (len > best && starts_with(line, *openings))
            best = len;
    }
    return best;
}

static size_t count_words(const char *text, size_t len)
{
    size_t words = 0;
    bool inside = false;

    for (size_t i = 0; i < len; i++) {
        bool space = text[i] == ' ' || text[i] == '\t';

        words += !space && !inside;
        inside = !space;
    }
    return words;
}

bool prose_line_is_quote(const struct prose_line *line)
{
    return line->len > 0 && (line->text[0] == '>' ||
                             (line->text[0] == '|' && line->len > 1 && line->text[1] == ' '));
}

/* Nothing but dashes and spaces. */
static bool is_rule(const struct prose_line *line)
{
    for (size_t i = 0; i < line->len; i++) {
        if (line->text[i] != '-' && line->text[i] != ' ')
            return false;
    }
    return true;
}

bool prose_line_opens_quote(const struct prose_line *line)
{
    if (starts_with(line, "-----") && (ends_with(line, "-----") || ends_with(line, "----")))
        return !is_rule(line);
    if (starts_with(line, "________________"))
        return true;
    if (line->len == 0 || line->text[line->len - 1] != ':')
        return false;
    return (starts_with(line, "on ") && ends_with(line, " wrote:")) ||
           (starts_with(line, "am ") && ends_with(line, ":") &&
            memmem(line->text, line->len, "schrieb", 7) != NULL) ||
           (starts_with(line, "el ") && memmem(line->text, line->len, "escribi", 7) != NULL) ||
           (starts_with(line, "le ") && memmem(line->text, line->len, "crit", 4) != NULL) ||
           (starts_with(line, "em ") && memmem(line->text, line->len, "escreveu", 8) != NULL);
}

/* What follows the opening is a name or a word or two ("Thanks again, Jo"), not a statement
 * ("Thanks, it works"). */
static bool is_name_or_little(const char *text, size_t len)
{
    size_t plain = 0;
    bool behind_mark = false;

    for (size_t i = 0; i < len; i++) {
        bool starts = i == 0 || text[i - 1] == ' ';

        if (starts && text[i] >= 'a' && text[i] <= 'z')
            plain += behind_mark ? 3 : 1;
        if (text[i] == '?')
            return false;
        behind_mark = behind_mark || strchr(",.!;:", text[i]) != NULL;
    }
    return plain <= 2 && count_words(text, len) <= 4;
}

bool prose_line_is_sign_off(const struct prose_line *line)
{
    size_t opening;

    if (line->len > SHORT_LINE)
        return false;
    if (line->len <= 3 && starts_with(line, "--"))
        return true;
    opening = longest_opening(line, sign_offs);
    if (opening == 0 ||
        (line->len > opening && is_ascii_letter(line->text[opening]) && opening < 4))
        return false;
    return is_name_or_little(line->text + opening, line->len - opening);
}

/* Where the greeting's comma (or other mark) stands, within the first few words; 0 if there is
 * none. */
static size_t greeting_end(const struct prose_line *line)
{
    for (size_t i = 0; i < line->len && i < SHORT_LINE; i++) {
        bool last = i + 1 == line->len;

        if ((line->text[i] == ',' || line->text[i] == '!' || line->text[i] == ':') &&
            (last || line->text[i + 1] == ' '))
            return count_words(line->text, i) <= 5 ? i + 1 : 0;
        if (line->text[i] == '.' && (last || line->text[i + 1] == ' '))
            return count_words(line->text, i) <= 3 ? i + 1 : 0;
        if (strncmp(line->text + i, "\xe3\x80\x82", 3) == 0) /* 。 */
            return i + 3;
    }
    return 0;
}

size_t prose_line_greeting(const struct prose_line *line)
{
    size_t opening = longest_opening(line, greetings);
    size_t end;

    if (opening == 0)
        return 0;
    if (line->len > opening && opening <= 4 && is_ascii_letter(line->text[opening]) &&
        !starts_with(line, "car"))
        return 0; /* "history", "heyday" */
    if (starts_with(line, "car") && !starts_with(line, "caro") && !starts_with(line, "cara"))
        return 0;
    end = greeting_end(line);
    if (end == 0 && count_words(line->text, line->len) <= 4)
        end = line->len;
    while (end > 0 && end < line->len && line->text[end] == ' ')
        end++;
    return end;
}

size_t prose_line_bullet(const struct prose_line *line)
{
    size_t i = 0;

    if (line->len < 3)
        return 0;
    if (strchr("-*+", line->text[0]) != NULL && line->text[1] == ' ')
        return 2;
    if (strncmp(line->text, "\xe2\x80\xa2", 3) == 0) /* • */
        return line->text[3] == ' ' ? 4 : 3;
    i += line->text[0] == '(';
    while (i < line->len && i < 4 && line->text[i] >= '0' && line->text[i] <= '9')
        i++;
    if (i == (line->text[0] == '(') || i + 1 >= line->len)
        return 0;
    return (line->text[i] == '.' || line->text[i] == ')') && line->text[i + 1] == ' ' ? i + 2 : 0;
}

/* A line is program output if it is deeply indented or has as many signs as words. */
bool prose_line_is_log(const struct prose_line *line)
{
    size_t signs = 0;
    size_t letters = 0;

    if (line->indent >= 4 || starts_with(line, "```") || starts_with(line, "at "))
        return line->indent >= 4 || !starts_with(line, "at ") ||
               memchr(line->text, '(', line->len) != NULL;
    for (size_t i = 0; i < line->len; i++) {
        char c = line->text[i];

        if (is_ascii_letter(c) || (unsigned char)c >= 0x80)
            letters++;
        else if (c != ' ')
            signs += strchr("{}[]<>=;|\\/_$#@*+%&^~\"", c) != NULL && c != '\0';
    }
    return line->len >= 12 && signs * 6 > letters && signs >= 4;
}
