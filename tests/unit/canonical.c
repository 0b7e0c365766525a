#include "aws/canonical.h"

#include "unit.h"

static struct buf out, names;
static struct error err;

static const char *path(const char *wire, bool verbatim)
{
    buf_reset(&out);
    return canonical_path(&out, wire, verbatim, &err) == 0 ? buf_str(&out) : err.code;
}

static const char *query(const char *wire)
{
    buf_reset(&out);
    return canonical_query(&out, wire, &err) == 0 ? buf_str(&out) : err.code;
}

static const char *headers(const struct http_header *list, size_t count)
{
    buf_reset(&out);
    buf_reset(&names);
    return canonical_headers(&out, &names, list, count, &err) == 0 ? buf_str(&out) : err.code;
}

static const char *value(const char *wire)
{
    struct http_header header = {"a", wire};

    return headers(&header, 1);
}

static void test_path(void)
{
    TEST("S3's paths stay as they are")
    {
        CHECK_STR("/", path("", true));
        CHECK_STR("/", path("/", true));
        CHECK_STR("/./a/../b//c/.", path("/./a/../b//c/.", true));
        CHECK_STR("/%C3%BC%2F%20~/", path("/%C3%BC%2F%20~/", true));
    }
    TEST("other paths lose empty and dot segments")
    {
        CHECK_STR("/", path("", false));
        CHECK_STR("/", path("/", false));
        CHECK_STR("/", path("//", false));
        CHECK_STR("/", path("/./", false));
        CHECK_STR("/", path("/a/..", false));
        CHECK_STR("/", path("/../..", false));
        CHECK_STR("/a", path("/./a", false));
        CHECK_STR("/a/", path("//a//", false));
        CHECK_STR("/b", path("/a/../b", false));
        CHECK_STR("/a/c", path("/a/b/../c", false));
        CHECK_STR("/a", path("/a/b/..", false));
        CHECK_STR("/.../..a", path("/.../..a", false));
    }
    TEST("other paths are encoded once more")
    {
        CHECK_STR("/model/m-v1%253A0/converse", path("/model/m-v1%3A0/converse", false));
        CHECK_STR("/a%252Fb%3A%40%2A", path("/a%2Fb:@*", false));
        CHECK_STR("/%252E%252E/a", path("/%2E%2E/a", false));
    }
    TEST("what is no encoded path is refused")
    {
        CHECK_STR("InvalidRequest", path("a", false));
        CHECK_STR("InvalidRequest", path("a", true));
        CHECK_STR("InvalidRequest", path("/a b", true));
        CHECK_STR("InvalidRequest", path("/\xc3\xbc", true));
        CHECK_STR("InvalidRequest", path("/a\n", false));
        CHECK_STR("InvalidRequest", path("/a?b", false));
        CHECK_STR("InvalidRequest", path("/a#b", true));
    }
}

static void test_query(void)
{
    TEST("parameters are sorted by key, then value, in their encoded form")
    {
        CHECK_STR("", query(""));
        CHECK_STR("a=1&a=2&b=0", query("b=0&a=2&a=1"));
        CHECK_STR("A=1&a=1", query("a=1&A=1"));
        CHECK_STR("a=1&a-b=1&a.b=1&a0=1", query("a0=1&a.b=1&a-b=1&a=1"));
        CHECK_STR("%5B=1&A=1", query("A=1&[=1"));
        CHECK_STR("a=&a=%20&a=0&a=00", query("a=00&a=0&a=+&a"));
        CHECK_STR("a=1&a=1", query("a=1&a=1"));
    }
    TEST("keys without a value get an equals sign, empty values stay")
    {
        CHECK_STR("uploads=", query("uploads"));
        CHECK_STR("uploads=", query("uploads="));
        CHECK_STR("a=&b=&c=", query("c&b=&a"));
        CHECK_STR("=v", query("=v"));
        CHECK_STR("=", query("="));
        CHECK_STR("a=1&b=2", query("&a=1&&b=2&"));
        CHECK_STR("a=%3Db%3D", query("a==b="));
    }
    TEST("what is encoded already is encoded once, in upper case")
    {
        CHECK_STR("a%2Fb=%2F%3A", query("a%2fb=%2F%3a"));
        CHECK_STR("a=%252F", query("a=%252F"));
        CHECK_STR("%C3%BCn%C3%AF=%E6%97%A5", query("%c3%bcn%C3%aF=%e6%97%a5"));
        CHECK_STR("a=~-_.az", query("%61=%7E%2D%5f%2E%61%7a"));
        CHECK_STR("a=%21%2A%27%28%29", query("a=!*'()"));
        CHECK_STR("a=%2F%3F%3A%40", query("a=/?:@"));
        CHECK_STR("a=%25&b=%25zz&c=%251", query("a=%&b=%zz&c=%1"));
        CHECK_STR("a=%26%3D%00%0A", query("a=%26%3D%00%0a"));
    }
    TEST("a bare plus sign is a space, an encoded one a plus sign")
    {
        CHECK_STR("a%20b=%20%20%2B", query("a+b=+%20%2B"));
    }
    TEST("what is no encoded query is refused")
    {
        CHECK_STR("InvalidRequest", query("a= "));
        CHECK_STR("InvalidRequest", query("a=\r\nb"));
        CHECK_STR("InvalidRequest", query("a=\xc3\xbc"));
        CHECK_STR("InvalidRequest", query("a#b"));
    }
    TEST("as many parameters as are allowed, and no more")
    {
        char many[2 * (CANONICAL_PARAMS_MAX + 1) + 1] = "";

        for (size_t i = 0; i < CANONICAL_PARAMS_MAX + 1; i++)
            memcpy(many + 2 * i, "k&", 2);
        CHECK_STR("InvalidRequest", query(many));
        many[2 * CANONICAL_PARAMS_MAX] = '\0';
        CHECK_INT(3 * CANONICAL_PARAMS_MAX - 1, strlen(query(many)));
    }
}

