#include "maki/sample.h"

#include <stdlib.h>

#include "base/mem.h"
#include "json/json.h"

void sample_init(struct sample *s, size_t bytes_max)
{
    *s = (struct sample){.bytes_max = bytes_max, .stride = 1};
}

void sample_clear(struct sample *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    free(s->items);
    free(s->lens);
    *s = (struct sample){.bytes_max = s->bytes_max, .stride = 1};
}

/* The kept items are numbers 0, stride, 2·stride, …: with twice the stride every other one goes. */
static void thin_out(struct sample *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (i % 2 == 0) {
            s->items[kept] = s->items[i];
            s->lens[kept++] = s->lens[i];
        } else {
            s->bytes -= s->lens[i];
            free(s->items[i]);
        }
    }
    s->count = kept;
    s->stride *= 2;
}

void sample_offer(struct sample *s, jv item)
{
    struct buf text;

    if (s->seen++ % s->stride != 0)
        return;
    buf_init(&text, s->bytes_max);
    if (json_write(&text, item) < 0)
        buf_reset(&text); /* it keeps its place, so that the stride stays even */
    s->items = mem_grow(s->items, &s->cap, s->count + 1, sizeof(*s->items));
    s->lens = mem_grow(s->lens, &s->lens_cap, s->count + 1, sizeof(*s->lens));
    s->lens[s->count] = text.len;
    s->bytes += text.len;
    s->items[s->count++] = buf_take(&text);
    while (s->bytes > s->bytes_max && s->count > 1)
        thin_out(s);
}

jv sample_array(const struct sample *s)
{
    jv array = jv_array();

    for (size_t i = 0; i < s->count; i++) {
        struct error ignored;

        if (s->lens[i] > 0)
            json_append(&array, json_parse(s->items[i], s->lens[i], NULL, &ignored));
    }
    return array;
}
