#include "http/pace.h"

#include <math.h>

enum {
    BUCKET_MS = 500,
    HOLD_MS = 3000,
    PEACE_MS = 15000,
    CUT_EVERY_MS = 1000,
    PROBE_CUT_EVERY_MS = 500,
    SURE_BUCKETS = 4
};

/*
 * How far under what the service takes a cut goes; and by which share of itself a second the rate
 * climbs: while nothing is known but that the first flood was too much; back to what the service
 * was seen to take; beyond it, growing with the time of peace; and after long peace, when the limit
 * may have been lifted.
 */
static const double cut_to = 0.95;
static const double probe_share = 0.7;
static const double return_share = 0.01;
static const double climb_share = 0.01;
static const double peace_share = 0.15;
static const double smooth = 0.5;
static const double rate_min = 0.5;

void pace_init(struct pace *p, double requests_per_minute, double tokens_per_minute, int64_t now_ms)
{
    *p = (struct pace){
        .requests_per_ms = requests_per_minute / 60000,
        .tokens_per_ms = tokens_per_minute / 60000,
        .refilled_ms = now_ms,
        .bucket_ms = now_ms,
    };
}

/* Credit grows with time up to one second's worth, so that a pause is not followed by a flood. */
static double refill(double credit, double per_ms, double elapsed_ms)
{
    double most = fmax(1, per_ms * 1000);

    return fmin(credit + per_ms * elapsed_ms, most);
}

static void climb(struct pace *p, int64_t now_ms, double elapsed_ms)
{
    int64_t quiet_ms = now_ms - p->cut_ms;
    double share = 0;

    if (p->probing)
        share = probe_share;
    else if (p->rate < p->goal)
        share = return_share;
    else if (quiet_ms > PEACE_MS)
        share = peace_share;
    else if (quiet_ms > HOLD_MS)
        share = climb_share * (1 + (double)(quiet_ms - HOLD_MS) / 10000);
    p->rate *= 1 + share * elapsed_ms / 1000;
}

static void advance(struct pace *p, int64_t now_ms)
{
    double elapsed_ms = (double)(now_ms - p->refilled_ms);

    if (elapsed_ms <= 0)
        return;
    p->refilled_ms = now_ms;
    p->request_credit = refill(p->request_credit, p->requests_per_ms, elapsed_ms);
    p->token_credit = refill(p->token_credit, p->tokens_per_ms, elapsed_ms);
    if (p->adaptive) {
        climb(p, now_ms, elapsed_ms);
        /* no burst here: the learned rate has no slack in it */
        p->rate_credit = fmin(p->rate_credit + p->rate * elapsed_ms / 1000, 1);
    }
}

/* Time until a credit that grows at `per_ms` is back at `needed`. */
static int64_t time_until(double credit, double needed, double per_ms)
{
    return credit >= needed ? 0 : (int64_t)ceil((needed - credit) / per_ms);
}

int64_t pace_wait_ms(struct pace *p, int64_t now_ms)
{
    int64_t wait = 0;
    int64_t other;

    advance(p, now_ms);
    if (p->requests_per_ms > 0)
        wait = time_until(p->request_credit, 1, p->requests_per_ms);
    if (p->tokens_per_ms > 0) {
        /* what a request costs is known only roughly: the next one waits until the last ones are
         * paid for */
        other = time_until(p->token_credit, 0, p->tokens_per_ms);
        wait = other > wait ? other : wait;
    }
    if (p->adaptive) {
        other = time_until(p->rate_credit, 1, p->rate / 1000);
        wait = other > wait ? other : wait;
    }
    return wait;
}

void pace_sent(struct pace *p, int64_t tokens)
{
    p->request_credit -= 1;
    p->token_credit -= (double)tokens;
    p->rate_credit -= 1;
}

/* Close the half seconds that are over. */
static void measure(struct pace *p, int64_t now_ms)
{
    while (now_ms - p->bucket_ms >= BUCKET_MS) {
        double rate = p->bucket * 1000.0 / BUCKET_MS;

        p->taken = p->buckets > 0 ? p->taken + smooth * (rate - p->taken) : rate;
        p->latest = rate;
        p->buckets++;
        p->bucket = 0;
        p->bucket_ms += BUCKET_MS;
        if (now_ms - p->bucket_ms >
            100 * BUCKET_MS) /* a long pause: nothing was taken, and nothing is known */
            p->bucket_ms = now_ms;
    }
}

/*
 * The service refuses: go to just under what it takes. What is refused within a second was sent
 * before the cut. Of a first flood that is refused nothing can be learned but that it was one: from
 * there the rate is doubled each second until it is refused again.
 */
static void cut(struct pace *p, int64_t now_ms)
{
    double seen = p->buckets > 0 ? p->taken : (double)p->bucket;

    if (p->adaptive && now_ms - p->cut_ms < (p->probing ? PROBE_CUT_EVERY_MS : CUT_EVERY_MS))
        return;
    if (p->probing) /* the average lags behind a rate that doubles */
        seen = fmin(fmax(p->latest, p->rate * 0.5), p->rate);
    else if (p->adaptive)
        seen = fmin(fmax(seen, p->rate * 0.7), p->rate);
    p->probing = !p->adaptive && p->buckets < SURE_BUCKETS;
    p->goal = seen;
    p->rate = fmax(seen * cut_to, rate_min);
    p->rate_credit = fmin(p->rate_credit, 0);
    p->adaptive = true;
    p->cut_ms = now_ms;
}

void pace_ended(struct pace *p, int64_t now_ms, bool throttled)
{
    advance(p, now_ms);
    measure(p, now_ms);
    if (throttled)
        cut(p, now_ms);
    else
        p->bucket++;
}
