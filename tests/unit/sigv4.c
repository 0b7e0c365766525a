/*
 * usage: sigv4 [GOLDEN]
 *
 * The signer against every signature in the golden files (see tests/golden/README.md): those in the
 * folder GOLDEN, else the environment's MAKI_GOLDEN, else the source tree's own tests/golden. What
 * they do not cover is in sigv4_edge.c.
 */
#include "aws/sigv4.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "golden.h"
#include "unit.h"
#include "json/json.h"

enum { GOLDEN_BYTES_MAX = 16 << 20, COUNT_MAX = 40 };

static struct sigv4 signer;
static struct error err;

/* The milliseconds of "20260102T030405Z". */
static int64_t ms_of(const char *amz_date)
{
    char *iso = mem_printf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", amz_date, amz_date + 4, amz_date + 6,
                           amz_date + 9, amz_date + 11, amz_date + 13);
    int64_t ms = -1;

    CHECK_INT(0, time_parse_iso(iso, &ms));
    free(iso);
    return ms;
}

/* The value of a header that the signer gave, or NULL. */
static const char *given(const char *name)
{
    for (size_t i = 0; i < signer.header_count; i++) {
        if (strcmp(signer.headers[i].name, name) == 0)
            return signer.headers[i].value;
    }
    return NULL;
}

/* A golden file, as a request to be signed. All text belongs to `root`, or to `path`. */
struct golden {
    jv root;
    struct http_request request;
    struct http_header headers[COUNT_MAX];
    struct sigv4_target target;
    char *path;
};

/*
 * What the signatures in the files leave out: the SDK's name and attempt, which change with each
 * request, and what its HTTP client had added after it had signed, known by the capital letters
 * (Connection, Content-Length).
 */
static bool is_dropped(const char *name)
{
    return strcmp(name, "user-agent") == 0 || strcmp(name, "x-amz-user-agent") == 0 ||
           strncmp(name, "amz-sdk-", 8) == 0 || (*name >= 'A' && *name <= 'Z');
}

static void golden_read_headers(struct golden *g, jv wire)
{
    jv list = json_get(wire, "headers");

    g->request.headers = g->headers;
    for (int i = 0; i < json_count(list) && g->request.header_count < COUNT_MAX; i++) {
        const char *name = json_text(json_at(json_at(list, i), 0), NULL);
        const char *value = json_text(json_at(json_at(list, i), 1), NULL);

        if (strcmp(name, "host") == 0)
            g->target.host = value;
        if (!is_dropped(name))
            g->headers[g->request.header_count++] = (struct http_header){name, value};
    }
}

static void golden_read(struct golden *g)
{
    jv wire = json_get(g->root, "wire");
    char *query;

    g->path = mem_strdup(json_str(wire, "request_target", NULL));
    query = strchr(g->path, '?');
    if (query != NULL)
        *query++ = '\0';
    g->request.method = json_str(wire, "method", NULL);
    g->request.path = g->path;
    g->request.query = query ? query : "";
    g->request.body = json_str(wire, "body_utf8", &g->request.body_len);
    g->target.region = json_str(g->root, "region", NULL);
    g->target.service = json_str(g->root, "service", NULL);
    golden_read_headers(g, wire);
}

/* Have the body hashed instead of being told its hash. False if the body is not what is signed. */
static bool golden_forget_hash(struct golden *g)
{
    size_t kept = 0;
    bool hashed = true;

    for (size_t i = 0; i < g->request.header_count; i++) {
        if (strcmp(g->headers[i].name, "x-amz-content-sha256") != 0)
            g->headers[kept++] = g->headers[i];
        else if (strstr(g->headers[i].value, "UNSIGNED-PAYLOAD") != NULL)
            hashed = false;
    }
    g->request.header_count = kept;
    return hashed;
}

static bool golden_sign(struct golden *g, jv variant, const char *token)
{
    jv keys = json_get(g->root, "sigv4");
    struct sigv4_credentials credentials = {json_str(keys, "access_key", NULL),
                                            json_str(keys, "secret_key", NULL), token};
    const char *date = strchr(json_str(variant, "stringToSign", NULL), '\n') + 1;

    g->target.now_ms = ms_of(date);
    if (sigv4_sign(&signer, &g->request, &g->target, &credentials, &err) == 0)
        return true;
    CHECK_STR("", err.message);
    return false;
}

