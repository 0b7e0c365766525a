/*
 * What scan_json accepts, libjq parses, and no member or element is lost on the way; what is
 * written of it is accepted again, says the same, and is written the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/json.h"
#include "json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The ':' and ',' outside strings of a text that is valid. */
static size_t count_marks(const char *text, size_t len)
{
    size_t count = 0;
    bool in_string = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            in_string = !in_string;
        else if (in_string && text[i] == '\\')
            i++;
        else if (!in_string && (text[i] == ':' || text[i] == ','))
            count++;
    }
    return count;
}

static jv parse(const char *text, size_t len, bool *repaired)
{
    struct error err;
    jv value = json_parse(text, len, repaired, &err);

    assert(jv_is_valid(value));
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan_notes notes;
    struct error err;
    struct buf once;
    struct buf twice;
    bool repaired;
    jv value;
    jv again;

    if (scan_json((const char *)data, size, &notes, &err) < 0) {
        assert(err.kind == ERR_DATA && *err.message);
        return 0;
    }
    value = parse((const char *)data, size, &repaired);
    assert(repaired == (notes.bad_utf8 || notes.lone_surrogate));
    buf_init(&once, 1 << 24);
    buf_init(&twice, 1 << 24);
    assert(json_write(&once, value) == 0);
    assert(count_marks((const char *)data, size) == count_marks(once.data, once.len));
    again = parse(once.data, once.len, &repaired);
    assert(!repaired && jv_equal(jv_copy(value), jv_copy(again)));
    assert(json_write(&twice, again) == 0);
    assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    buf_reset(&twice);
    assert(json_indent(&twice, once.data, once.len) == 0);
    jv_free(again);
    again = parse(twice.data, twice.len, NULL);
    assert(jv_equal(value, again));
    buf_clear(&once);
    buf_clear(&twice);
    return 0;
}
