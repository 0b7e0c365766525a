#include "json/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CHUNK_BYTES = 65536 };

struct jsonl {
    struct input *in;
    struct buf text;  /* the current line or document */
    struct buf ahead; /* read from the input; [used, len) is still to come */
    size_t used;
    long next_line; /* number of the line that comes next */
    long line;      /* where the current value starts */
    bool documents;
    bool ended;
    bool too_long; /* the current line passed the maximum */
    bool repaired;
};

static struct jsonl *new_reader(struct input *in, const struct jsonl_options *options)
{
    struct jsonl *reader = mem_calloc(1, sizeof(*reader));

    reader->in = in;
    reader->next_line = 1;
    reader->documents = options && options->documents;
    buf_init(&reader->text,
             options && options->line_bytes_max ? options->line_bytes_max : JSONL_LINE_MAX_DEFAULT);
    buf_init(&reader->ahead, CHUNK_BYTES);
    return reader;
}

struct jsonl *jsonl_open(const char *path, const struct jsonl_options *options, struct error *err)
{
    struct input *in = input_open(path, err);

    return in ? new_reader(in, options) : NULL;
}

struct jsonl *jsonl_open_source(const struct input_source *source, const char *name,
                                const struct jsonl_options *options)
{
    return new_reader(input_open_source(source, name), options);
}

static int refill(struct jsonl *r, struct error *err)
{
    char *room;
    ssize_t got;

    buf_reset(&r->ahead);
    r->used = 0;
    room = buf_room(&r->ahead, CHUNK_BYTES);
    got = input_read(r->in, room, CHUNK_BYTES, err);
    if (got < 0)
        return -1;
    buf_commit(&r->ahead, (size_t)got);
    r->ended = got == 0;
    return 0;
}

/* Append the rest of the current line, without its LF, to the text: 1, 0 at the end of the input,
 * -1. */
static int read_line(struct jsonl *r, struct error *err)
{
    bool any = false;

    for (;;) {
        const char *from;
        const char *newline;
        size_t left;

        if (r->used == r->ahead.len && !r->ended && refill(r, err) < 0)
            return -1;
        left = r->ahead.len - r->used;
        if (left == 0) {
            r->next_line += any;
            return any;
        }
        any = true;
        from = r->ahead.data + r->used;
        newline = memchr(from, '\n', left);
        if (newline != NULL)
            left = (size_t)(newline - from);
        if (buf_add(&r->text, from, left) < 0)
            r->too_long = true;
        r->used += left + (newline != NULL);
        if (newline != NULL) {
            r->next_line++;
            return 1;
        }
    }
}

/* Not by strchr, which finds a NUL in any string. */
static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool opens_document(const struct buf *text)
{
    return text->len == 1 && (*text->data == '{' || *text->data == '[');
}

static void trim_end(struct buf *text)
{
    size_t len = text->len;

    while (len > 0 && is_space(text->data[len - 1]))
        len--;
    buf_truncate(text, len);
}

static bool is_blank(const struct buf *text)
{
    return text->len == 0 || strspn(text->data, " \t\r") == text->len;
}

static int too_long(struct jsonl *r, struct error *err)
{
    return error_set(err, ERR_DATA, "LineTooLong",
                     "%s:%ld: the line is longer than %zu bytes; see --max-line", input_name(r->in),
                     r->line, r->text.max);
}

/* A next line that is not blank. */
static enum jsonl_status next_text(struct jsonl *r, struct error *err)
{
    do {
        int status;

        /* one huge line is not to hold memory for the rest of the input */
        if (r->text.cap > 4 * CHUNK_BYTES)
            buf_clear(&r->text);
        buf_reset(&r->text);
        r->too_long = false;
        r->line = r->next_line;
        status = read_line(r, err);
        if (status <= 0)
            return status < 0 ? JSONL_FAILED : JSONL_END;
        if (r->line == 1 && r->text.len >= 3 && memcmp(r->text.data, "\xef\xbb\xbf", 3) == 0)
            buf_consume(&r->text, 3);
    } while (!r->too_long && is_blank(&r->text));
    if (r->too_long) {
        too_long(r, err);
        return JSONL_BAD;
    }
    trim_end(&r->text);
    return JSONL_VALUE;
}

enum jsonl_status jsonl_next_line(struct jsonl *reader, struct error *err)
{
    return next_text(reader, err);
}

/*
 * The text is a lone opening bracket: take lines up to the closing bracket at the start of one, as
 * printers write it. Of a value that is too long the rest is passed over, so that it is one bad
 * value and not one for each of its lines.
 */
static int read_document(struct jsonl *r, struct error *err)
{
    char close = *r->text.data == '{' ? '}' : ']';
    bool over = false;

    for (;;) {
        size_t start;
        int status;

        if (r->too_long) {
            over = true;
            r->too_long = false;
            r->text.full = false;
            buf_truncate(&r->text, r->text.max / 2);
        }
        buf_addc(&r->text, '\n');
        start = r->text.len;
        status = read_line(r, err);
        if (status < 0)
            return -1;
        /* at the end of the input, parsing says that the text is cut */
        if (status == 0 || (r->text.len > start && r->text.data[start] == close)) {
            r->too_long |= over;
            return r->too_long ? too_long(r, err) : 0;
        }
    }
}

enum jsonl_status jsonl_next(struct jsonl *r, jv *value, struct error *err)
{
    enum jsonl_status status = next_text(r, err);

    if (status != JSONL_VALUE)
        return status;
    if (r->documents && opens_document(&r->text) && read_document(r, err) < 0)
        return r->too_long ? JSONL_BAD : JSONL_FAILED;
    *value = json_parse(r->text.data, r->text.len, &r->repaired, err);
    if (jv_is_valid(*value))
        return JSONL_VALUE;
    error_prefix(err, "%s:%ld", input_name(r->in), r->line);
    return JSONL_BAD;
}

const char *jsonl_text(const struct jsonl *reader, size_t *len)
{
    *len = reader->text.len;
    return buf_str(&reader->text);
}

long jsonl_line(const struct jsonl *reader)
{
    return reader->line;
}

bool jsonl_repaired(const struct jsonl *reader)
{
    return reader->repaired;
}

const char *jsonl_name(const struct jsonl *reader)
{
    return input_name(reader->in);
}

void jsonl_close(struct jsonl *reader)
{
    if (reader == NULL)
        return;
    input_close(reader->in);
    buf_clear(&reader->text);
    buf_clear(&reader->ahead);
    free(reader);
}
