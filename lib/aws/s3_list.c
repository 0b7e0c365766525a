#include "aws/s3_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3_error.h"
#include "aws/xml.h"
#include "base/mem.h"
#include "base/uri.h"

enum {
    WAIT_MS = 1000,
    KEYS_MAX = 1000,           /* what S3 gives at most; a page of more is no answer to us */
    TEXT_BYTES_MAX = 16 << 20, /* of a page's keys and ETags, encoded */
    TOKEN_BYTES_MAX = 8 << 10,
    KEY_BYTES_MAX = 64 << 10, /* decoded */
    ENCODING_BYTES_MAX = 16,
};

/* Offsets into the page's text. */
struct place {
    size_t key, key_len, etag;
    int64_t size;
};

struct page {
    struct buf text;
    struct place *places;
    size_t count, cap;
    struct buf token; /* of the page behind it; empty for the last one */
    bool encoded;
    bool truncated;
};

struct s3_list {
    struct http_transport *transport;
    char *bucket;
    char *prefix;
    struct s3_request request;
    struct page pages[2];
    struct page *current;
    size_t next; /* in it */
    struct buf key;
    char *start_after;
    struct buf asked_token; /* of the request under way */
    bool asked, arrived, ended, abandoned;
    struct error err; /* why it did not arrive; ERR_NONE if it did */
};

static void page_init(struct page *page)
{
    buf_init(&page->text, TEXT_BYTES_MAX);
    buf_init(&page->token, TOKEN_BYTES_MAX);
}

static void page_clear(struct page *page)
{
    buf_clear(&page->text);
    buf_clear(&page->token);
    free(page->places);
}

struct s3_list *s3_list_new(struct http_transport *transport, const char *bucket,
                            const char *prefix)
{
    struct s3_list *list = mem_calloc(1, sizeof(*list));

    list->transport = transport;
    list->bucket = mem_strdup(bucket);
    list->prefix = mem_strdup(prefix);
    s3_request_init(&list->request);
    page_init(&list->pages[0]);
    page_init(&list->pages[1]);
    list->current = &list->pages[0];
    buf_init(&list->key, KEY_BYTES_MAX);
    buf_init(&list->asked_token, TOKEN_BYTES_MAX);
    return list;
}

static void destroy(struct s3_list *list)
{
    s3_request_clear(&list->request);
    page_clear(&list->pages[0]);
    page_clear(&list->pages[1]);
    buf_clear(&list->key);
    buf_clear(&list->asked_token);
    free(list->start_after);
    free(list->bucket);
    free(list->prefix);
    free(list);
}

static struct page *other(struct s3_list *list)
{
    return list->current == &list->pages[0] ? &list->pages[1] : &list->pages[0];
}

static bool read_size(const char *text, int64_t *size)
{
    char *end;

    errno = 0;
    *size = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *size >= 0;
}

/* The text of an element in Contents. False if it is none that could be there. */
static bool take_member(struct page *page, const struct xml *x)
{
    struct place *place = &page->places[page->count];
    size_t len;
    const char *text = xml_text(x, &len);

    if (xml_is(x, "Size"))
        return read_size(text, &place->size);
    if (xml_is(x, "Key")) {
        place->key = page->text.len;
        place->key_len = len;
    } else if (xml_is(x, "ETag")) {
        place->etag = page->text.len;
    } else {
        return true;
    }
    buf_add(&page->text, text, len);
    return buf_addc(&page->text, '\0') == 0;
}

static bool take_end(struct page *page, const struct xml *x)
{
    const char *text = xml_text(x, NULL);

    if (xml_depth(x) == 2)
        return take_member(page, x);
    if (xml_depth(x) != 1)
        return true;
    if (xml_is(x, "Contents"))
        return page->places[page->count++].key_len > 0;
    if (xml_is(x, "IsTruncated"))
        page->truncated = strcmp(text, "true") == 0;
    else if (xml_is(x, "EncodingType"))
        page->encoded = strcmp(text, "url") == 0;
    else if (xml_is(x, "NextContinuationToken"))
        return buf_adds(&page->token, text) == 0;
    return true;
}

static void page_reset(struct page *page)
{
    buf_reset(&page->text);
    buf_reset(&page->token);
    buf_addc(&page->text, '\0'); /* place 0: the empty ETag */
    page->count = 0;
    page->encoded = page->truncated = false;
}

