#include "aws/canonical.h"

#include <string.h>
#include <strings.h>

#include "base/uri.h"

/* What is wrong with a request is our own mistake, or that of whoever named a key or a header. */
static int refuse(struct error *err, const char *what)
{
    error_set(err, ERR_DATA, "InvalidRequest", "a request cannot be signed: %s", what);
    return -1;
}

/* One segment, behind what `out` holds from `start` on; ".." takes the segment before it away. */
static void add_segment(struct buf *out, size_t start, const char *text, size_t len)
{
    if (len == 0 || (len == 1 && *text == '.'))
        return;
    if (len == 2 && text[0] == '.' && text[1] == '.') {
        while (out->len > start && out->data[out->len - 1] != '/')
            buf_truncate(out, out->len - 1);
        if (out->len > start)
            buf_truncate(out, out->len - 1);
        return;
    }
    buf_addc(out, '/');
    uri_encode(out, text, len, "");
}

int canonical_path(struct buf *out, const char *path, bool verbatim, struct error *err)
{
    size_t start = out->len;
    const char *p = path;

    if (*path != '\0' && *path != '/')
        return refuse(err, "its path does not start with a slash");
    if (!uri_is_visible(path) || strpbrk(path, "?#") != NULL)
        return refuse(err, "its path is not percent-encoded");
    if (verbatim && *path != '\0') {
        buf_adds(out, path);
        return 0;
    }
    while (*p == '/') {
        size_t len = strcspn(++p, "/");

        add_segment(out, start, p, len);
        p += len;
    }
    /* A slash at the end stays, and stands for the whole path where no segment does. */
    if (out->len == start || p[-1] == '/')
        buf_addc(out, '/');
    return 0;
}

/* A parameter in canonical form, by offsets: the text moves as it grows. */
struct param {
    size_t key, key_len;
    size_t value, value_len;
};

struct params {
    struct param items[CANONICAL_PARAMS_MAX]; /* sorted */
    size_t count;
    struct buf text;  /* "key=value" after "key=value" */
    struct buf plain; /* scratch */
};

/* Bytewise, a text before those it is the start of. */
static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_params(const char *text, const struct param *a, const struct param *b)
{
    int order = compare(text + a->key, a->key_len, text + b->key, b->key_len);

    return order ? order : compare(text + a->value, a->value_len, text + b->value, b->value_len);
}

/* Append the canonical form of a key or a value to the text: its length there. */
static size_t add_recoded(struct params *params, const char *wire, size_t len)
{
    size_t start = params->text.len;

    buf_reset(&params->plain);
    uri_decode(&params->plain, wire, len, true);
    uri_encode(&params->text, buf_str(&params->plain), params->plain.len, "");
    return params->text.len - start;
}

/* "key=value" or "key", into its place. There are few: no query of ours has more than ten. */
static void add_param(struct params *params, const char *wire, size_t len)
{
    const char *equals = memchr(wire, '=', len);
    size_t key_len = equals ? (size_t)(equals - wire) : len;
    struct param param = {.key = params->text.len};
    size_t at = params->count++;

    param.key_len = add_recoded(params, wire, key_len);
    buf_addc(&params->text, '=');
    param.value = params->text.len;
    param.value_len = equals ? add_recoded(params, equals + 1, len - key_len - 1) : 0;
    for (; at > 0 && compare_params(buf_str(&params->text), &param, &params->items[at - 1]) < 0;
         at--)
        params->items[at] = params->items[at - 1];
    params->items[at] = param;
}

static int read_params(struct params *params, const char *query, struct error *err)
{
    while (*query != '\0') {
        size_t len = strcspn(query, "&");

        if (len > 0 && params->count == CANONICAL_PARAMS_MAX)
            return refuse(err, "its query has too many parameters");
        if (len > 0)
            add_param(params, query, len);
        query += len;
        query += *query == '&';
    }
    return 0;
}

int canonical_query(struct buf *out, const char *query, struct error *err)
{
    struct params params;
    int status;

    if (!uri_is_visible(query) || strchr(query, '#') != NULL)
        return refuse(err, "its query is not percent-encoded");
    params.count = 0;
    /* Each byte becomes three at most, and each parameter gets a '='. */
    buf_init(&params.text, 4 * strlen(query) + 1);
    buf_init(&params.plain, strlen(query) + 1);
    status = read_params(&params, query, err);
    for (size_t i = 0; status == 0 && i < params.count; i++) {
        const struct param *param = &params.items[i];

        if (i > 0)
            buf_addc(out, '&');
        buf_add(out, params.text.data + param->key, param->key_len + 1 + param->value_len);
    }
    buf_clear(&params.text);
    buf_clear(&params.plain);
    return status;
}

/* A token of RFC 9110, section 5.6.2. */
static bool is_header_name(const char *name)
{
    return *name != '\0' && uri_is_visible(name) && strpbrk(name, "\"(),/:;<=>?@[\\]{}") == NULL;
}

/* Nothing that ends a line, here or on the wire. */
static bool is_header_value(const char *value)
{
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static void add_name(struct buf *out, const char *name)
{
    for (; *name; name++)
        buf_addc(out, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
}

static void add_value(struct buf *out, const char *value)
{
    static const char blank[] = " \t";
    const char *word = value + strspn(value, blank);

    while (*word != '\0') {
        size_t len = strcspn(word, blank);
        const char *next = word + len + strspn(word + len, blank);

        buf_add(out, word, len);
        if (*next != '\0')
            buf_addc(out, ' ');
        word = next;
    }
}

/* Sort by name; headers of one name stay in their order. -1 if there are too many, or one cannot be
 * sent. */
static int sort_headers(const struct http_header **sorted, const struct http_header *headers,
                        size_t count, struct error *err)
{
    if (count > CANONICAL_HEADERS_MAX)
        return refuse(err, "it has too many headers");
    for (size_t i = 0; i < count; i++) {
        size_t at = i;

        if (!is_header_name(headers[i].name))
            return refuse(err, "a header has a name that cannot be sent");
        if (!is_header_value(headers[i].value))
            return refuse(err, "a header's value has a control character");
        for (; at > 0 && strcasecmp(headers[i].name, sorted[at - 1]->name) < 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &headers[i];
    }
    return 0;
}

int canonical_headers(struct buf *out, struct buf *names, const struct http_header *headers,
                      size_t count, struct error *err)
{
    const struct http_header *sorted[CANONICAL_HEADERS_MAX];

    if (sort_headers(sorted, headers, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && strcasecmp(sorted[i - 1]->name, sorted[i]->name) == 0;

        if (!again && i > 0) {
            buf_addc(out, '\n');
            buf_addc(names, ';');
        }
        if (!again) {
            add_name(out, sorted[i]->name);
            add_name(names, sorted[i]->name);
        }
        buf_addc(out, again ? ',' : ':');
        add_value(out, sorted[i]->value);
    }
    if (count > 0)
        buf_addc(out, '\n');
    return 0;
}
