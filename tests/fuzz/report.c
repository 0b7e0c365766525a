/*
 * Whatever the template and the values are, a key that comes out stays below its folder, and of two
 * different values at most one gets it. The input: a template, a newline, and the two values, apart
 * by a newline.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "maki/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_key(const struct buf *key)
{
    const char *p = buf_str(key);

    assert(strlen(p) == key->len && key->len > 0 && key->len <= REPORT_KEY_BYTES_MAX);
    for (const char *c = p; *c; c++)
        assert((unsigned char)*c >= 0x20 && *c != 0x7f);
    for (;;) {
        size_t len = strcspn(p, "/");

        assert(len > 0 && len <= REPORT_SEGMENT_BYTES_MAX);
        assert(len > 2 || strspn(p, ".") != len);
        if (p[len] == '\0')
            break;
        p += len + 1;
    }
}

static int expand(struct report_key *key, const char *value, size_t len, struct buf *out)
{
    jv record = jv_object();
    struct error err = {0};
    int status;

    json_set(&record, "a", json_string(value, len));
    status = report_key_expand(key, record, out, &err);
    assert(status == 0 || err.kind == ERR_DATA);
    jv_free(record);
    if (status == 0)
        check_key(out);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const items[] = {"n=../x"};
    const struct report_names names = {items, 1};
    const char *text = (const char *)data;
    const char *end = text + size;
    const char *first = memchr(text, '\n', size);
    const char *second = first ? memchr(first + 1, '\n', (size_t)(end - first - 1)) : NULL;
    struct report_key *key;
    struct error err = {0};
    struct buf one;
    struct buf two;
    char *template;

    if (second == NULL)
        return 0;
    template = mem_strndup(text, (size_t)(first - text));
    key = report_key_new(template, &names, 0, &err);
    assert(key != NULL || err.kind == ERR_USAGE);
    free(template);
    if (key == NULL)
        return 0;
    buf_init(&one, 1 << 16);
    buf_init(&two, 1 << 16);
    /* values that are text: what is not UTF-8 is made alike before it gets here */
    jv a = json_string(first + 1, (size_t)(second - first - 1));
    jv b = json_string(second + 1, (size_t)(end - second - 1));

    if (expand(key, first + 1, (size_t)(second - first - 1), &one) == 0 &&
        expand(key, second + 1, (size_t)(end - second - 1), &two) == 0 && report_key_varies(key))
        assert(jv_equal(jv_copy(a), jv_copy(b)) == (strcmp(buf_str(&one), buf_str(&two)) == 0));
    jv_free(a);
    jv_free(b);
    buf_clear(&one);
    buf_clear(&two);
    report_key_free(key);
    return 0;
}
