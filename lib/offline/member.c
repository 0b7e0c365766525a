#include "offline/member.h"

#include <string.h>

struct cursor {
    const char *text;
    size_t at, len;
};

static void skip_space(struct cursor *c)
{
    while (c->at < c->len && strchr(" \t\r\n", c->text[c->at]) != NULL)
        c->at++;
}

/* Behind the closing quote of the string that starts here. */
static void skip_string(struct cursor *c)
{
    for (c->at++; c->at < c->len && c->text[c->at] != '"'; c->at++)
        c->at += c->text[c->at] == '\\';
    c->at++;
}

/* Behind the value that starts here: valid JSON needs no more than counting brackets. */
static void skip_value(struct cursor *c)
{
    int depth = 0;

    while (c->at < c->len) {
        char ch = c->text[c->at];
        bool opens = ch == '{' || ch == '[';
        bool closes = ch == '}' || ch == ']';

        if (depth == 0 && (ch == ',' || closes))
            return; /* behind a number or a word */
        if (ch == '"')
            skip_string(c);
        else
            c->at++;
        depth += opens - closes;
        if (depth == 0 && (ch == '"' || closes))
            return;
    }
}

/* Read a member's name and the colon behind it: where the name stands. */
static struct member_place read_name(struct cursor *c)
{
    struct member_place name = {c->at + 1, 0};

    skip_string(c);
    name.end = c->at - 1;
    skip_space(c);
    c->at++;
    skip_space(c);
    return name;
}

bool member_find(const char *text, size_t len, const char *name, struct member_place *place)
{
    struct cursor c = {text, 0, len};

    skip_space(&c);
    c.at++; /* the opening bracket */
    for (;;) {
        struct member_place own;

        skip_space(&c);
        if (c.at >= len || text[c.at] != '"')
            return false;
        own = read_name(&c);
        place->start = c.at;
        skip_value(&c);
        place->end = c.at;
        if (own.end - own.start == strlen(name) &&
            memcmp(text + own.start, name, strlen(name)) == 0)
            return true;
        skip_space(&c);
        c.at++; /* the comma, or the closing bracket and then the end */
    }
}
