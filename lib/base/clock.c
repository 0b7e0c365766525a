#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t frozen_ms; /* valid once `frozen` says so */
static bool frozen;

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_now(void *state)
{
    (void)state;
    return frozen ? frozen_ms : read_clock(CLOCK_REALTIME);
}

static int64_t system_monotonic(void *state)
{
    (void)state;
    return read_clock(CLOCK_MONOTONIC);
}

static void system_sleep(void *state, int64_t ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)state;
    if (ms > 0)
        nanosleep(&span, NULL);
}

const struct clock *clock_system(void)
{
    static const struct clock system = {system_now, system_monotonic, system_sleep, NULL};

    return &system;
}

static int64_t real_now(void *state)
{
    (void)state;
    return read_clock(CLOCK_REALTIME);
}

const struct clock *clock_real(void)
{
    static const struct clock real = {real_now, system_monotonic, system_sleep, NULL};

    return &real;
}

int clock_freeze(const char *text)
{
    frozen = text != NULL && time_parse_iso(text, &frozen_ms) == 0;
    return text == NULL || frozen ? 0 : -1;
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock->now_ms(clock->state);
}

int64_t clock_monotonic_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock->state);
}

void clock_sleep_ms(const struct clock *clock, int64_t ms)
{
    clock->sleep_ms(clock->state, ms);
}

/* Rounded down, so that times before 1970 come out right as well. False if the year does not fit.
 */
static bool utc_parts(int64_t ms, struct tm *parts)
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));

    return gmtime_r(&seconds, parts) != NULL;
}

/* The header has callers' formats checked; gcc does not carry that over to the call of strftime
 * here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void time_format(int64_t ms, const char *format, char *text, size_t size)
{
    struct tm parts;

    if (!utc_parts(ms, &parts) || strftime(text, size, format, &parts) == 0)
        *text = '\0';
}
#pragma GCC diagnostic pop

void time_format_iso(int64_t ms, char text[TIME_ISO_SIZE])
{
    int fraction = (int)((ms % 1000 + 1000) % 1000);
    struct tm parts = {0};
    char rest[TIME_ISO_SIZE];

    utc_parts(ms, &parts);
    time_format(ms, "-%m-%dT%H:%M:%S", rest, sizeof(rest));
    /* whether strftime's %Y pads the year 476 is up to the C library */
    snprintf(text, TIME_ISO_SIZE, "%04d%.15s.%03dZ", parts.tm_year + 1900, rest, fraction);
}

/* Exactly `digits` decimal digits at *p, which moves past them; -1 if there are other characters.
 */
static int read_digits(const char **p, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        *value = *value * 10 + (**p - '0');
    }
    return 0;
}

static bool skip(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 of a proleptic Gregorian date (Hinnant's days_from_civil). */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int read_date(const char **p, int64_t *ms)
{
    int year;
    int month;
    int day;

    if (read_digits(p, 4, &year) < 0 || !skip(p, '-') || read_digits(p, 2, &month) < 0 ||
        !skip(p, '-') || read_digits(p, 2, &day) < 0)
        return -1;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return -1;
    *ms = days_from_date(year, month, day) * 86400000;
    return 0;
}

static int read_fraction(const char **p, int64_t *ms)
{
    int64_t scale = 100;

    if (!skip(p, '.') && !skip(p, ','))
        return 0;
    if (**p < '0' || **p > '9')
        return -1;
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        *ms += scale * (**p - '0');
        scale /= 10;
    }
    return 0;
}

static int read_zone(const char **p, int64_t *ms)
{
    int sign = **p == '-' ? 1 : -1;
    int hours;
    int minutes;

    if (**p == '\0' || skip(p, 'Z') || skip(p, 'z'))
        return 0;
    if (!skip(p, '+') && !skip(p, '-'))
        return -1;
    if (read_digits(p, 2, &hours) < 0)
        return -1;
    skip(p, ':');
    if (read_digits(p, 2, &minutes) < 0 || hours > 23 || minutes > 59)
        return -1;
    *ms += sign * (hours * 60 + minutes) * INT64_C(60000);
    return 0;
}

int time_parse_iso(const char *text, int64_t *ms)
{
    const char *p = text;
    int64_t value;
    int hour;
    int minute;
    int second = 0;

    if (read_date(&p, &value) < 0)
        return -1;
    if (*p != '\0') {
        if ((!skip(&p, 'T') && !skip(&p, ' ')) || read_digits(&p, 2, &hour) < 0 || !skip(&p, ':') ||
            read_digits(&p, 2, &minute) < 0)
            return -1;
        if (skip(&p, ':') && (read_digits(&p, 2, &second) < 0 || read_fraction(&p, &value) < 0))
            return -1;
        if (hour > 23 || minute > 59 || second > 60)
            return -1;
        value += ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
        if (read_zone(&p, &value) < 0 || *p != '\0')
            return -1;
    }
    *ms = value;
    return 0;
}

int time_parse(const char *text, int64_t now_ms, int64_t *ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    char *end;
    long long count;

    if (strcmp(text, "now") == 0) {
        *ms = now_ms;
        return 0;
    }
    if (time_parse_iso(text, ms) == 0)
        return 0;
    errno = 0;
    count = strtoll(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || count > 1000000 || end[0] == '\0' ||
        end[1] != '\0')
        return -1;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (*end == units[i].unit) {
            *ms = now_ms - count * units[i].ms;
            return 0;
        }
    }
    return -1;
}
