#ifndef MAKI_HTTP_PACE_H
#define MAKI_HTTP_PACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How fast requests may leave: the user's limits (requests and tokens a minute), and what a
 * service's throttling teaches. Until the first throttle only the user's limits count. From then on
 * requests leave at a rate just under what the service was seen to take (or, after a first flood,
 * at one that is doubled each second until it is refused), which is raised again, slowly at first,
 * for as long as it throttles no more. Pure policy: the caller has the clock (monotonic, in
 * milliseconds).
 */
struct pace {
    double requests_per_ms; /* the user's; 0: no limit */
    double tokens_per_ms;
    double request_credit; /* may go below 0: what is owed */
    double token_credit;
    int64_t refilled_ms;
    bool adaptive; /* a throttle was seen */
    double rate;   /* a second, as learned */
    double rate_credit;
    int64_t cut_ms;    /* the latest cut */
    int64_t bucket_ms; /* successes are counted by half seconds */
    int bucket;
    double taken;  /* successes a second, smoothed: what the service takes */
    double latest; /* of the last full bucket */
    int buckets;   /* that are full */
    bool probing;  /* what the service takes is not known yet */
    double goal;   /* what it was seen to take at the latest cut */
};

/* Limits of 0 mean none. */
void pace_init(struct pace *p, double requests_per_minute, double tokens_per_minute,
               int64_t now_ms);

/* How long to wait before the next request may leave; 0: now. */
int64_t pace_wait_ms(struct pace *p, int64_t now_ms);

/* A request left; `tokens` is what it is reckoned to cost (0 if that is not known). */
void pace_sent(struct pace *p, int64_t tokens);

/* An attempt ended. */
void pace_ended(struct pace *p, int64_t now_ms, bool throttled);

#endif
