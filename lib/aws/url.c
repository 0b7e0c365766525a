#include "aws/url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LETTERS    "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS     "0123456789"
#define PATH_CHARS CAPITALS LETTERS DIGITS "-._~%!$&'()*+,;=:@/"

/* The address in "[…]". */
static bool read_ipv6(const char *host, struct in6_addr *address)
{
    char text[INET6_ADDRSTRLEN];
    size_t len = strlen(host);

    if (len < 2 || len - 2 >= sizeof(text) || *host != '[' || host[len - 1] != ']')
        return false;
    memcpy(text, host + 1, len - 2);
    text[len - 2] = '\0';
    return inet_pton(AF_INET6, text, address) == 1;
}

/*
 * inet_pton wants four decimal numbers; resolvers also take 127.1 and octal ones, which are not to
 * pass for names.
 */
static bool is_ipv4(const char *host)
{
    struct in_addr address;

    return inet_pton(AF_INET, host, &address) == 1;
}

bool aws_host_is_address(const char *host)
{
    struct in6_addr address;

    return is_ipv4(host) || read_ipv6(host, &address);
}

bool aws_host_is_loopback(const char *host)
{
    struct in6_addr address;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (is_ipv4(host))
        return strncmp(host, "127.", 4) == 0;
    return read_ipv6(host, &address) && IN6_IS_ADDR_LOOPBACK(&address);
}

bool aws_host_equals(const char *a, const char *b)
{
    struct in6_addr x;
    struct in6_addr y;

    if (read_ipv6(a, &x) && read_ipv6(b, &y))
        return memcmp(&x, &y, sizeof(x)) == 0;
    return strcmp(a, b) == 0;
}

static bool is_label(const char *text, size_t len)
{
    return len > 0 && len <= 63 && strspn(text, CAPITALS LETTERS DIGITS "-") >= len &&
           *text != '-' && text[len - 1] != '-';
}

bool aws_is_host_label(const char *text)
{
    return is_label(text, strlen(text));
}

/*
 * A name that resolves as a name: its last label is not all digits, so it cannot be read as an
 * address. '_' is seen in the wild.
 */
static bool is_name(const char *host)
{
    const char *last = strrchr(host, '.');

    last = last ? last + 1 : host;
    if (last[strspn(last, DIGITS)] == '\0' || strncmp(last, "0x", 2) == 0)
        return false;
    for (;;) {
        size_t len = strcspn(host, ".");

        if (len == 0 || len > 63 || strspn(host, LETTERS DIGITS "-_") < len || *host == '-' ||
            host[len - 1] == '-')
            return false;
        if (host[len] == '\0')
            return true;
        host += len + 1;
    }
}

static bool read_host(const char *text, size_t len, char host[URL_HOST_SIZE])
{
    if (len == 0 || len >= URL_HOST_SIZE)
        return false;
    for (size_t i = 0; i < len; i++)
        host[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    host[len] = '\0';
    return aws_host_is_address(host) || is_name(host);
}

/* Decimal digits only, 1 to 65535. */
static bool read_port(const char *text, size_t len, int *port)
{
    *port = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || *port > 65535)
            return false;
        *port = *port * 10 + (text[i] - '0');
    }
    return *port > 0 && *port <= 65535;
}

static const char *read_authority(const char *text, size_t len, struct aws_url *url)
{
    const char *bracket = *text == '[' ? memchr(text, ']', len) : NULL;
    const char *from = bracket ? bracket : text;
    const char *colon = memchr(from, ':', len - (size_t)(from - text));
    size_t host_len = colon ? (size_t)(colon - text) : len;

    if (memchr(text, '@', len) != NULL)
        return "a URL with a user name or password is not accepted";
    if (!read_host(text, host_len, url->host))
        return "the URL has no valid host name or address";
    url->port = url->https ? 443 : 80;
    if (colon != NULL && !read_port(colon + 1, len - host_len - 1, &url->port))
        return "the URL's port is not a number from 1 to 65535";
    return NULL;
}

/* "." and ".." in a path, which clients remove and servers resolve, each in its own way. */
static bool has_dot_segment(const char *path, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i <= len; i++) {
        size_t segment = i - start;

        if (i < len && path[i] != '/')
            continue;
        if ((segment == 1 || segment == 2) && strncmp(path + start, "..", segment) == 0)
            return true;
        start = i + 1;
    }
    return false;
}

static const char *read_path(const char *text, struct aws_url *url)
{
    size_t len = strcspn(text, "?");
    const char *query = text[len] == '?' ? text + len + 1 : "";

    if (len >= URL_PATH_SIZE || strlen(query) >= URL_PATH_SIZE)
        return "the URL is too long";
    if (strspn(text, PATH_CHARS) < len || has_dot_segment(text, len))
        return "the URL's path has characters or segments that are not accepted";
    if (strspn(query, PATH_CHARS "?") < strlen(query))
        return "the URL's query has characters that are not accepted";
    memcpy(url->path, text, len);
    url->path[len] = '\0';
    memcpy(url->query, query, strlen(query) + 1);
    return NULL;
}

const char *aws_url_parse(const char *text, struct aws_url *url)
{
    size_t len;
    const char *wrong;

    memset(url, 0, sizeof(*url));
    url->https = strncasecmp(text, "https://", 8) == 0;
    if (!url->https && strncasecmp(text, "http://", 7) != 0)
        return "not a URL that begins with https:// or http://";
    text += url->https ? 8 : 7;
    len = strcspn(text, "/?#");
    wrong = read_authority(text, len, url);
    return wrong ? wrong : read_path(text + len, url);
}
