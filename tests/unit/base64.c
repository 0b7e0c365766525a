#include "base/base64.h"

#include "unit.h"

static const char *encode(const void *data, size_t len)
{
    static char text[100];
    struct buf out;

    buf_init(&out, sizeof(text) - 1);
    base64_encode(&out, data, len);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static int decode(const char *text, const char *expected)
{
    struct buf out;
    int status;

    buf_init(&out, 1000);
    status = base64_decode(&out, text, strlen(text));
    if (status == 0)
        CHECK_STR(expected, buf_str(&out));
    buf_clear(&out);
    return status;
}

int main(void)
{
    TEST("RFC 4648's examples, both ways")
    {
        static const char *const pairs[][2] = {
            {"", ""},
            {"f", "Zg=="},
            {"fo", "Zm8="},
            {"foo", "Zm9v"},
            {"foob", "Zm9vYg=="},
            {"fooba", "Zm9vYmE="},
            {"foobar", "Zm9vYmFy"},
        };

        for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
            CHECK_STR(pairs[i][1], encode(pairs[i][0], strlen(pairs[i][0])));
            CHECK_INT(0, decode(pairs[i][1], pairs[i][0]));
        }
    }
    TEST("bytes of every value come back")
    {
        unsigned char all[256];
        struct buf text;
        struct buf back;

        for (int i = 0; i < 256; i++)
            all[i] = (unsigned char)i;
        buf_init(&text, 1000);
        buf_init(&back, 1000);
        for (size_t len = 250; len <= 256; len++) {
            buf_reset(&text);
            buf_reset(&back);
            CHECK_INT(0, base64_encode(&text, all, len));
            CHECK_INT(0, base64_decode(&back, text.data, text.len));
            CHECK(back.len == len && memcmp(back.data, all, len) == 0);
        }
        buf_clear(&text);
        buf_clear(&back);
    }
    TEST("what is no base64 is refused")
    {
        static const char *const bad[] = {"Z",    "Zg",   "Zg=",      "Zm9v\n", "Z===", "====",
                                          "Zh==", "Zm9=", "Zg==Zg==", "Zm-_",   "Zm 9", "=AAA"};

        for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
            CHECK_INT(-1, decode(bad[i], ""));
    }
    TEST("a full buffer is told")
    {
        struct buf out;

        buf_init(&out, 4);
        CHECK_INT(-1, base64_encode(&out, "foob", 4));
        buf_clear(&out);
        buf_init(&out, 2);
        CHECK_INT(-1, base64_decode(&out, "Zm9v", 4));
        buf_clear(&out);
    }
    return unit_end();
}
