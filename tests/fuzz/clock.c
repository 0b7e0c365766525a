/* A time that is read, written and read again is the same millisecond; a span is never after now.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t now = INT64_C(1767323045678);
    char *text = malloc(size + 1);
    char written[TIME_ISO_SIZE];
    int64_t ms = -1;
    int64_t again = -2;

    memcpy(text, data, size);
    text[size] = '\0';
    if (time_parse_iso(text, &ms) == 0) {
        time_format_iso(ms, written);
        /* a zone may carry the ends of year 0 and 9999 over into years of other lengths, which are
         * not read */
        assert(time_parse_iso(written, &again) < 0 || again == ms);
        assert(again == ms || ms < INT64_C(-62167219200000) || ms >= INT64_C(253402300800000));
    } else {
        assert(ms == -1);
        assert(time_parse(text, now, &ms) < 0 || ms <= now);
    }
    if (size >= sizeof(ms)) {
        memcpy(&ms, data, sizeof(ms));
        time_format_iso(ms, written);
        assert(strlen(written) < sizeof(written));
    }
    free(text);
    return 0;
}
