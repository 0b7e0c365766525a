/* Categories from a bucket. */
#include "maki/category_s3.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "fake_transport.h"
#include "unit.h"

static struct error err;
static struct fake_transport fake;

/* Keys and what is in them; the first is denied where `deny` says so. */
static const char *const objects[][2] = {
    {"p/a-b/desc.txt", "A and B."},
    {"p/a/case-1.json",
     "{\"subject\":\"S\",\"recentCommunications\":{\"communications\":[{\"body\":\"B\"}]}}"},
    {"p/a/desc.txt", "Only A."},
    {"p/a/sub/desc.txt", "too deep"},
    {"p/desc.txt", "of no category"},
    {"p/a/readme.md", "not read"},
};
static bool deny;

static void serve(struct fake_transport *f, size_t n, const struct http_request *request,
                  struct fake_answer *answer)
{
    static char list[4096];
    struct buf text;

    (void)f;
    (void)n;
    if (strstr(request->query, "list-type=2") != NULL) {
        CHECK(strstr(request->query, "prefix=p%2F") != NULL);
        buf_init(&text, sizeof(list) - 1);
        buf_adds(&text, "<ListBucketResult>");
        for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
            buf_addf(&text, "<Contents><Key>%s</Key><Size>%zu</Size></Contents>", objects[i][0],
                     strlen(objects[i][1]));
        buf_adds(&text, "</ListBucketResult>");
        memcpy(list, buf_str(&text), text.len + 1);
        buf_clear(&text);
        answer->body = list;
        return;
    }
    answer->status = 404;
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        if (strcmp(request->path + strlen("/b/"), objects[i][0]) == 0) {
            answer->status = deny && i == 0 ? 403 : 200;
            answer->body = objects[i][1];
        }
    }
}

static int load(struct category_set *set, const char *spec)
{
    int status;

    fake_init(&fake, NULL, 0);
    fake.answer = serve;
    fake.order = FAKE_LIFO;
    status = category_s3_load(set, spec, &fake.base, &err);
    fake_clear(&fake);
    return status;
}

static void test_load(void)
{
    struct category_set set;
    struct category_set all;
    struct category_set more;

    CHECK_INT(0, load(&set, "s3://b/p"));
    CHECK_STR("", err.message);
    if (set.count == 0)
        return;
    CHECK_INT(4, fake.submitted); /* the list, and what is known */
    CHECK_INT(2, set.count);
    CHECK_STR("a", set.items[0].name);
    CHECK_STR("Only A.", set.items[0].description);
    CHECK_INT(1, set.items[0].example_list.count);
    CHECK_STR("A and B.", category_find(&set, "a-b")->description);
    CHECK_INT(0, category_set_load(&all, NULL, &err));
    CHECK_INT(0, load(&more, "+s3://b/p/"));
    CHECK_INT(all.count + 2, more.count);
    category_set_clear(&set);
    category_set_clear(&all);
    category_set_clear(&more);
}

static void test_denied(void)
{
    struct category_set set;

    deny = true;
    CHECK_INT(-1, load(&set, "s3://b/p"));
    CHECK_INT(ERR_PERM, err.kind);
    CHECK_INT(0, set.count);
    CHECK(strstr(err.message, "s3:GetObject") != NULL);
    deny = false;
}

int main(void)
{
    TEST("the files of each category are found and read, others are passed over") test_load();
    TEST("what is denied is an error") test_denied();
    TEST("an address is told from a folder")
    {
        CHECK(category_s3_is("s3://b") && category_s3_is("+s3://b"));
        CHECK(!category_s3_is("s3") && !category_s3_is("+d") && !category_s3_is(NULL));
    }
    return unit_end();
}