static int parse(struct page *page, const struct http_response *response, struct error *err)
{
    struct xml x;
    enum xml_event event;
    bool good = true;

    page_reset(page);
    page->places = mem_grow(page->places, &page->cap, KEYS_MAX + 1, sizeof(*page->places));
    xml_init(&x, response->body, response->body_len);
    while (good && ((event = xml_next(&x, err)) == XML_START || event == XML_END)) {
        if (xml_depth(&x) == 0)
            good = xml_is(&x, "ListBucketResult");
        else if (event == XML_END)
            good = take_end(page, &x);
        else if (xml_depth(&x) == 1 && xml_is(&x, "Contents")) {
            good = page->count < KEYS_MAX;
            page->places[page->count] = (struct place){0};
        }
    }
    xml_clear(&x);
    if (good && event == XML_DONE && (!page->truncated || page->token.len > 0))
        return 0;
    if (good && event == XML_BAD)
        return error_prefix(err, "the list of objects");
    return error_set(err, ERR_UNAVAILABLE, "BadResponse",
                     "the answer is no list of objects such as S3 gives");
}

static void on_page(void *context, const struct http_response *response, const struct error *cause)
{
    struct s3_list *list = context;
    const struct s3_call call = {"s3:ListBucket", list->bucket, ""};
    struct page *page = other(list);

    if (list->abandoned) {
        destroy(list);
        return;
    }
    list->arrived = true;
    error_clear(&list->err);
    if (response == NULL)
        s3_error_none(cause, &call, &list->err);
    else if (response->status != 200)
        s3_error_read(response, &call, &list->err);
    else if (parse(page, response, &list->err) < 0)
        error_prefix(&list->err, "s3://%s", list->bucket);
    else if (page->truncated && page->token.len == list->asked_token.len &&
             strcmp(buf_str(&page->token), buf_str(&list->asked_token)) == 0)
        error_set(&list->err, ERR_UNAVAILABLE, "BadResponse",
                  "s3://%s: the list goes round in circles", list->bucket);
}

/* Ask for the page behind the current one, or the first. */
static int ask(struct s3_list *list, struct error *err)
{
    struct s3_list_params params = {.bucket = list->bucket, .url_encoding = true};

    buf_reset(&list->asked_token);
    buf_adds(&list->asked_token, buf_str(&list->current->token));
    if (*list->prefix)
        params.prefix = list->prefix;
    if (list->asked_token.len > 0)
        params.continuation_token = buf_str(&list->asked_token);
    else
        params.start_after = list->start_after;
    if (s3_request_list(&list->request, &params, err) < 0 ||
        http_submit(list->transport, &list->request.http, on_page, list, err) < 0)
        return -1;
    list->asked = true;
    list->arrived = false;
    return 0;
}

static int wait_for_page(struct s3_list *list, struct error *err)
{
    while (list->asked && !list->arrived) {
        if (http_wait(list->transport, WAIT_MS, err) < 0)
            return -1;
    }
    list->asked = false;
    return 0;
}

/* On to the next page, and ask for the one behind it: 1; 0 at the end. */
static int turn(struct s3_list *list, struct error *err)
{
    if (list->ended)
        return 0;
    if ((!list->asked && ask(list, err) < 0) || wait_for_page(list, err) < 0)
        return -1;
    if (list->err.kind != ERR_NONE) {
        *err = list->err;
        return -1;
    }
    list->current = other(list);
    list->next = 0;
    list->ended = !list->current->truncated;
    return list->ended || ask(list, err) == 0 ? 1 : -1;
}

int s3_list_next(struct s3_list *list, struct s3_entry *entry, struct error *err)
{
    const struct page *page;
    const struct place *place;

    while (list->next == list->current->count) {
        int status = turn(list, err);

        if (status <= 0)
            return status;
    }
    page = list->current;
    place = &page->places[list->next++];
    buf_reset(&list->key);
    if (page->encoded)
        uri_decode(&list->key, page->text.data + place->key, place->key_len, true);
    else
        buf_add(&list->key, page->text.data + place->key, place->key_len);
    if (buf_full(&list->key))
        return error_set(err, ERR_UNAVAILABLE, "BadResponse",
                         "s3://%s: a key of over %d bytes in the list", list->bucket,
                         KEY_BYTES_MAX);
    entry->key = buf_str(&list->key);
    entry->key_len = list->key.len;
    entry->etag = page->text.data + place->etag;
    entry->size = place->size;
    return 1;
}

int s3_list_seek(struct s3_list *list, const char *key, struct error *err)
{
    char *copy = mem_strdup(key); /* it may be the current entry's */
    struct s3_entry entry = {.key = ""};

    /* the page in memory may reach that far */
    while (list->next < list->current->count && s3_list_next(list, &entry, err) == 1) {
        if (strcmp(entry.key, copy) > 0) {
            list->next--;
            free(copy);
            return 0;
        }
    }
    if (list->ended || wait_for_page(list, err) < 0) {
        int status = list->ended ? 0 : -1;

        free(copy);
        return status;
    }
    free(list->start_after);
    list->start_after = copy;
    page_reset(list->current);
    list->next = 0;
    return 0;
}

void s3_list_free(struct s3_list *list)
{
    struct error ignored;

    if (list == NULL)
        return;
    if (wait_for_page(list, &ignored) < 0)
        list->abandoned = true; /* should it come after all, it is freed then */
    else
        destroy(list);
}
