#include "maki/sample.h"

#include "unit.h"

static void offer(struct sample *s, int number)
{
    jv item = jv_object();

    json_set(&item, "n", jv_number(number));
    json_set_str(&item, "text", "always the same length, nearly");
    sample_offer(s, item);
    jv_free(item);
}

/* Offer 0 … count - 1; what is kept must be every stride-th. */
static void check_even(int count, size_t bytes_max)
{
    struct sample s;
    jv kept;

    sample_init(&s, bytes_max);
    for (int i = 0; i < count; i++)
        offer(&s, i);
    kept = sample_array(&s);
    CHECK_INT(count, s.seen);
    CHECK_INT((count + s.stride - 1) / s.stride, json_count(kept));
    for (int i = 0; i < json_count(kept); i++)
        CHECK_INT(i * s.stride, json_int(json_at(kept, i), "n", -1));
    CHECK(s.bytes <= bytes_max);
    /* no coarser than needed: twice as many would not have fitted, but for one item */
    CHECK(s.stride == 1 || 2 * s.bytes + 100 > bytes_max / 2);
    jv_free(kept);
    sample_clear(&s);
}

int main(void)
{
    TEST("all is kept while it fits")
    {
        check_even(0, 1000);
        check_even(1, 1000);
        check_even(20, 1000);
    }
    TEST("beyond the budget every stride-th item is kept, whatever the number of items")
    {
        for (int count = 1; count < 300; count++)
            check_even(count, 500);
        check_even(100000, 5000);
        check_even(65536, 1 << 16);
        check_even(65537, 1 << 16);
    }
    TEST("the first item is always there, even if the budget is tight")
    {
        struct sample s;
        jv kept;

        sample_init(&s, 60);
        for (int i = 0; i < 1000; i++)
            offer(&s, i);
        kept = sample_array(&s);
        CHECK_INT(1, json_count(kept));
        CHECK_INT(0, json_int(json_at(kept, 0), "n", -1));
        jv_free(kept);
        sample_clear(&s);
    }
    TEST("items larger than the budget are left out and push nothing else out")
    {
        struct sample s;
        jv kept;
        jv large = jv_object();

        json_set(&large, "text", jv_string_empty(0));
        json_set_str(&large, "text",
                     "0123456789012345678901234567890123456789012345678901234567890123456789");
        sample_init(&s, 200);
        offer(&s, 0);
        for (int i = 1; i < 4; i++)
            offer(&s, i);
        kept = sample_array(&s);
        CHECK_INT(4, json_count(kept));
        jv_free(kept);
        sample_clear(&s);

        sample_init(&s, 60);
        sample_offer(&s, large);
        sample_offer(&s, large);
        offer(&s, 2);
        kept = sample_array(&s);
        CHECK_INT(3, s.seen);
        CHECK_INT(1, json_count(kept));
        CHECK_INT(2, json_int(json_at(kept, 0), "n", -1));
        jv_free(kept);
        jv_free(large);
        sample_clear(&s);
    }
    TEST("nothing offered, nothing kept; clearing makes it as new")
    {
        struct sample s;
        jv kept;

        sample_init(&s, 100);
        for (int i = 0; i < 50; i++)
            offer(&s, i);
        sample_clear(&s);
        kept = sample_array(&s);
        CHECK_INT(0, json_count(kept));
        CHECK_INT(1, s.stride);
        CHECK_INT(0, s.seen);
        jv_free(kept);
        offer(&s, 7);
        kept = sample_array(&s);
        CHECK_INT(1, json_count(kept));
        jv_free(kept);
        sample_clear(&s);
    }
    return unit_end();
}
