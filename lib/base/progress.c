#include "base/progress.h"

#include <stdio.h>

#include "base/diag.h"

enum { TERMINAL_EVERY_MS = 200, PLAIN_EVERY_MS = 10000 };

void progress_start(struct progress *p, const struct clock *clock, const char *what, int64_t total)
{
    int64_t now = clock_monotonic_ms(clock);

    *p = (struct progress){
        .clock = clock, .what = what, .total = total, .started_ms = now, .shown_ms = now};
}

static void describe(const struct progress *p, int64_t now, char *text, size_t size)
{
    double seconds = (double)(now - p->started_ms) / 1000;
    double rate = seconds > 0 ? (double)p->count / seconds : 0;
    int used = snprintf(text, size, "%lld", (long long)p->count);

    if (p->total > 0)
        used += snprintf(text + used, size - (size_t)used, " of %lld", (long long)p->total);
    used +=
        snprintf(text + used, size - (size_t)used, " %s, %.*f/s", p->what, rate < 10 ? 1 : 0, rate);
    if (p->total > p->count && rate > 0)
        snprintf(text + used, size - (size_t)used, ", %.0f s left",
                 (double)(p->total - p->count) / rate);
}

void progress_add(struct progress *p, int64_t count)
{
    int64_t now;
    char text[160];

    p->count += count;
    if (diag_level() == DIAG_QUIET || (!diag_is_terminal() && diag_level() != DIAG_VERBOSE))
        return;
    now = clock_monotonic_ms(p->clock);
    if (now - p->shown_ms < (diag_is_terminal() ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS))
        return;
    p->shown_ms = now;
    describe(p, now, text, sizeof(text));
    if (diag_is_terminal())
        diag_status_line(text);
    else
        diag_info("%s", text);
}

void progress_end(struct progress *p)
{
    char text[160];

    diag_status_line(NULL);
    if (p->count > 0) {
        describe(p, clock_monotonic_ms(p->clock), text, sizeof(text));
        diag_info("%s", text);
    }
}
