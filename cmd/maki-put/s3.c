/* A bucket as a target: keys are those of objects below a prefix. */
#include <stdlib.h>
#include <string.h>

#include "aws/s3_put.h"
#include "aws/s3_uri.h"
#include "base/mem.h"
#include "target.h"
#include "tool/transport.h"

enum { SLOTS = 64 };

struct slot {
    struct s3_put put;
    char *key;
    struct error err; /* why it was not even sent */
};

struct bucket {
    struct tool_transport world;
    struct s3_uri uri;
    size_t prefix_len; /* of uri.key, without '/' at its end */
    struct put_options options;
    struct slot slots[SLOTS];
};

static void bucket_start(void *state, size_t number, const struct put_object *object)
{
    struct bucket *b = state;
    struct slot *slot = &b->slots[number];
    struct s3_object place = {b->uri.bucket, NULL};
    struct s3_put_params params = {
        .data = object->data,
        .len = object->len,
        .sha256_hex = object->sha256_hex,
        .content_type = s3_content_type(object->key),
        .condition = {.if_none = b->options.no_clobber},
    };

    free(slot->key);
    slot->key = mem_printf("%.*s%s%s", (int)b->prefix_len, b->uri.key, b->prefix_len ? "/" : "",
                           object->key);
    place.key = slot->key;
    error_clear(&slot->err);
    if (s3_put_start(&slot->put, &place, &params, &slot->err) < 0)
        error_prefix(&slot->err, "s3://%s/%.200s", place.bucket, place.key);
}

static bool bucket_is_over(void *state, size_t number)
{
    struct bucket *b = state;
    struct error ignored; /* finish meets it again */

    if (!b->slots[number].put.over)
        http_wait(b->world.transport, 0, &ignored);
    return b->slots[number].put.over;
}

/* What is wrong with this key or object alone. */
static bool is_its_own(const struct error *err)
{
    static const char *const codes[] = {"BadKey", "KeyTooLongError", "EntityTooLarge",
                                        "ConditionalRequestConflict"};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(codes[i], err->code) == 0)
            return true;
    }
    return false;
}

static enum put_outcome outcome_of(const struct bucket *b, const struct error *err)
{
    if (err->kind == ERR_NONE)
        return PUT_STORED;
    if (b->options.no_clobber && strcmp(err->code, "PreconditionFailed") == 0)
        return PUT_EXISTED;
    return is_its_own(err) ? PUT_REFUSED : PUT_FAILED;
}

static enum put_outcome bucket_finish(void *state, size_t number, struct error *err)
{
    struct bucket *b = state;
    struct slot *slot = &b->slots[number];
    struct s3_put *put = &slot->put;
    enum put_outcome outcome;

    while (!put->over) {
        if (http_wait(b->world.transport, 1000, err) < 0)
            return PUT_FAILED;
    }
    *err = slot->err.kind != ERR_NONE ? slot->err : put->err;
    outcome = outcome_of(b, err);
    if (outcome == PUT_FAILED) {
        struct error cause = *err;

        error_set(err, cause.kind, cause.code,
                  "%s; when that is mended, run the same command again", cause.message);
    }
    return outcome;
}

static void bucket_close(void *state)
{
    struct bucket *b = state;

    for (size_t i = 0; i < SLOTS; i++) {
        s3_put_clear(&b->slots[i].put);
        free(b->slots[i].key);
    }
    tool_transport_close(&b->world);
    free(b);
}

int s3_open(struct put_target *target, const char *uri, const struct put_options *options,
            struct error *err)
{
    const struct tool_transport_needs needs = {.clock = clock_real(), .in_flight_max = SLOTS};
    struct bucket *b;

    if (tool_transport_is_offline())
        return error_set(err, ERR_CONFIG, "Offline",
                         "cannot store in %.200s with --offline (or MAKI_OFFLINE=1)", uri);
    b = mem_calloc(1, sizeof(*b));
    if (s3_uri_parse(&b->uri, uri, err) < 0 || tool_transport_open(&b->world, &needs, err) < 0) {
        tool_transport_close(&b->world);
        free(b);
        return -1;
    }
    b->prefix_len = strlen(b->uri.key);
    while (b->prefix_len > 0 && b->uri.key[b->prefix_len - 1] == '/')
        b->prefix_len--;
    b->options = *options;
    for (size_t i = 0; i < SLOTS; i++)
        s3_put_init(&b->slots[i].put, b->world.transport);
    *target = (struct put_target){
        b, SLOTS, true, bucket_start, bucket_is_over, bucket_finish, bucket_close};
    return 0;
}
