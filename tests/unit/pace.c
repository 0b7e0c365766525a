#include "http/pace.h"

#include "unit.h"

/* A service that takes `limit` requests a second (a token bucket with a second's burst), and 100 ms
 * to answer. */
struct service {
    double limit;
    double credit;
    int64_t last_ms;
    long taken;
    long refused;
};

static bool serve(struct service *s, int64_t now_ms)
{
    s->credit += s->limit * (double)(now_ms - s->last_ms) / 1000;
    s->credit = s->credit > s->limit ? s->limit : s->credit;
    s->last_ms = now_ms;
    if (s->credit < 1) {
        s->refused++;
        return false;
    }
    s->credit -= 1;
    s->taken++;
    return true;
}

/* Keep up to 64 requests in flight from `from_ms` to `to_ms`, refused ones asked again by way of
 * the pace alone. */
static void drive(struct pace *p, struct service *s, int64_t from_ms, int64_t to_ms)
{
    enum { LATENCY_MS = 100, IN_FLIGHT = 64 };
    static bool pending[LATENCY_MS][IN_FLIGHT]; /* outcomes by the millisecond at which they come */
    static int counts[LATENCY_MS];
    int in_flight = 0;

    memset(counts, 0, sizeof(counts));
    for (int64_t now = from_ms; now < to_ms; now++) {
        int slot = (int)(now % LATENCY_MS);

        for (int i = 0; i < counts[slot]; i++)
            pace_ended(p, now, !pending[slot][i]);
        in_flight -= counts[slot];
        counts[slot] = 0;
        while (in_flight < IN_FLIGHT && pace_wait_ms(p, now) == 0) {
            pace_sent(p, 1000);
            pending[slot][counts[slot]++] = serve(s, now);
            in_flight++;
        }
    }
}

static void test_adaptive(void)
{
    TEST("a service that takes 20 a second settles within 10 % of that, with under 5 % refused")
    {
        struct pace p;
        struct service s = {.limit = 20, .credit = 20};

        pace_init(&p, 0, 0, 0);
        drive(&p, &s, 0, 5000);
        printf("# in the first 5 s: %ld taken, %ld refused\n", s.taken, s.refused);
        CHECK(s.refused < 44 + 60); /* 64 at once, of which 20 are taken, and what finds the rate */
        s.taken = s.refused = 0;
        drive(&p, &s, 5000, 65000);
        printf("# in the minute behind: %ld taken, %ld refused\n", s.taken, s.refused);
        CHECK(s.taken >= 60 * 18);
        CHECK(s.refused * 20 < s.taken + s.refused);
    }
    TEST("when the limit is lifted the rate finds its way up again")
    {
        struct pace p;
        struct service s = {.limit = 20, .credit = 20};
        long before;

        pace_init(&p, 0, 0, 0);
        drive(&p, &s, 0, 30000);
        s.limit = 200;
        drive(&p, &s, 30000, 150000);
        before = s.taken;
        drive(&p, &s, 150000, 160000);
        printf("# two minutes later: %ld a second\n", (s.taken - before) / 10);
        CHECK(s.taken - before > 10 * 100);
    }
    TEST("when the limit falls the rate follows within seconds")
    {
        struct pace p;
        struct service s = {.limit = 100, .credit = 100};
        long refused;
        long taken;

        pace_init(&p, 0, 0, 0);
        drive(&p, &s, 0, 30000);
        s.limit = 10;
        drive(&p, &s, 30000, 40000);
        refused = s.refused;
        taken = s.taken;
        drive(&p, &s, 40000, 70000);
        CHECK(s.taken - taken >= 30 * 8);
        CHECK((s.refused - refused) * 10 < s.taken - taken);
    }
}

static void test_limits(void)
{
    TEST("without limits and throttling nothing waits")
    {
        struct pace p;
        struct service s = {.limit = 1e6, .credit = 1e6};

        pace_init(&p, 0, 0, 0);
        drive(&p, &s, 0, 1000);
        CHECK(s.taken >= 64 * 10);
    }
    TEST("requests a minute are kept, also after a pause")
    {
        struct pace p;
        struct service s = {.limit = 1e6, .credit = 1e6};

        pace_init(&p, 600, 0, 0);
        drive(&p, &s, 0, 30000);
        CHECK(s.taken >= 290 && s.taken <= 301);
        s.taken = 0;
        drive(&p, &s, 600000, 601000);
        CHECK(s.taken <= 21);
    }
    TEST("tokens a minute are kept")
    {
        struct pace p;
        struct service s = {.limit = 1e6, .credit = 1e6};

        pace_init(&p, 0, 60000, 0); /* at 1000 tokens each: one a second */
        drive(&p, &s, 0, 60000);
        CHECK(s.taken >= 58 && s.taken <= 62);
    }
}

int main(void)
{
    test_adaptive();
    test_limits();
    return unit_end();
}
