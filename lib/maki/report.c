#include "maki/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "maki/report_key.h"
#include "json/json.h"

/* In a shortened value: '~' and half of a SHA-256, in hexadecimal digits. No escaped value has a
 * '~' of its own. */
enum { CUT_MARK_BYTES = 33, VALUE_TEXT_MAX = 1 << 20 };

static bool is_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

int report_escape(struct buf *out, const char *value, size_t len, size_t bytes_max)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t start = out->len;
    size_t kept = start; /* what is left if the value must be cut: a mark fits behind it */
    char hex[DIGEST_HEX_SIZE];

    assert(bytes_max >= REPORT_VALUE_BYTES_MIN);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        const char escape[] = {'%', digits[c >> 4], digits[c & 15]};
        bool plain = is_plain(c) && (i > 0 || c != '.');

        if (buf_add(out, plain ? &value[i] : escape, plain ? 1 : sizeof(escape)) < 0)
            return -1;
        if (out->len - start <= bytes_max - CUT_MARK_BYTES)
            kept = out->len;
        if (out->len - start > bytes_max) {
            digest_sha256_hex(value, len, hex);
            buf_truncate(out, kept);
            return buf_addf(out, "~%.32s", hex);
        }
    }
    return 0;
}

struct report_key *report_key_new(const char *template, const struct report_names *names,
                                  int64_t now_ms, struct error *err)
{
    struct report_key *key = mem_calloc(1, sizeof(*key));

    buf_init(&key->scratch, VALUE_TEXT_MAX);
    if (report_parse(key, template, names, now_ms, err) == 0)
        return key;
    report_key_free(key);
    return NULL;
}

bool report_key_varies(const struct report_key *key)
{
    for (size_t i = 0; i < key->count; i++) {
        if (key->parts[i].is_member)
            return true;
    }
    return false;
}

/* Follow a path of names: borrowed. */
static jv find_member(jv record, const char *path)
{
    char name[REPORT_TEMPLATE_BYTES_MAX + 1];
    jv value = record;

    while (*path) {
        size_t len = strcspn(path, ".");

        memcpy(name, path, len);
        name[len] = '\0';
        value = json_get(value, name);
        path += len + (path[len] == '.');
    }
    return value;
}

/* A plain value as bytes, borrowed from it or from the scratch buffer; NULL if it is none. */
static const char *value_text(struct report_key *key, jv value, size_t *len)
{
    const char *text = json_text(value, len);

    if (text != NULL)
        return text;
    if (!json_is(value, JV_KIND_NUMBER) && !json_is(value, JV_KIND_TRUE) &&
        !json_is(value, JV_KIND_FALSE))
        return NULL;
    buf_reset(&key->scratch);
    if (json_write(&key->scratch, value) < 0)
        return NULL;
    *len = key->scratch.len;
    return buf_str(&key->scratch);
}

static int expand_member(struct report_key *key, const struct report_part *part, jv record,
                         struct buf *out, struct error *err)
{
    jv value = find_member(record, part->text);
    size_t len;
    const char *text;

    if (!jv_is_valid(value) || json_is(value, JV_KIND_NULL))
        return error_set(err, ERR_DATA, "NoMember",
                         "the key needs '%s', which neither the record has nor --set gives",
                         part->text);
    text = value_text(key, value, &len);
    if (text == NULL || len == 0)
        return error_set(err, ERR_DATA, "BadMember", "the key needs '%s', which is %s", part->text,
                         text ? "empty" : "no string, number or truth value");
    /* no case is to take the place of the run's summary.json or manifest.json */
    if (len == strlen("summary") && memcmp(text, "summary", len) == 0)
        buf_adds(out, "%73ummary");
    else if (len == strlen("manifest") && memcmp(text, "manifest", len) == 0)
        buf_adds(out, "%6Danifest");
    else
        report_escape(out, text, len, part->bytes_max);
    return 0;
}

int report_key_expand(struct report_key *key, jv record, struct buf *out, struct error *err)
{
    buf_reset(out);
    for (size_t i = 0; i < key->count; i++) {
        const struct report_part *part = &key->parts[i];

        if (!part->is_member)
            buf_adds(out, part->text);
        else if (expand_member(key, part, record, out, err) < 0)
            return -1;
    }
    if (buf_full(out) || out->len > REPORT_KEY_BYTES_MAX)
        return error_set(err, ERR_DATA, "KeyTooLong", "the key is longer than %d bytes",
                         REPORT_KEY_BYTES_MAX);
    return 0;
}

void report_key_free(struct report_key *key)
{
    if (key == NULL)
        return;
    for (size_t i = 0; i < key->count; i++)
        free(key->parts[i].text);
    free(key->parts);
    buf_clear(&key->scratch);
    free(key);
}
