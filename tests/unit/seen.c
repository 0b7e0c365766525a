#include "base/seen.h"

#include <stdio.h>

#include "unit.h"

static bool add(struct seen *seen, int n)
{
    char key[32];
    int len = snprintf(key, sizeof(key), "key %d", n);

    return seen_add(seen, key, (size_t)len);
}

static void test_basics(void)
{
    struct seen *seen = seen_new(100);

    TEST("a key is new once")
    {
        CHECK(!add(seen, 1));
        CHECK(add(seen, 1));
        CHECK(!add(seen, 2));
        CHECK(add(seen, 1));
        CHECK(!seen_forgot(seen));
    }
    TEST("keys are bytes: empty ones, NULs and lengths count")
    {
        CHECK(!seen_add(seen, "", 0));
        CHECK(seen_add(seen, NULL, 0));
        CHECK(!seen_add(seen, "\0", 1));
        CHECK(!seen_add(seen, "\0\0", 2));
        CHECK(!seen_add(seen, "a\0b", 3));
        CHECK(!seen_add(seen, "a\0c", 3));
        CHECK(seen_add(seen, "a\0b", 3));
    }
    seen_free(seen);
    seen_free(NULL);
}

static void test_forgetting(void)
{
    struct seen *seen = seen_new(1000);
    int wrong = 0;

    TEST("up to the maximum nothing is forgotten")
    {
        for (int i = 0; i < 1000; i++)
            wrong += add(seen, i);
        for (int i = 0; i < 1000; i++)
            wrong += !add(seen, i);
        CHECK_INT(0, wrong);
        CHECK(!seen_forgot(seen));
    }
    TEST("of a long series, the latest keys up to the maximum are still known, and it says that it "
         "forgot")
    {
        for (int i = 1000; i < 10500; i++)
            wrong += add(seen, i);
        CHECK_INT(0, wrong);
        CHECK(seen_forgot(seen));
        for (int i = 10499; i > 10499 - 1000; i--)
            wrong += !add(seen, i);
        CHECK_INT(0, wrong);
        CHECK(!add(seen, 0)); /* the oldest are gone */
    }
    seen_free(seen);

    seen = seen_new(10);
    TEST("a key that comes again counts as late again")
    {
        for (int i = 0; i < 19; i++)
            add(seen, i);    /* 0 to 9 make the older half */
        CHECK(add(seen, 3)); /* known, and from now on one of the latest */
        for (int i = 100; i < 108; i++)
            add(seen, i);
        CHECK(add(seen, 3));
    }
    seen_free(seen);

    seen = seen_new(0);
    TEST("a maximum of 0 still remembers the last key")
    {
        CHECK(!add(seen, 1));
        CHECK(add(seen, 1));
        add(seen, 2);
        add(seen, 3);
        CHECK(!add(seen, 1));
    }
    seen_free(seen);
}

static void test_many(void)
{
    struct seen *seen = seen_new(200000);
    int wrong = 0;

    TEST("200,000 keys: each is new once and known from then on")
    {
        for (int i = 0; i < 200000; i++)
            wrong += add(seen, i);
        for (int i = 0; i < 200000; i++)
            wrong += !add(seen, i);
        CHECK_INT(0, wrong);
    }
    seen_free(seen);
}

int main(void)
{
    test_basics();
    test_forgetting();
    test_many();
    return unit_end();
}
