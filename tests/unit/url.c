#include "aws/url.h"

#include <stdio.h>

#include "unit.h"

/* A URL, and its parts: "scheme host port path ?query". */
static void check_parts(const char *expected, const char *text)
{
    struct aws_url url;
    char parts[4096] = "";
    const char *wrong = aws_url_parse(text, &url);

    if (wrong == NULL)
        snprintf(parts, sizeof(parts), "%s %s %d %s ?%s", url.https ? "https" : "http", url.host,
                 url.port, url.path, url.query);
    CHECK_STR(expected, wrong ? wrong : parts);
}

#define NO_HOST  "the URL has no valid host name or address"
#define NO_PORT  "the URL's port is not a number from 1 to 65535"
#define BAD_PATH "the URL's path has characters or segments that are not accepted"

static void test_parts(void)
{
    TEST("a URL is scheme, host, port, path and query")
    {
        check_parts("https h.example.com 443  ?", "https://h.example.com");
        check_parts("http h 80 / ?", "http://h/");
        check_parts("http h 8080 /a/b%20c ?x=1&y=?", "http://h:8080/a/b%20c?x=1&y=?");
        check_parts("https h 1  ?q", "HTTPS://H:1?q");
        check_parts("http my_host-1 65535 // ?", "http://my_host-1:65535//");
        check_parts("http 127.0.0.1 7480  ?", "http://127.0.0.1:7480");
        check_parts("http [::1] 80 /x ?", "http://[::1]/x");
        check_parts("http [fd00:ec2::23] 99  ?", "http://[FD00:EC2::23]:99");
        check_parts("http h 80 /.../.a/a. ?", "http://h/.../.a/a.");
    }
    TEST("anything but http and https is refused")
    {
        check_parts("not a URL that begins with https:// or http://", "h.example.com");
        check_parts("not a URL that begins with https:// or http://", "ftp://h");
        check_parts("not a URL that begins with https:// or http://", "");
        check_parts("not a URL that begins with https:// or http://", "http:/h");
        check_parts("not a URL that begins with https:// or http://", " https://h");
    }
    TEST("what another reader could take for another host is refused")
    {
        check_parts("a URL with a user name or password is not accepted",
                    "https://amazonaws.com:x@evil.com/");
        check_parts("a URL with a user name or password is not accepted", "https://@evil.com");
        check_parts(NO_HOST, "https://");
        check_parts(NO_HOST, "https:///path");
        check_parts(NO_HOST, "https://:80");
        check_parts(NO_HOST, "https://evil.com\\.amazonaws.com");
        check_parts(NO_HOST, "https://evil.com%2f.amazonaws.com");
        check_parts(NO_HOST, "https://a b");
        check_parts(NO_HOST, "https://a\tb");
        check_parts(NO_HOST, "https://a\nb");
        check_parts(NO_HOST, "https://\xef\xbd\x81.com");
        check_parts(NO_HOST, "https://a..b");
        check_parts(NO_HOST, "https://.a");
        check_parts(NO_HOST, "https://a.");
        check_parts(NO_HOST, "https://-a");
        check_parts(NO_HOST, "https://a-.b");
        check_parts(NO_HOST, "https://[::1");
        check_parts(NO_HOST, "https://[::1]x");
        check_parts(NO_HOST, "https://[::1%25eth0]");
        check_parts(NO_HOST, "https://[]");
        check_parts(NO_HOST, "https://[127.0.0.1]");
    }
    TEST("addresses in their unusual forms are refused")
    {
        check_parts(NO_HOST, "http://127.1");
        check_parts(NO_HOST, "http://2130706433");
        check_parts(NO_HOST, "http://0x7f000001");
        check_parts(NO_HOST, "http://0x7f.0.0.0x1");
        check_parts(NO_HOST, "http://0177.0.0.1");
        check_parts(NO_HOST, "http://1.2.3.4.5");
        check_parts(NO_HOST, "http://256.0.0.1");
    }
    TEST("ports are numbers that there are")
    {
        check_parts(NO_PORT, "http://h:");
        check_parts(NO_PORT, "http://h:0");
        check_parts(NO_PORT, "http://h:65536");
        check_parts(NO_PORT, "http://h:4294967376");
        check_parts(NO_PORT, "http://h:80a");
        check_parts(NO_PORT, "http://h:-1");
        check_parts(NO_PORT, "http://h:80:80");
    }
    TEST("paths are clean")
    {
        check_parts(BAD_PATH, "http://h/a b");
        check_parts(BAD_PATH, "http://h/../x");
        check_parts(BAD_PATH, "http://h/a/.");
        check_parts(BAD_PATH, "http://h/a#b");
        check_parts(BAD_PATH, "http://h#b");
        check_parts(BAD_PATH, "http://h/a\nb");
        check_parts("the URL's query has characters that are not accepted", "http://h/?a#b");
    }
}

