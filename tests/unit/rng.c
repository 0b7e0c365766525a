#include "base/rng.h"

#include "unit.h"

static void test_series(void)
{
    struct rng a = rng_seed(1234567);
    struct rng b = rng_seed(1234567);

    TEST("the series is SplitMix64's published one")
    {
        CHECK(rng_next(&a) == UINT64_C(6457827717110365317));
        CHECK(rng_next(&a) == UINT64_C(3203168211198807973));
        CHECK(rng_next(&a) == UINT64_C(9817491932198370423));
        CHECK(rng_next(&a) == UINT64_C(4593380528125082431));
        CHECK(rng_next(&a) == UINT64_C(16408922859458223821));
    }
    TEST("the same seed gives the same series")
    {
        a = rng_seed(1234567);
        for (int i = 0; i < 100; i++)
            CHECK(rng_next(&a) == rng_next(&b));
    }
}

static void test_derive(void)
{
    struct rng a = rng_derive(7, "case", 1);
    struct rng b = rng_derive(7, "case", 1);
    struct rng others[] = {rng_derive(7, "case", 2), rng_derive(8, "case", 1),
                           rng_derive(7, "cas", 1), rng_derive(7, "", 1), rng_derive(7, "tone", 1)};

    TEST("seed, purpose and index name a generator, and each of them matters")
    {
        CHECK(a.state == b.state);
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            CHECK(a.state != others[i].state);
    }
}

static void test_below(void)
{
    struct rng rng = rng_seed(3);
    int counts[7] = {0};

    TEST("numbers below a bound stay below it and come up about equally often")
    {
        for (int i = 0; i < 70000; i++) {
            uint64_t n = rng_below(&rng, 7);

            CHECK(n < 7);
            counts[n % 7]++;
        }
        for (int i = 0; i < 7; i++)
            CHECK(counts[i] > 9500 && counts[i] < 10500);
    }
    TEST("the bounds 1, 2^63 + 1 and the largest work")
    {
        CHECK_INT(0, rng_below(&rng, 1));
        CHECK(rng_below(&rng, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
        CHECK(rng_below(&rng, UINT64_MAX) < UINT64_MAX);
    }
}

static void test_unit(void)
{
    struct rng rng = rng_seed(4);
    double sum = 0;

    TEST("fractions lie in [0, 1) and average a half")
    {
        for (int i = 0; i < 100000; i++) {
            double x = rng_unit(&rng);

            CHECK(x >= 0 && x < 1);
            sum += x;
        }
        CHECK(sum > 49500 && sum < 50500);
    }
}

int main(void)
{
    test_series();
    test_derive();
    test_below();
    test_unit();
    TEST("secrets differ from call to call")
    {
        CHECK(rng_secret() != rng_secret());
    }
    return unit_end();
}
