#include "base/clock.h"

#include <stdlib.h>

#include "base/rng.h"
#include "unit.h"

static const char *iso(int64_t ms)
{
    static char text[TIME_ISO_SIZE];

    time_format_iso(ms, text);
    return text;
}

/* The time as text again, or "refused". */
static const char *reread(const char *text)
{
    int64_t ms = -1;

    if (time_parse_iso(text, &ms) == 0)
        return iso(ms);
    CHECK_INT(-1, ms); /* a refused text leaves the caller's value alone */
    return "refused";
}

static void test_format(void)
{
    char text[32];

    TEST("times are written in UTC with milliseconds")
    {
        CHECK_STR("1970-01-01T00:00:00.000Z", iso(0));
        CHECK_STR("2026-01-02T03:04:05.678Z", iso(INT64_C(1767323045678)));
    }
    TEST("times before 1970 are rounded down, not towards zero")
    {
        CHECK_STR("1969-12-31T23:59:59.999Z", iso(-1));
        CHECK_STR("1969-12-31T23:59:59.000Z", iso(-1000));
        CHECK_STR("1969-12-31T23:59:58.999Z", iso(-1001));
    }
    TEST("the largest and smallest numbers give some text and no overflow")
    {
        CHECK(strlen(iso(INT64_MAX)) < TIME_ISO_SIZE);
        CHECK(strlen(iso(INT64_MIN)) < TIME_ISO_SIZE);
    }
    TEST("a format that does not fit gives an empty string")
    {
        time_format(0, "%Y%m%d-%H%M%S", text, sizeof(text));
        CHECK_STR("19700101-000000", text);
        time_format(0, "%Y-%m-%d", text, 10);
        CHECK_STR("", text);
        time_format(0, "%Y-%m-%d", text, 11);
        CHECK_STR("1970-01-01", text);
    }
}

static void test_parse_iso(void)
{
    static const char *const refused[] = {
        "",
        "2026",
        "2026-1-2",
        "2026-00-10",
        "2026-13-01",
        "2026-04-31",
        "2026-02-29",
        "1900-02-29",
        "2026-01-02T",
        "2026-01-02T03",
        "2026-01-02T24:00",
        "2026-01-02T03:60",
        "2026-01-02T03:04:61",
        "2026-01-02T03:04:05.",
        "2026-01-02T03:04.5",
        "2026-01-02T03:04:05+2",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+02:60",
        "2026-01-02T03:04:05Zx",
        "2026-01-02Z",
        " 2026-01-02",
        "2026-01-02 ",
        "+026-01-02",
        "02026-01-02",
        "yesterday",
    };

    TEST("a date is midnight UTC")
    {
        CHECK_STR("2026-01-02T00:00:00.000Z", reread("2026-01-02"));
        CHECK_STR("0001-01-01T00:00:00.000Z", reread("0001-01-01"));
        CHECK_STR("9999-12-31T00:00:00.000Z", reread("9999-12-31"));
    }
    TEST("date and time, with and without seconds, fraction and zone")
    {
        CHECK_STR("2026-01-02T03:04:00.000Z", reread("2026-01-02T03:04"));
        CHECK_STR("2026-01-02T03:04:05.000Z", reread("2026-01-02 03:04:05"));
        CHECK_STR("2026-01-02T03:04:05.600Z", reread("2026-01-02T03:04:05.6Z"));
        CHECK_STR("2026-01-02T03:04:05.678Z", reread("2026-01-02T03:04:05,678999999999999999z"));
        CHECK_STR("2026-01-02T01:04:05.000Z", reread("2026-01-02T03:04:05+02:00"));
        CHECK_STR("2026-01-02T01:04:05.000Z", reread("2026-01-02T03:04:05+0200"));
        CHECK_STR("2026-01-02T08:34:05.000Z", reread("2026-01-02T03:04:05-05:30"));
        CHECK_STR("2025-12-31T23:30:00.000Z", reread("2026-01-01T00:00:00+00:30"));
    }
    TEST("leap days and leap seconds")
    {
        CHECK_STR("2024-02-29T00:00:00.000Z", reread("2024-02-29"));
        CHECK_STR("2000-02-29T00:00:00.000Z", reread("2000-02-29"));
        CHECK_STR("2017-01-01T00:00:00.000Z", reread("2016-12-31T23:59:60Z"));
    }
    TEST("what is no ISO time is refused")
    {
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
            CHECK_STR("refused", reread(refused[i]));
    }
    TEST("what is written is read back as the same millisecond, from year 1 to 9999")
    {
        const int64_t year_one_ms = INT64_C(62135596800000); /* before 1970 */
        const uint64_t span_ms = UINT64_C(315537897600000);  /* years 1 to 9999 */
        struct rng rng = rng_seed(1);

        for (int i = 0; i < 20000; i++) {
            int64_t ms = (int64_t)rng_below(&rng, span_ms) - year_one_ms;
            int64_t again = 0;

            if (time_parse_iso(iso(ms), &again) < 0 || again != ms) {
                CHECK_STR("(the same)", iso(ms));
                break;
            }
        }
    }
}

