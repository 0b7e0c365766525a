#include "http/fixture.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a fixture can be written, and reads as the same again. */
static void check_round_trip(struct fixture *f)
{
    char digests[2][FIXTURE_DIGEST_SIZE];
    struct http_response response;
    struct error err;
    struct buf parts[3];
    struct fixture *again;

    if (fixture_response(f, 0, &response, &err) < 0)
        return;
    for (int i = 0; i < 3; i++)
        buf_init(&parts[i], 64 << 20);
    fixture_add_request(&parts[0], fixture_request(f));
    fixture_add_response(&parts[1], fixture_request(f)->method, &response);
    fixture_join(&parts[2], (struct json_span){parts[0].data, parts[0].len},
                 (struct json_span){parts[1].data, parts[1].len});
    assert(!buf_full(&parts[2]));
    again = fixture_parse(parts[2].data, parts[2].len, "again", &err);
    assert(again != NULL);
    fixture_digest(fixture_request(f), digests[0]);
    fixture_digest(fixture_request(again), digests[1]);
    assert(strcmp(digests[0], digests[1]) == 0);
    assert(fixture_count(again) == 1);
    assert(fixture_response(again, 0, &response, &err) == 0);
    fixture_free(again);
    for (int i = 0; i < 3; i++)
        buf_clear(&parts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    struct fixture *f = fixture_parse((const char *)data, size, "fuzz", &err);

    if (f == NULL) {
        assert(err.kind == ERR_DATA && *err.message);
        return 0;
    }
    assert(fixture_count(f) > 0);
    check_round_trip(f);
    fixture_free(f);
    return 0;
}
