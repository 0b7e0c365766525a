/* Listing a bucket, page by page. */
#include "aws/s3_list.h"

#include <stdio.h>
#include <string.h>

#include "fake_transport.h"
#include "unit.h"

static struct error err;
static struct fake_transport fake;
static char pages[8][4096]; /* of answers */

/* The query's continuation token is the number of the page; "start-after" starts anew. */
static void give_page(struct fake_transport *f, size_t n, const struct http_request *request,
                      struct fake_answer *answer)
{
    const char *token = strstr(request->query, "continuation-token=");

    (void)f;
    (void)n;
    answer->body = pages[token ? token[19] - '0' : 0];
}

static void page(int n, const char *keys, int next)
{
    struct buf text;

    buf_init(&text, sizeof(pages[n]) - 1);
    buf_addf(&text,
             "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated>",
             next ? "true" : "false");
    if (next)
        buf_addf(&text, "<NextContinuationToken>%d</NextContinuationToken>", next);
    for (; *keys; keys += strcspn(keys, " "), keys += *keys == ' ')
        buf_addf(&text,
                 "<Contents><Key>%.*s</Key><ETag>&quot;e&quot;</ETag><Size>%zu</Size>"
                 "<Owner><ID>o</ID></Owner></Contents>",
                 (int)strcspn(keys, " "), keys, strcspn(keys, " "));
    buf_adds(&text, "<CommonPrefixes><Prefix>p</Prefix></CommonPrefixes></ListBucketResult>");
    memcpy(pages[n], buf_str(&text), text.len + 1);
    buf_clear(&text);
}

static struct s3_list *list_of(const char *prefix)
{
    fake_init(&fake, NULL, 0);
    fake.answer = give_page;
    return s3_list_new(&fake.base, "b", prefix);
}

static void expect(struct s3_list *list, const char *key)
{
    struct s3_entry entry = {.key = "(none)"};

    CHECK_INT(key != NULL, s3_list_next(list, &entry, &err));
    CHECK_STR(key ? key : "(none)", entry.key);
}

static void done(struct s3_list *list)
{
    s3_list_free(list);
    fake_clear(&fake);
}

static void test_pages(void)
{
    struct s3_list *list = list_of("a");
    struct s3_entry entry;

    page(0, "a1 a2", 1);
    page(1, "", 2); /* an empty page is no end */
    page(2, "a3", 0);
    CHECK_INT(1, s3_list_next(list, &entry, &err));
    CHECK_STR("a1", entry.key);
    CHECK_STR("\"e\"", entry.etag);
    CHECK_INT(2, entry.size);
    CHECK_INT(2, fake.submitted); /* the next page is on its way already */
    expect(list, "a2");
    expect(list, "a3");
    expect(list, NULL);
    expect(list, NULL);
    CHECK_INT(3, fake.submitted);
    done(list);
}

static void test_keys(void)
{
    struct s3_list *list = list_of("");
    struct s3_entry entry;

    page(0, "a+b%2Bc%2Fd /../%01%E6%97%A5 100%25&amp;&lt;x&gt; n%00l", 0);
    expect(list, "a b+c/d");
    expect(list, "/../\x01\xe6\x97\xa5");
    expect(list, "100%&<x>");
    CHECK_INT(1, s3_list_next(list, &entry, &err));
    CHECK_INT(3, entry.key_len);
    CHECK_STR("n", entry.key);
    expect(list, NULL);
    done(list);
}

static void test_plain_keys(void)
{
    struct s3_list *list = list_of("");

    /* a server that does not encode says so by silence */
    snprintf(pages[0], sizeof(pages[0]), "%s",
             "<ListBucketResult><Contents><Key>a+b%20</Key></Contents></ListBucketResult>");
    expect(list, "a+b%20");
    expect(list, NULL);
    done(list);
}

static void test_seek(void)
{
    struct s3_list *list = list_of("");

    page(0, "a1 b1 c1", 0);
    expect(list, "a1");
    CHECK_INT(0, s3_list_seek(list, "b9", &err));
    expect(list, "c1");
    expect(list, NULL);
    CHECK_INT(1, fake.submitted); /* all of it was in memory */
    CHECK_INT(0, s3_list_seek(list, "z", &err));
    expect(list, NULL);
    done(list);
    list = list_of("");
    page(0, "a1 b1", 1);
    page(1, "b2", 0);
    expect(list, "a1");
    page(0, "d1", 0); /* what start-after gives */
    CHECK_INT(0, s3_list_seek(list, "c", &err));
    expect(list, "d1");
    expect(list, NULL);
    done(list);
}

static void refused(const char *body, enum error_kind kind)
{
    const struct fake_answer answer = {.status = kind == ERR_PERM ? 403 : 200, .body = body};
    struct s3_entry entry;
    struct s3_list *list;

    fake_init(&fake, &answer, 1);
    list = s3_list_new(&fake.base, "b", "");
    CHECK_INT(-1, s3_list_next(list, &entry, &err));
    CHECK_INT(kind, err.kind);
    CHECK(strstr(err.message, "s3://b") != NULL);
    done(list);
}

static void test_bad(void)
{
    refused("<Error><Code>AccessDenied</Code></Error>", ERR_PERM);
    refused("<Error><Code>InternalError</Code></Error>", ERR_UNAVAILABLE);
    refused("<html><p>Please log in</p></html>", ERR_UNAVAILABLE);
    refused("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            ERR_UNAVAILABLE);
    refused("<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
            ERR_UNAVAILABLE);
    refused("<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
            ERR_UNAVAILABLE);
    refused("<ListBucketResult><Contents><Key>a</Key>", ERR_DATA);
    refused("", ERR_DATA);
}

static void test_circle(void)
{
    struct s3_list *list = list_of("");
    struct s3_entry entry;

    page(0, "a", 1);
    page(1, "b", 1);
    expect(list, "a");
    CHECK_INT(-1, s3_list_next(list, &entry, &err));
    CHECK(strstr(err.message, "circles") != NULL);
    done(list);
}

int main(void)
{
    TEST("pages follow each other, asked for one ahead") test_pages();
    TEST("keys are decoded, whatever is in them") test_keys();
    TEST("keys that are not encoded stay as they are") test_plain_keys();
    TEST("the list goes on behind a key without what lies between") test_seek();
    TEST("what is no list is an error") test_bad();
    TEST("a list that goes round in circles ends") test_circle();
    return unit_end();
}
