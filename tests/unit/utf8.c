#include "base/utf8.h"

#include "unit.h"

static void check_decode(const char *bytes, size_t len, size_t size, uint32_t code)
{
    uint32_t got = 0xffffffff;

    CHECK_INT(size, utf8_decode(bytes, len, &got));
    CHECK_INT(size ? code : 0xffffffff, got);
    CHECK_INT(size, utf8_decode(bytes, len, NULL));
}

static void test_decode(void)
{
    TEST("the first and last of each length")
    {
        check_decode("\0", 1, 1, 0);
        check_decode("\x7f", 1, 1, 0x7f);
        check_decode("\xc2\x80", 2, 2, 0x80);
        check_decode("\xdf\xbf", 2, 2, 0x7ff);
        check_decode("\xe0\xa0\x80", 3, 3, 0x800);
        check_decode("\xef\xbf\xbf", 3, 3, 0xffff);
        check_decode("\xf0\x90\x80\x80", 4, 4, 0x10000);
        check_decode("\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff);
    }
    TEST("around the surrogates")
    {
        check_decode("\xed\x9f\xbf", 3, 3, 0xd7ff);
        check_decode("\xee\x80\x80", 3, 3, 0xe000);
        check_decode("\xed\xa0\x80", 3, 0, 0);
        check_decode("\xed\xbf\xbf", 3, 0, 0);
    }
    TEST("overlong forms, stray and missing continuations, and numbers that are too large are "
         "invalid")
    {
        check_decode("\x80", 1, 0, 0);
        check_decode("\xc0\x80", 2, 0, 0);
        check_decode("\xc1\xbf", 2, 0, 0);
        check_decode("\xe0\x9f\xbf", 3, 0, 0);
        check_decode("\xf0\x8f\xbf\xbf", 4, 0, 0);
        check_decode("\xf4\x90\x80\x80", 4, 0, 0);
        check_decode("\xf5\x80\x80\x80", 4, 0, 0);
        check_decode("\xff", 1, 0, 0);
        check_decode("\xe2\x28\xa1", 3, 0, 0);
        check_decode("\xe2\x82", 2, 0, 0);
    }
    TEST("nothing is read past the length")
    {
        check_decode("\xe2\x82\xac", 2, 0, 0);
        check_decode("a", 0, 0, 0);
    }
}

static void test_valid_prefix(void)
{
    char text[64];

    TEST("the valid prefix ends where the first invalid byte is, at every offset")
    {
        for (size_t at = 0; at < 40; at++) {
            memset(text, 'a', sizeof(text));
            CHECK_INT(40, utf8_valid_prefix(text, 40));
            text[at] = '\xff';
            CHECK_INT(at, utf8_valid_prefix(text, 40));
            text[at] = '\xc3'; /* a sequence that the next byte breaks off */
            CHECK_INT(at, utf8_valid_prefix(text, 40));
        }
        CHECK_INT(0, utf8_valid_prefix("", 0));
    }
    TEST("a sequence may straddle the words that are looked at at once")
    {
        for (size_t at = 0; at < 20; at++) {
            memset(text, 'a', sizeof(text));
            memcpy(text + at, "\xe2\x82\xac", 3);
            CHECK_INT(40, utf8_valid_prefix(text, 40));
            CHECK_INT(at, utf8_valid_prefix(text, at + 2)); /* cut within it */
        }
    }
}

static void test_clip(void)
{
    const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"; /* 1, 2, 3, 4 and 1 bytes */
    static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};

    TEST("clipping never splits a character, and keeps as many as fit")
    {
        for (size_t max = 0; max < sizeof(kept) / sizeof(kept[0]); max++)
            CHECK_INT(kept[max], utf8_clip(text, 11, max));
    }
    TEST("text of nothing but continuation bytes clips to nothing rather than run away")
    {
        CHECK_INT(0, utf8_clip("\x80\x80\x80\x80", 4, 3));
        CHECK_INT(4, utf8_clip("\x80\x80\x80\x80", 4, 4));
    }
}

int main(void)
{
    test_decode();
    test_valid_prefix();
    test_clip();
    return unit_end();
}
