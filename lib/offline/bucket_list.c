#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/uri.h"
#include "offline/bucket_reply.h"
#include "offline/folder.h"
#include "offline/query.h"

enum { KEY_SIZE = 1100, KEYS_MAX = 1000 };

struct page {
    char prefix[KEY_SIZE], after[KEY_SIZE], encoding[16];
    size_t max;
};

static void add_key(struct buf *out, const struct page *page, const char *key)
{
    if (*page->encoding != '\0')
        uri_encode(out, key, strlen(key), "/");
    else
        bucket_add_text(out, key);
}

static void add_item(struct buf *out, const struct page *page, const struct folder_item *item)
{
    char time[TIME_ISO_SIZE];
    char etag[BUCKET_ETAG_SIZE];

    time_format_iso((int64_t)item->file.st_mtim.tv_sec * 1000, time);
    bucket_etag(&item->file, etag);
    buf_adds(out, "<Contents><Key>");
    add_key(out, page, item->key);
    buf_addf(out,
             "</Key><LastModified>%s</LastModified><ETag>%s</ETag><Size>%lld</Size>"
             "<StorageClass>STANDARD</StorageClass></Contents>",
             time, etag, (long long)item->file.st_size);
}

static const char *read_page(const char *query, struct page *page)
{
    char text[64];

    memset(page, 0, sizeof(*page));
    page->max = KEYS_MAX;
    if (!query_get(query, "list-type", text, sizeof(text)) || strcmp(text, "2") != 0)
        return "only list-type=2 is known here";
    if (query_get(query, "delimiter", text, sizeof(text)) && *text != '\0')
        return "delimiters are not known here";
    query_get(query, "prefix", page->prefix, KEY_SIZE);
    query_get(query, "start-after", page->after, KEY_SIZE);
    query_get(query, "continuation-token", page->after, KEY_SIZE);
    query_get(query, "encoding-type", page->encoding, sizeof(page->encoding));
    if (query_get(query, "max-keys", text, sizeof(text)))
        page->max = strtoul(text, NULL, 10);
    page->max = page->max < KEYS_MAX ? page->max : KEYS_MAX;
    return NULL;
}

/* A page's token is the last key of the one before. */
void bucket_list(const char *root, const char *bucket, const char *query, struct reply *reply)
{
    struct page page;
    struct folder_list list;
    struct error err;
    const char *problem = read_page(query, &page);
    struct buf *out = &reply->body;
    size_t i = 0;
    size_t end;

    if (problem != NULL) {
        bucket_error(reply, 501, "NotImplemented", problem);
        return;
    }
    if (folder_list(root, bucket, page.prefix, &list, &err) < 0) {
        bucket_fail(reply, &err);
        return;
    }
    while (*page.after != '\0' && i < list.count && strcmp(list.items[i].key, page.after) <= 0)
        i++;
    end = list.count - i > page.max ? i + page.max : list.count;
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
             "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>%s</Name>"
             "<KeyCount>%zu</KeyCount><MaxKeys>%zu</MaxKeys><IsTruncated>%s</IsTruncated>",
             bucket, end - i, page.max, end < list.count ? "true" : "false");
    if (*page.encoding != '\0')
        buf_adds(out, "<EncodingType>url</EncodingType>");
    if (end < list.count && end > i) {
        buf_adds(out, "<NextContinuationToken>");
        bucket_add_text(out, list.items[end - 1].key);
        buf_adds(out, "</NextContinuationToken>");
    }
    for (; i < end; i++)
        add_item(out, &page, &list.items[i]);
    buf_adds(out, "</ListBucketResult>");
    folder_list_clear(&list);
}
