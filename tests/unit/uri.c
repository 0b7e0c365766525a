#include "base/uri.h"

#include "unit.h"

static struct buf out;

static const char *encode(const char *text, size_t len, const char *keep)
{
    buf_reset(&out);
    uri_encode(&out, text, len, keep);
    return buf_str(&out);
}

static const char *decode(const char *text, bool plus_is_space)
{
    buf_reset(&out);
    uri_decode(&out, text, strlen(text), plus_is_space);
    return buf_str(&out);
}

static void test_encode(void)
{
    TEST("unreserved characters stay, all others become %XX")
    {
        CHECK_STR("azAZ09-_.~", encode("azAZ09-_.~", 10, ""));
        CHECK_STR("%21%27%28%29%2A%20%2B%25%2F%3A", encode("!'()* +%/:", 10, ""));
        CHECK_STR("%C3%BC%E6%97%A5%FF%00", encode("\xc3\xbc\xe6\x97\xa5\xff\0", 7, ""));
        CHECK_STR("", encode("", 0, ""));
    }
    TEST("what is to be kept stays, but never a NUL")
    {
        CHECK_STR("/a%20b/%3A", encode("/a b/:", 6, "/"));
        CHECK_STR("%00/", encode("\0/", 2, "/"));
    }
    TEST("a full buffer says so")
    {
        struct buf small;

        buf_init(&small, 4);
        CHECK_INT(0, uri_encode(&small, "a%", 2, ""));
        CHECK_INT(-1, uri_encode(&small, "b", 1, ""));
        CHECK_STR("a%25", buf_str(&small));
        buf_clear(&small);
    }
}

static void test_decode(void)
{
    TEST("codes become bytes, in digits of both cases")
    {
        CHECK_STR("\xc3\xbc \xff", decode("%c3%BC%20%fF", false));
        CHECK_STR("%25", decode("%2525", false));
        CHECK_STR("", decode("", false));
    }
    TEST("a percent sign without two digits stays")
    {
        CHECK_STR("100%", decode("100%", false));
        CHECK_STR("%2", decode("%2", false));
        CHECK_STR("%g0%0g% 1", decode("%g0%0g% 1", false));
        CHECK_STR("%A", decode("%%41", false));
    }
    TEST("a plus sign is a space only where it is one")
    {
        CHECK_STR("a+b+", decode("a+b%2B", false));
        CHECK_STR("a b+", decode("a+b%2B", true));
        CHECK_STR("  ", decode("++", true));
    }
    TEST("a NUL is a byte like others, and every byte comes back")
    {
        char all[256];
        struct buf back;

        for (size_t i = 0; i < sizeof(all); i++)
            all[i] = (char)i;
        buf_init(&back, 1000);
        encode(all, sizeof(all), "");
        uri_decode(&back, out.data, out.len, true);
        CHECK(back.len == sizeof(all) && memcmp(back.data, all, sizeof(all)) == 0);
        buf_clear(&back);
    }
}

int main(void)
{
    buf_init(&out, 10000);
    test_encode();
    test_decode();
    TEST("visible is ASCII without spaces and controls")
    {
        CHECK(uri_is_visible("") && uri_is_visible("!~"));
        CHECK(!uri_is_visible("a b") && !uri_is_visible("a\n") && !uri_is_visible("\x7f") &&
              !uri_is_visible("\xc3\xbc"));
    }
    buf_clear(&out);
    return unit_end();
}
