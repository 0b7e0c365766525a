#include "aws/xml.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Whatever comes, reading ends, starts and ends balance, and nothing is read or written out of
 * bounds.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    struct xml x;
    struct buf out;
    enum xml_event event;
    size_t open = 0;
    size_t events = 0;

    xml_init(&x, (const char *)data, size);
    while ((event = xml_next(&x, &err)) == XML_START || event == XML_END) {
        assert(++events <= size); /* the shortest element has four bytes and two events */
        assert(xml_depth(&x) == (event == XML_START ? open++ : --open));
        assert(xml_text(&x, NULL)[x.text.len] == '\0');
    }
    assert(event == XML_BAD || open == 0);
    xml_clear(&x);
    buf_init(&out, 256);
    xml_find((const char *)data, size, "a/*/c", &out, &err);
    buf_clear(&out);
    return 0;
}
