#ifndef MAKI_AWS_URL_H
#define MAKI_AWS_URL_H

#include <stdbool.h>

/*
 * An absolute http or https URL that a user gave, taken apart strictly (RFC 3986): what this
 * accepts, no HTTP library can read as another host.
 */
enum { URL_HOST_SIZE = 256, URL_AUTHORITY_SIZE = URL_HOST_SIZE + 8, URL_PATH_SIZE = 1024 };

struct aws_url {
    bool https;
    char host[URL_HOST_SIZE];  /* lower case; an IPv6 address in brackets */
    int port;                  /* the scheme's own where the URL has none */
    char path[URL_PATH_SIZE];  /* as on the wire: "" or "/…" */
    char query[URL_PATH_SIZE]; /* without '?' */
};

/*
 * NULL if it is one, else words for "<where it came from>: …" that say what is wrong with it; they
 * do not show the URL, which may hold a password. No user names, no fragments, no dot segments,
 * visible ASCII only.
 */
const char *aws_url_parse(const char *text, struct aws_url *url);

/* What a host is. An address is one in its usual form only: 127.1 or 0x7f000001 are none. */
bool aws_host_is_address(const char *host);

/* 127.0.0.0/8, [::1] or localhost. */
bool aws_host_is_loopback(const char *host);

/* Whether two hosts are the same IPv6 address, or the same text. */
bool aws_host_equals(const char *a, const char *b);

/* A DNS label: 1 to 63 letters, digits and '-', which is neither first nor last. */
bool aws_is_host_label(const char *text);

#endif
