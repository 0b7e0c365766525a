#include <stdio.h>
#include <string.h>

#include "aws/profile.h"
#include "aws/profile_store.h"
#include "base/buf.h"

/* profiles_add: the lines of a shared file. */

/* A file that is being read. */
struct parse {
    struct profiles *p;
    const struct profile_text *file;
    long line;
    enum profile_origin origin; /* of the section; NOWHERE if it is none of ours */
    struct buf section;         /* its name */
    struct buf parent;          /* the latest key of the section; empty for none */
    size_t indent;              /* of the line with that key */
    size_t value;               /* that key's place in `values` */
};

/* The lines themselves are never shown: one that is garbled may well be a secret. */
static void note(struct parse *f, const char *what)
{
    if (f->p->problem[0] == '\0')
        snprintf(f->p->problem, sizeof(f->p->problem), "%s:%ld: %s", f->file->name, f->line, what);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

struct span {
    const char *at;
    size_t len;
};

static struct span trim(struct span s)
{
    while (s.len > 0 && is_space(*s.at)) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

static bool is_comment(char c)
{
    return c == '#' || c == ';';
}

/* Without the comment, before whose sign there is white space. */
static struct span without_comment(struct span s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (is_comment(s.at[i]) && is_space(s.at[i - 1]))
            s.len = i;
    }
    return trim(s);
}

static bool equals(struct span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

/* The first word, without which `s` is left. */
static struct span take_word(struct span *s)
{
    struct span word = {.at = s->at};

    while (word.len < s->len && !is_space(s->at[word.len]))
        word.len++;
    *s = trim((struct span){s->at + word.len, s->len - word.len});
    return word;
}

/* "x", or "x y" in quotes of either sort; empty if it is no name. */
static struct span unquote(struct span s)
{
    if (s.len >= 2 && (*s.at == '"' || *s.at == '\'') && s.at[s.len - 1] == *s.at)
        return (struct span){s.at + 1, s.len - 2};
    for (size_t i = 0; i < s.len; i++) {
        if (is_space(s.at[i]))
            s.len = 0;
    }
    return s;
}

static enum profile_origin config_origin(struct span word, struct span rest)
{
    if (equals(word, "default") && rest.len == 0)
        return CONFIG_DEFAULT;
    if (equals(word, "profile"))
        return CONFIG_PROFILE;
    if (equals(word, "sso-session"))
        return CONFIG_SSO_SESSION;
    return equals(word, "services") ? CONFIG_SERVICES : NOWHERE;
}

/* Decide what section begins; `title` is what stands between the brackets. */
static void begin_section(struct parse *f, struct span title)
{
    struct span rest = title;
    struct span word = take_word(&rest);
    struct span name = f->file->credentials ? unquote(title) : unquote(rest);

    f->origin = f->file->credentials ? CREDENTIALS : config_origin(word, rest);
    if (f->origin == CONFIG_DEFAULT)
        name = word;
    if (name.len == 0 || name.len > PROFILE_NAME_BYTES_MAX)
        f->origin = NOWHERE;
    if (f->origin == NOWHERE)
        return;
    buf_reset(&f->section);
    buf_add(&f->section, name.at, name.len);
    profile_place(f->p, f->origin, buf_str(&f->section), "");
}

/* "[title]", and perhaps a comment. */
static void read_section(struct parse *f, struct span line)
{
    const char *close = memchr(line.at, ']', line.len);
    struct span behind;

    f->origin = NOWHERE; /* what follows a damaged title is not the section's before it */
    buf_reset(&f->parent);
    if (close == NULL) {
        note(f, "a section's title without ']' was passed over");
        return;
    }
    behind = trim((struct span){close + 1, (size_t)(line.at + line.len - close - 1)});
    if (behind.len > 0 && !is_comment(*behind.at))
        note(f, "text behind a section's title was passed over");
    begin_section(f, trim((struct span){line.at + 1, (size_t)(close - line.at - 1)}));
}

static char to_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Take "key = value" apart: append the key to `name` in lower case. False if it is none. */
static bool read_pair(struct parse *f, struct span line, struct buf *name, struct span *value)
{
    const char *equals_sign = memchr(line.at, '=', line.len);
    struct span key = {.at = line.at, .len = equals_sign ? (size_t)(equals_sign - line.at) : 0};

    key = trim(key);
    if (equals_sign == NULL || key.len == 0) {
        note(f, "a line that is not \"key = value\" was passed over");
        return false;
    }
    for (size_t i = 0; i < key.len; i++)
        buf_addc(name, to_lower(key.at[i]));
    value->at = equals_sign + 1;
    value->len = (size_t)(line.at + line.len - value->at);
    *value = without_comment(*value);
    if (buf_full(name))
        note(f, "a key that is too long was passed over");
    return !buf_full(name);
}

static void read_property(struct parse *f, struct span line, size_t indent)
{
    struct span value;

    buf_reset(&f->parent);
    if (!read_pair(f, line, &f->parent, &value)) {
        buf_reset(&f->parent);
        return;
    }
    f->indent = indent;
    f->value = profile_place(f->p, f->origin, buf_str(&f->section), buf_str(&f->parent));
    profile_set(f->p, f->value, value.at, value.len);
}

static void read_nested(struct parse *f, struct span line)
{
    struct buf name;
    struct span value;

    buf_init(&name, PROFILE_NAME_BYTES_MAX);
    buf_addf(&name, "%s.", buf_str(&f->parent));
    if (read_pair(f, line, &name, &value))
        profile_set(f->p, profile_place(f->p, f->origin, buf_str(&f->section), buf_str(&name)),
                    value.at, value.len);
    buf_clear(&name);
}

static void read_line(struct parse *f, struct span whole)
{
    struct span line = trim(whole);
    size_t indent = (size_t)(line.at - whole.at);

    if (line.len == 0 || is_comment(*line.at))
        return;
    if (f->parent.len > 0 && indent > f->indent) {
        if (f->p->values[f->value] != NULL)
            profile_append(f->p, f->value, line.at, line.len);
        else
            read_nested(f, line);
    } else if (*line.at == '[') {
        read_section(f, line);
    } else if (f->origin != NOWHERE) {
        read_property(f, line, indent);
    }
}

static void read_lines(struct parse *f, const char *text, size_t len)
{
    const char *end = text + len;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));

        if (stop == NULL)
            stop = end;
        f->line++;
        read_line(f, (struct span){text, (size_t)(stop - text)});
        text = stop < end ? stop + 1 : end;
    }
}

void profiles_add(struct profiles *p, const struct profile_text *text)
{
    struct parse f = {.p = p, .file = text};

    buf_init(&f.section, PROFILE_NAME_BYTES_MAX);
    buf_init(&f.parent, PROFILE_NAME_BYTES_MAX);
    read_lines(&f, text->text, text->len);
    buf_clear(&f.section);
    buf_clear(&f.parent);
}