static void test_parse(void)
{
    static const char *const refused[] = {
        "",    "d",   "30",   "30x",  "30dd",     "30 d",
        "-5d", "+5d", " 30d", "1.5d", "1000001d", "99999999999999999999d",
        "30D", "NOW",
    };
    const int64_t now = INT64_C(1767323045678);
    int64_t ms;

    TEST("a span counts back from now")
    {
        CHECK_INT(0, time_parse("45m", now, &ms));
        CHECK_INT(now - INT64_C(45) * 60000, ms);
        CHECK_INT(0, time_parse("12h", now, &ms));
        CHECK_INT(now - INT64_C(12) * 3600000, ms);
        CHECK_INT(0, time_parse("30d", now, &ms));
        CHECK_INT(now - INT64_C(30) * 86400000, ms);
        CHECK_INT(0, time_parse("2w", now, &ms));
        CHECK_INT(now - INT64_C(14) * 86400000, ms);
        CHECK_INT(0, time_parse("0d", now, &ms));
        CHECK_INT(now, ms);
    }
    TEST("\"now\" and ISO times")
    {
        CHECK_INT(0, time_parse("now", now, &ms));
        CHECK_INT(now, ms);
        CHECK_INT(0, time_parse("2026-01-02", now, &ms));
        CHECK_STR("2026-01-02T00:00:00.000Z", iso(ms));
    }
    TEST("what is neither is refused")
    {
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
            if (time_parse(refused[i], now, &ms) == 0)
                CHECK_STR("(refused)", refused[i]);
        }
    }
}

static void test_system(void)
{
    const struct clock *clock;
    int64_t before;

    TEST("wall time can be frozen and leaves the monotonic clock alone")
    {
        CHECK_INT(0, clock_freeze("2026-01-02T03:04:05.678Z"));
        clock = clock_system();
        CHECK_STR("2026-01-02T03:04:05.678Z", iso(clock_now_ms(clock)));
        before = clock_monotonic_ms(clock);
        clock_sleep_ms(clock, 2);
        clock_sleep_ms(clock, 0);
        clock_sleep_ms(clock, -5);
        CHECK(clock_monotonic_ms(clock) >= before + 1);
        CHECK_STR("2026-01-02T03:04:05.678Z", iso(clock_now_ms(clock)));
    }
    TEST("what is no time is refused, and leaves the clock running")
    {
        CHECK_INT(-1, clock_freeze("2026-13-45"));
        CHECK(clock_now_ms(clock_system()) > INT64_C(1767323045678));
        CHECK_INT(0, clock_freeze(NULL));
        CHECK(clock_now_ms(clock_system()) > INT64_C(1767323045678));
    }
}

int main(void)
{
    test_format();
    test_parse_iso();
    test_parse();
    test_system();
    return unit_end();
}