static void test_headers(void)
{
    TEST("headers are sorted by name and lowered")
    {
        static const struct http_header list[] = {{"X-B", "2"},   {"x-a", "3"}, {"Host", "h"},
                                                  {"x-a-b", "4"}, {"X_A", "5"}, {"x-A0", "6"}};

        CHECK_STR("host:h\nx-a:3\nx-a-b:4\nx-a0:6\nx-b:2\nx_a:5\n", headers(list, 6));
        CHECK_STR("host;x-a;x-a-b;x-a0;x-b;x_a", buf_str(&names));
        CHECK_STR("", headers(NULL, 0));
        CHECK_STR("", buf_str(&names));
    }
    TEST("values of one name are joined in their order, whatever the case of the name")
    {
        static const struct http_header list[] = {
            {"b", "0"}, {"A", " v2 "}, {"a", "v1"}, {"a", ""}, {"A", "v2"}};

        CHECK_STR("a:v2,v1,,v2\nb:0\n", headers(list, 5));
        CHECK_STR("a;b", buf_str(&names));
    }
    TEST("white space goes around values and shrinks inside them")
    {
        CHECK_STR("a:\n", value(""));
        CHECK_STR("a:\n", value(" \t "));
        CHECK_STR("a:b\n", value("b"));
        CHECK_STR("a:b c d\n", value("  b \t c\td  "));
        CHECK_STR("a:\"b c\"\n", value("\"b   c\""));
        CHECK_STR("a:\xc3\xbc, \xff\n", value("\xc3\xbc,  \xff"));
    }
    TEST("a header that would break its line is refused")
    {
        static const char *const bad_names[] = {"",       "a b",      "a:",  "a\n",
                                                "a\r\nb", "\xc3\xbc", "a;b", "a,b"};

        CHECK_STR("InvalidRequest", value("v\nx"));
        CHECK_STR("InvalidRequest", value("v\r"));
        CHECK_STR("InvalidRequest", value("v\x7f"));
        CHECK_STR("InvalidRequest", value("\x01"));
        for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
            struct http_header header = {bad_names[i], "v"};

            CHECK_STR("InvalidRequest", headers(&header, 1));
        }
    }
    TEST("as many headers as are allowed, and no more")
    {
        struct http_header many[CANONICAL_HEADERS_MAX + 1];

        for (size_t i = 0; i < CANONICAL_HEADERS_MAX + 1; i++)
            many[i] = (struct http_header){"k", "v"};
        CHECK_INT(2 * CANONICAL_HEADERS_MAX + 2, strlen(headers(many, CANONICAL_HEADERS_MAX)));
        CHECK_STR("InvalidRequest", headers(many, CANONICAL_HEADERS_MAX + 1));
    }
}

int main(void)
{
    buf_init(&out, 10000);
    buf_init(&names, 10000);
    test_path();
    test_query();
    test_headers();
    buf_clear(&out);
    buf_clear(&names);
    return unit_end();
}
