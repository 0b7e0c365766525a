/*
 * Signs a request made of the input's lines: flags, method, path, query, then headers
 * ("name:value"), then the body. What is signed must have as many lines as it should, whatever is
 * in them, and canonical text must be canonical text of itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/canonical.h"
#include "aws/sigv4.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS_MAX = 80, FIXED = 4 };

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Cut the text into its lines; how many there are. The last field is all that is left. */
static size_t split(char *text, char *fields[FIELDS_MAX])
{
    size_t count = 0;

    for (char *next = text; next != NULL && count < FIELDS_MAX; count++) {
        fields[count] = next;
        next = strchr(next, '\n');
        if (next != NULL && count < FIELDS_MAX - 1)
            *next++ = '\0';
    }
    return count;
}

static size_t count_lines(const struct buf *text)
{
    size_t count = 1;

    for (size_t i = 0; i < text->len; i++)
        count += text->data[i] == '\n';
    return count;
}

static size_t count_names(const char *names)
{
    size_t count = 1;

    for (; *names; names++)
        count += *names == ';';
    return count;
}

static void check_query(const char *query)
{
    struct buf once, twice;
    struct error err;

    buf_init(&once, SIGV4_BYTES_MAX);
    buf_init(&twice, SIGV4_BYTES_MAX);
    if (canonical_query(&once, query, &err) == 0) {
        must(canonical_query(&twice, buf_str(&once), &err) == 0);
        must(strcmp(buf_str(&once), buf_str(&twice)) == 0);
    }
    buf_clear(&once);
    buf_clear(&twice);
}

static void check_signature(const struct sigv4 *s)
{
    /* method, path, query, a line for each header, an empty one, the names, the hash */
    must(count_lines(&s->canonical_request) == 6 + count_names(buf_str(&s->signed_headers)));
    must(count_lines(&s->string_to_sign) == 4);
    must(strlen(s->signature) == 2 * DIGEST_SIZE);
    for (size_t i = 0; i < s->header_count; i++)
        must(strpbrk(s->headers[i].value, "\r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sigv4 signer;
    static const struct sigv4_credentials keys = {"AKIDEXAMPLE", "secret", "token"};
    struct http_header headers[FIELDS_MAX];
    char *text = mem_strndup((const char *)data, size);
    char *fields[FIELDS_MAX] = {0};
    size_t count = split(text, fields);
    struct error err;

    if (signer.canonical_request.max == 0)
        sigv4_init(&signer);
    if (count > FIXED) {
        struct sigv4_target target = {"h.example", "us-east-1",
                                      *fields[0] == 's' ? "s3" : "bedrock", 0};
        struct http_request request = {
            .method = fields[1], .path = fields[2], .query = fields[3], .headers = headers};

        for (size_t i = FIXED; i < count - 1; i++) {
            char *colon = strchr(fields[i], ':');

            if (colon != NULL)
                *colon = '\0';
            headers[request.header_count++] =
                (struct http_header){fields[i], colon ? colon + 1 : ""};
        }
        request.body = fields[count - 1];
        request.body_len = strlen(request.body);
        check_query(request.query);
        if (sigv4_sign(&signer, &request, &target, &keys, &err) == 0)
            check_signature(&signer);
        else
            must(signer.header_count == 0 && *err.message != '\0');
    }
    free(text);
    return 0;
}
