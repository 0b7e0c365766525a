#include "aws/cred_json.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of every text that is JSON, members can be looked for, and what is found lies in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"a", "a.b", "a.a.a", "Version", ""};
    struct scan_notes notes;
    struct error err;
    struct buf json;
    struct buf text;
    int64_t number;

    buf_init(&json, size + 1);
    buf_add(&json, data, size);
    if (scan_json(buf_str(&json), json.len, &notes, &err) == 0) {
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
            struct cred_span span = cred_json_find(&json, paths[i]);

            assert(span.at == NULL || (span.len > 0 && span.at > json.data &&
                                       span.at + span.len < json.data + json.len));
            assert(span.at == NULL || scan_json(span.at, span.len, &notes, &err) == 0);
            buf_init(&text, 16);
            cred_json_text(&json, paths[i], &text);
            cred_json_int(&json, paths[i], &number);
            buf_clear(&text);
        }
    }
    buf_clear(&json);
    return 0;
}
