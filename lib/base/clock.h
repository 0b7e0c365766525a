#ifndef MAKI_BASE_CLOCK_H
#define MAKI_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Time as an injected dependency: whatever asks for the time or waits is handed a clock, so tests
 * take no time and recorded runs stay stable. Wall time is in milliseconds since
 * 1970-01-01T00:00:00Z.
 */
struct clock {
    int64_t (*now_ms)(void *state);            /* wall time */
    int64_t (*monotonic_ms)(void *state);      /* never goes back; for durations */
    void (*sleep_ms)(void *state, int64_t ms); /* may return early on a signal */
    void *state;
};

/* The machine's clock. */
const struct clock *clock_system(void);

/* The machine's clock that clock_freeze does not touch: for signatures, which others check by
 * theirs.
 */
const struct clock *clock_real(void);

/* Freeze the machine's wall time at an ISO time, for reproducible runs; NULL lets it run. -1 if
 * `text` is no such time. */
int clock_freeze(const char *text);

int64_t clock_now_ms(const struct clock *clock);
int64_t clock_monotonic_ms(const struct clock *clock);
void clock_sleep_ms(const struct clock *clock, int64_t ms);

/* "2026-01-02T03:04:05.678Z" for a wall time; text must hold TIME_ISO_SIZE bytes. */
enum { TIME_ISO_SIZE = 32 };
void time_format_iso(int64_t ms, char text[TIME_ISO_SIZE]);

/* By strftime's format, in UTC; an empty string if it does not fit. */
__attribute__((format(strftime, 2, 0))) void time_format(int64_t ms, const char *format, char *text,
                                                         size_t size);

/*
 * Read an ISO 8601 time: a date ("2026-01-02", midnight UTC) or a date and time with optional
 * fraction and zone ("Z",
 * "+02:00"; none means UTC). -1 if it is not one.
 */
int time_parse_iso(const char *text, int64_t *ms);

/* As time_parse_iso, or a time before `now_ms`: "30d", "12h", "2w", "45m" (minutes), "now". */
int time_parse(const char *text, int64_t now_ms, int64_t *ms);

#endif
