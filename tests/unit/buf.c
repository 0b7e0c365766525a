#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include "unit.h"

static void test_growth(void)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    TEST("a new buffer reads as the empty string")
    {
        CHECK_STR("", buf_str(&b));
        CHECK_INT(0, b.len);
    }
    TEST("appends of every sort come one after another, with a NUL behind them")
    {
        CHECK_INT(0, buf_add(&b, "ab\0c", 4));
        CHECK_INT(0, buf_adds(&b, "de"));
        CHECK_INT(0, buf_addc(&b, 'f'));
        CHECK_INT(0, buf_addf(&b, "%03d", 7));
        CHECK_INT(10, b.len);
        CHECK(memcmp(b.data, "ab\0cdef007", 11) == 0);
    }
    TEST("nothing may be appended from nowhere")
    {
        CHECK_INT(0, buf_add(&b, NULL, 0));
        CHECK_INT(10, b.len);
    }
    TEST("reset forgets the content and keeps the memory")
    {
        const char *memory = b.data;

        buf_reset(&b);
        CHECK_STR("", buf_str(&b));
        CHECK_INT(0, buf_adds(&b, "x"));
        CHECK(b.data == memory);
    }
    TEST("ten thousand single characters grow into one string")
    {
        buf_reset(&b);
        for (int i = 0; i < 10000; i++)
            buf_addc(&b, (char)('a' + i % 26));
        CHECK(!buf_full(&b));
        CHECK_INT(10000, strlen(buf_str(&b)));
        CHECK(b.data[9999] == 'a' + 9999 % 26);
    }
    buf_clear(&b);
    CHECK_STR("", buf_str(&b));
}

static void test_maximum(void)
{
    struct buf b;

    buf_init(&b, 4);
    TEST("the maximum itself fits")
    {
        CHECK_INT(0, buf_adds(&b, "abcd"));
        CHECK(!buf_full(&b));
    }
    TEST("an append past the maximum changes nothing, and so do all later ones, even short ones")
    {
        buf_truncate(&b, 2);
        CHECK_INT(-1, buf_adds(&b, "xyz"));
        CHECK(buf_full(&b));
        CHECK_INT(-1, buf_addc(&b, 'x'));
        CHECK_INT(-1, buf_addf(&b, "%s", "x"));
        CHECK_INT(-1, buf_add(&b, "", 0));
        CHECK(buf_room(&b, 1) == NULL);
        CHECK_STR("ab", buf_str(&b));
    }
    TEST("reset makes a full buffer usable again")
    {
        buf_reset(&b);
        CHECK(!buf_full(&b));
        CHECK_INT(0, buf_adds(&b, "abcd"));
    }
    TEST("a length near the largest there is does not wrap around")
    {
        buf_reset(&b);
        CHECK(buf_room(&b, SIZE_MAX) == NULL);
        CHECK(buf_room(&b, SIZE_MAX - 1) == NULL);
        CHECK(buf_full(&b));
    }
    buf_clear(&b);

    buf_init(&b, 64);
    TEST(
        "text that cannot be formatted makes the buffer full, so that one check at the end sees it")
    {
        CHECK_INT(-1, buf_addf(&b, "%ls", L"\x20ac")); /* not in the C locale */
        CHECK(buf_full(&b));
    }
    buf_clear(&b);
}

static void test_room(void)
{
    struct buf b;
    char *room;

    buf_init(&b, 100);
    TEST("room that was asked for and not used leaves an empty string")
    {
        CHECK(buf_room(&b, 50) != NULL);
        CHECK_INT(0, b.len);
        CHECK_STR("", buf_str(&b));
    }
    TEST("what is committed counts, and is followed by a NUL")
    {
        room = buf_room(&b, 10);
        memcpy(room, "abcdefghij", 10);
        buf_commit(&b, 3);
        CHECK_STR("abc", buf_str(&b));
        memset(buf_room(&b, 20), 'z', 20);
        buf_commit(&b, 0);
        CHECK_STR("abc", buf_str(&b));
    }
    buf_clear(&b);
}

static void test_cutting(void)
{
    struct buf b;
    char *taken;

    buf_init(&b, 100);
    TEST("truncate shortens and never lengthens")
    {
        buf_truncate(&b, 0);
        buf_adds(&b, "abcdef");
        buf_truncate(&b, 10);
        CHECK_STR("abcdef", buf_str(&b));
        buf_truncate(&b, 4);
        CHECK_STR("abcd", buf_str(&b));
    }
    TEST("consume drops from the front, at most all")
    {
        buf_consume(&b, 0);
        CHECK_STR("abcd", buf_str(&b));
        buf_consume(&b, 1);
        CHECK_STR("bcd", buf_str(&b));
        buf_consume(&b, 100);
        CHECK_STR("", buf_str(&b));
        buf_consume(&b, 1);
    }
    TEST("take hands the content over and leaves an empty buffer of the same maximum")
    {
        buf_adds(&b, "mine");
        taken = buf_take(&b);
        CHECK_STR("mine", taken);
        free(taken);
        CHECK_STR("", buf_str(&b));
        CHECK_INT(100, b.max);
        taken = buf_take(&b);
        CHECK_STR("", taken);
        free(taken);
    }
    buf_clear(&b);
}

/* Whether none of the bytes from `at` on is the secret's. */
static bool is_gone(const char *at, size_t len)
{
    return memchr(at, 's', len) == NULL;
}

static void test_secret(void)
{
    struct buf b;

    buf_init_secret(&b, 1000);
    buf_adds(&b, "sssssss");
    TEST("of a secret, what is cut off or dropped is overwritten")
    {
        buf_truncate(&b, 4);
        CHECK_STR("ssss", buf_str(&b));
        CHECK(is_gone(b.data + 4, 4));
        buf_consume(&b, 2);
        CHECK_STR("ss", buf_str(&b));
        CHECK(is_gone(b.data + 2, 6));
        buf_reset(&b);
        CHECK(is_gone(b.data, 8));
    }
    TEST("a secret keeps its content when it grows, and stays one")
    {
        buf_adds(&b, "sssssss");
        buf_adds(&b, "tttttttttttttttttttttttttttttttttttttttt");
        CHECK_STR("ssssssstttttttttttttttttttttttttttttttttttttttt", buf_str(&b));
        CHECK_INT(47, b.len);
        buf_clear(&b);
        CHECK(b.secret);
        free(buf_take(&b));
        CHECK(b.secret);
        CHECK_INT(1000, b.max);
    }
    buf_clear(&b);
}

int main(void)
{
    test_growth();
    test_secret();
    test_maximum();
    test_room();
    test_cutting();
    return unit_end();
}