static void golden_compare(struct golden *g, jv variant, const char *token)
{
    jv sent = json_get(variant, "signedHeadersSent");

    if (!golden_sign(g, variant, token))
        return;
    CHECK_STR(json_str(variant, "canonicalRequest", NULL), buf_str(&signer.canonical_request));
    CHECK_STR(json_str(variant, "stringToSign", NULL), buf_str(&signer.string_to_sign));
    CHECK_STR(json_str(variant, "signature", NULL), signer.signature);
    CHECK_STR(json_str(variant, "authorization", NULL), given("authorization"));
    CHECK_STR(json_str(sent, "x-amz-date", NULL), given("x-amz-date"));
    CHECK_STR(json_str(sent, "x-amz-content-sha256", NULL), given("x-amz-content-sha256"));
    CHECK_STR(json_str(sent, "x-amz-security-token", NULL), given("x-amz-security-token"));
}

/* The same headers, beginning with another one each time: the same signature. */
static void golden_compare_orders(struct golden *g, jv variant, const char *token)
{
    const char *expected = json_str(variant, "signature", NULL);
    size_t same = 0;

    for (size_t n = 0; n < g->request.header_count; n++) {
        struct http_header first = g->headers[0];

        memmove(g->headers, g->headers + 1, (g->request.header_count - 1) * sizeof(first));
        g->headers[g->request.header_count - 1] = first;
        same += golden_sign(g, variant, token) && strcmp(signer.signature, expected) == 0;
    }
    CHECK_INT(g->request.header_count, same);
}

/* One of an entry's signatures, in all the ways to come by it: 1, or 0 if there is none. */
static int golden_check_variant(struct golden *g, const char *name, const char *token)
{
    jv variant = json_get_path(g->root, "sigv4", name, NULL);

    if (!json_is(variant, JV_KIND_OBJECT))
        return 0;
    golden_compare(g, variant, token);
    golden_compare_orders(g, variant, token);
    return 1;
}

static int golden_check(struct golden *g)
{
    const char *token = json_str(json_get(g->root, "sigv4"), "session_token", NULL);
    int checked = golden_check_variant(g, "without_token", NULL);

    CHECK(token != NULL);
    return checked + golden_check_variant(g, "with_token", token);
}

/* How many signatures a file has, by its text alone. */
static int golden_count(const char *text)
{
    int count = 0;

    for (const char *p = text; (p = strstr(p, "\"stringToSign\"")) != NULL; p++)
        count++;
    return count;
}

/* All signatures of one file; how many were compared. */
static int golden_check_file(const char *text, size_t len)
{
    struct golden g = {.root = json_parse(text, len, NULL, &err)};
    int checked = 0;

    CHECK(json_is(g.root, JV_KIND_OBJECT));
    if (json_has(g.root, "sigv4")) {
        golden_read(&g);
        checked = golden_check(&g);
        if (golden_forget_hash(&g))
            CHECK_INT(checked, golden_check(&g));
    }
    free(g.path);
    jv_free(g.root);
    return checked;
}

struct totals {
    int files; /* with signatures */
    int signatures;
};

static void golden_file(const char *folder, const char *name, struct totals *totals)
{
    static char sentence[512]; /* the test's name, until the next test */
    char *path = mem_printf("%s/%s", folder, name);
    struct buf text;
    int count;

    buf_init(&text, GOLDEN_BYTES_MAX);
    if (file_read(path, &text, &err) < 0) {
        TEST("golden files can be read")
        CHECK_STR("", err.message);
    }
    count = golden_count(buf_str(&text));
    if (count > 0) {
        unit_finish_test();
        snprintf(sentence, sizeof(sentence), "%s: every signature, byte for byte", name);
        TEST(sentence)
        CHECK_INT(count, golden_check_file(text.data, text.len));
        totals->files++;
        totals->signatures += count;
    }
    buf_clear(&text);
    free(path);
}

static struct totals golden_folder(const char *folder)
{
    struct totals totals = {0};
    struct file_list list = {0};

    if (file_list_dir(folder, &list, &err) < 0)
        printf("# %s\n", err.message);
    for (size_t i = 0; i < list.count; i++) {
        const char *end = strrchr(list.names[i], '.');

        if (end != NULL && strcmp(end, ".json") == 0)
            golden_file(folder, list.names[i], &totals);
    }
    file_list_free(&list);
    TEST("the golden folder has signatures")
    {
        printf("# %d signatures in %d files of %s\n", totals.signatures, totals.files, folder);
        CHECK(totals.signatures > 0);
    }
    return totals;
}

static void test_golden(const char *named)
{
    char *own = named ? NULL : golden_own_folder();
    struct totals totals = golden_folder(named ? named : own);

    if (own != NULL) {
        TEST("none of our own golden signatures got lost")
        {
            CHECK_INT(25, totals.files);
            CHECK_INT(50, totals.signatures);
        }
    }
    free(own);
}

int main(int argc, char **argv)
{
    const char *named = argc > 1 && *argv[1] != '\0' ? argv[1] : getenv("MAKI_GOLDEN");

    sigv4_init(&signer);
    test_golden(named);
    sigv4_clear(&signer);
    return unit_end();
}
