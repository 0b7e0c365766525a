#include "aws/xml.h"

#include <stdint.h>
#include <string.h>

void xml_init(struct xml *x, const char *text, size_t len)
{
    size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    memset(x, 0, sizeof(*x));
    x->start = text;
    x->at = text + mark;
    x->end = text + len;
    buf_init_secret(&x->text, XML_TEXT_BYTES_MAX);
}

void xml_clear(struct xml *x)
{
    buf_clear(&x->text);
}

/* Nothing of the document is shown: it may hold a secret. */
static enum xml_event bad(struct xml *x, struct error *err, const char *what)
{
    error_set(err, ERR_DATA, "InvalidXml", "invalid XML at byte %zu: %s",
              (size_t)(x->at - x->start), what);
    x->end = x->at; /* and so it is from now on */
    x->open = 1;
    x->empty = false;
    return XML_BAD;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What ends a name. Which other characters may be in one is not looked at. */
static bool is_name_end(char c)
{
    return is_space(c) || strchr("/>=<&\"'", c) != NULL; /* so does NUL */
}

static bool starts(const struct xml *x, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(x->end - x->at) >= len && memcmp(x->at, text, len) == 0;
}

static void skip_space(struct xml *x)
{
    while (x->at < x->end && is_space(*x->at))
        x->at++;
}

/*
 * Move behind the next `mark` that stands at least `skipped` bytes from here; false if there is
 * none.
 */
static bool skip_past(struct xml *x, size_t skipped, const char *mark)
{
    const char *from = x->at + skipped;
    const char *found = memmem(from, (size_t)(x->end - from), mark, strlen(mark));

    if (found == NULL)
        return false;
    x->at = found + strlen(mark);
    return true;
}

/* The name that stands `skipped` bytes from here. */
static struct xml_name take_name(struct xml *x, size_t skipped)
{
    struct xml_name name = {.at = x->at + skipped};

    x->at = name.at;
    while (x->at < x->end && !is_name_end(*x->at))
        x->at++;
    name.len = (size_t)(x->at - name.at);
    return name;
}

static struct xml_name without_prefix(struct xml_name name)
{
    const char *colon = memchr(name.at, ':', name.len);
    size_t skipped = colon ? (size_t)(colon + 1 - name.at) : 0;

    return (struct xml_name){name.at + skipped, name.len - skipped};
}

/* Append with the line ends that XML says are all '\n' (section 2.11). */
static void add_literal(struct xml *x, const char *text, size_t len)
{
    const char *end = text + len;
    const char *cr;

    while ((cr = memchr(text, '\r', (size_t)(end - text))) != NULL) {
        buf_add(&x->text, text, (size_t)(cr - text));
        text = cr + 1;
        if (text == end || *text != '\n')
            buf_addc(&x->text, '\n');
    }
    buf_add(&x->text, text, (size_t)(end - text));
}

static void add_code_point(struct xml *x, uint32_t code)
{
    char bytes[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = len; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)(marks[len] | code);
    buf_add(&x->text, bytes, len);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/*
 * "#38" or "#x26". S3 sends control characters this way though XML 1.0 has none; all but NUL and
 * surrogates pass.
 */
static bool add_numeric(struct xml *x, const char *text, size_t len)
{
    uint32_t base = len > 1 && text[1] == 'x' ? 16 : 10;
    size_t i = base == 16 ? 2 : 1;
    uint32_t code = 0;

    if (i == len)
        return false;
    for (; i < len; i++) {
        uint32_t digit = (uint32_t)digit_value(text[i]);

        code = code * base + digit;
        if (digit >= base || code > 0x10ffff)
            return false;
    }
    if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
        return false;
    add_code_point(x, code);
    return true;
}

/* At '&'. */
static bool take_entity(struct xml *x)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    enum { ENTITY_MAX = 12 };
    const char *name = x->at + 1;
    size_t left = (size_t)(x->end - name);
    const char *end = memchr(name, ';', left < ENTITY_MAX ? left : ENTITY_MAX);
    size_t len = end ? (size_t)(end - name) : 0;

    if (len == 0)
        return false;
    x->at = end + 1;
    if (*name == '#')
        return add_numeric(x, name, len);
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (strlen(entities[i].name) == len && memcmp(entities[i].name, name, len) == 0)
            return buf_addc(&x->text, entities[i].c) == 0;
    }
    x->at = name - 1;
    return false;
}

/* Text up to the next '<'. */
static const char *take_text(struct xml *x)
{
    while (x->at < x->end && *x->at != '<') {
        const char *from = x->at;

        if (*from == '&') {
            if (!take_entity(x))
                return "an unknown or damaged entity";
            continue;
        }
        while (x->at < x->end && *x->at != '<' && *x->at != '&')
            x->at++;
        if (memchr(from, '\0', (size_t)(x->at - from)) != NULL)
            return "a NUL byte";
        add_literal(x, from, (size_t)(x->at - from));
    }
    return buf_full(&x->text) ? "a text is too long" : NULL;
}

static const char *take_cdata(struct xml *x)
{
    static const char head[] = "<![CDATA[";
    const char *from = x->at + sizeof(head) - 1;

    if (!skip_past(x, sizeof(head) - 1, "]]>"))
        return "a CDATA section without end";
    if (memchr(from, '\0', (size_t)(x->at - from)) != NULL)
        return "a NUL byte";
    add_literal(x, from, (size_t)(x->at - 3 - from));
    return buf_full(&x->text) ? "a text is too long" : NULL;
}