static void test_lengths(void)
{
    struct aws_url url;
    char text[4096];

    TEST("lengths are bounded")
    {
        snprintf(text, sizeof(text), "http://h/%01022d", 0);
        CHECK_STR(NULL, aws_url_parse(text, &url));
        CHECK_INT(1023, strlen(url.path));
        snprintf(text, sizeof(text), "http://h/%01023d", 0);
        CHECK_STR("the URL is too long", aws_url_parse(text, &url));
        snprintf(text, sizeof(text), "http://h/?%01023d", 0);
        CHECK_STR(NULL, aws_url_parse(text, &url));
        snprintf(text, sizeof(text), "http://h/?%01024d", 0);
        CHECK_STR("the URL is too long", aws_url_parse(text, &url));
        snprintf(text, sizeof(text), "http://a%062d.b%062d.c%062d.d%062d", 0, 0, 0, 0);
        CHECK_STR(NULL, aws_url_parse(text, &url));
        snprintf(text, sizeof(text), "http://a%062d.b%062d.c%062d.d%062d.e", 0, 0, 0, 0);
        CHECK_STR(NO_HOST, aws_url_parse(text, &url));
        snprintf(text, sizeof(text), "http://a%063d", 0);
        CHECK_STR(NO_HOST, aws_url_parse(text, &url));
    }
}

static void test_hosts(void)
{
    TEST("addresses are known, in their usual form")
    {
        CHECK(aws_host_is_address("10.0.0.1"));
        CHECK(aws_host_is_address("[2001:db8::1]"));
        CHECK(!aws_host_is_address("10.0.0"));
        CHECK(!aws_host_is_address("2001:db8::1"));
        CHECK(!aws_host_is_address("s3.amazonaws.com"));
    }
    TEST("the loopback is localhost, 127.0.0.0/8 and ::1, in any spelling")
    {
        CHECK(aws_host_is_loopback("localhost"));
        CHECK(aws_host_is_loopback("127.0.0.1"));
        CHECK(aws_host_is_loopback("127.255.1.2"));
        CHECK(aws_host_is_loopback("[::1]"));
        CHECK(aws_host_is_loopback("[0:0:0:0:0:0:0:1]"));
        CHECK(!aws_host_is_loopback("127.0.0.1.evil.com"));
        CHECK(!aws_host_is_loopback("localhost.evil.com"));
        CHECK(!aws_host_is_loopback("127.1"));
        CHECK(!aws_host_is_loopback("[::]"));
        CHECK(!aws_host_is_loopback("[::ffff:127.0.0.1]"));
        CHECK(!aws_host_is_loopback("0.0.0.0"));
    }
    TEST("IPv6 addresses are compared as such")
    {
        CHECK(aws_host_equals("[fd00:ec2::23]", "[fd00:0ec2:0:0::0023]"));
        CHECK(!aws_host_equals("[fd00:ec2::23]", "[fd00:ec2::24]"));
        CHECK(aws_host_equals("a", "a") && !aws_host_equals("a", "b"));
    }
    TEST("a host label is letters, digits and '-' inside")
    {
        CHECK(aws_is_host_label("us-east-1") && aws_is_host_label("a") && aws_is_host_label("A1"));
        CHECK(!aws_is_host_label("") && !aws_is_host_label("-a") && !aws_is_host_label("a-"));
        CHECK(!aws_is_host_label("a.b") && !aws_is_host_label("a/b") && !aws_is_host_label("a_b"));
        CHECK(!aws_is_host_label("a@b") && !aws_is_host_label("a#") && !aws_is_host_label("a:1"));
    }
}

int main(void)
{
    test_parts();
    test_lengths();
    test_hosts();
    return unit_end();
}