/* What stands between elements: text, and what is passed over. Up to the next tag, or the end. */
static const char *take_content(struct xml *x)
{
    while (x->at < x->end) {
        const char *wrong = NULL;

        if (*x->at != '<')
            wrong = take_text(x);
        else if (starts(x, "<![CDATA["))
            wrong = take_cdata(x);
        else if (starts(x, "<!--"))
            wrong = skip_past(x, strlen("<!--"), "-->") ? NULL : "a comment without end";
        else if (starts(x, "<?"))
            wrong =
                skip_past(x, strlen("<?"), "?>") ? NULL : "a processing instruction without end";
        else if (starts(x, "<!"))
            wrong = "a document type definition, which is not accepted";
        else
            return NULL;
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* ` name="value"`, any number of them. */
static const char *skip_attributes(struct xml *x)
{
    for (;;) {
        const char *before = x->at;
        const char *close;

        skip_space(x);
        if (x->at == x->end || *x->at == '>' || *x->at == '/')
            return NULL;
        if (x->at == before || take_name(x, 0).len == 0)
            return "a damaged tag";
        skip_space(x);
        if (x->at == x->end || *x->at++ != '=')
            return "an attribute without value";
        skip_space(x);
        if (x->at == x->end || (*x->at != '"' && *x->at != '\''))
            return "an attribute without quotes";
        close = memchr(x->at + 1, *x->at, (size_t)(x->end - x->at - 1));
        if (close == NULL)
            return "an attribute without end";
        x->at = close + 1;
    }
}

static enum xml_event take_start(struct xml *x, struct error *err)
{
    struct xml_name name = take_name(x, 1);
    const char *wrong;

    if (name.len == 0)
        return bad(x, err, "'<' without a name");
    if (x->open == 0 && x->had_root)
        return bad(x, err, "a second root element");
    if (x->open == XML_DEPTH_MAX)
        return bad(x, err, "elements are nested too deeply");
    wrong = skip_attributes(x);
    if (wrong != NULL)
        return bad(x, err, wrong);
    x->empty = starts(x, "/>");
    if (!x->empty && !starts(x, ">"))
        return bad(x, err, "a tag without end");
    x->at += x->empty ? 2 : 1;
    buf_reset(&x->text); /* what stood before it is nobody's */
    x->name = without_prefix(name);
    x->depth = x->open;
    x->whole[x->open++] = name;
    x->had_root = true;
    return XML_START;
}

static enum xml_event end_element(struct xml *x)
{
    x->depth = --x->open;
    x->name = without_prefix(x->whole[x->depth]);
    x->empty = false;
    return XML_END;
}

static enum xml_event take_end(struct xml *x, struct error *err)
{
    struct xml_name name = take_name(x, 2);
    struct xml_name open = {0};

    if (x->open > 0)
        open = x->whole[x->open - 1];
    if (name.len == 0 || name.len != open.len || memcmp(name.at, open.at, open.len) != 0)
        return bad(x, err, "an end tag without its start");
    skip_space(x);
    if (!starts(x, ">"))
        return bad(x, err, "a tag without end");
    x->at++;
    return end_element(x);
}

static bool is_blank(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        if (!is_space(text->data[i]))
            return false;
    }
    return true;
}

enum xml_event xml_next(struct xml *x, struct error *err)
{
    const char *wrong;

    if (x->empty)
        return end_element(x);
    buf_reset(&x->text);
    wrong = take_content(x);
    if (wrong != NULL)
        return bad(x, err, wrong);
    if (x->open == 0 && !is_blank(&x->text))
        return bad(x, err, "text outside of the root element");
    if (x->at < x->end)
        return starts(x, "</") ? take_end(x, err) : take_start(x, err);
    if (x->open > 0)
        return bad(x, err, "it ends too early");
    return x->had_root ? XML_DONE : bad(x, err, "it is empty");
}

bool xml_is(const struct xml *x, const char *name)
{
    return strlen(name) == x->name.len && memcmp(name, x->name.at, x->name.len) == 0;
}

size_t xml_depth(const struct xml *x)
{
    return x->depth;
}

const char *xml_text(const struct xml *x, size_t *len)
{
    if (len != NULL)
        *len = x->text.len;
    return buf_str(&x->text);
}

/*
 * What is left of the path behind the element that has just begun; NULL if it is not on the path. /
 */
static const char *step(const struct xml *x, const char *path)
{
    size_t len;

    if (path == NULL || *path == '\0')
        return NULL;
    len = strcspn(path, "/");
    if ((len != 1 || *path != '*') && (len != x->name.len || memcmp(path, x->name.at, len) != 0))
        return NULL;
    return path + len + (path[len] == '/');
}

int xml_find(const char *text, size_t len, const char *path, struct buf *out, struct error *err)
{
    const char *left[XML_DEPTH_MAX + 1] = {path}; /* of the path, inside of so many elements */
    struct xml x;
    enum xml_event event;
    int found = 0;

    xml_init(&x, text, len);
    while (found == 0 && (event = xml_next(&x, err)) != XML_DONE) {
        if (event == XML_BAD) {
            found = -1;
        } else if (event == XML_START) {
            left[x.depth + 1] = step(&x, left[x.depth]);
        } else if (left[x.depth + 1] != NULL && *left[x.depth + 1] == '\0') {
            found = 1;
            if (buf_add(out, buf_str(&x.text), x.text.len) < 0)
                found = error_set(err, ERR_DATA, "TooLarge",
                                  "a text in XML is longer than %zu bytes", out->max);
        }
    }
    xml_clear(&x);
    return found;
}
