#include "http/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/exchange.h"
#include "http/http_date.h"
#include "http/pace.h"

/* A clock that is off by less than this is right: signatures are good for five minutes. */
enum { SKEW_MS = 4 * 60 * 1000, POLL_MAX_MS = 1000, BYTES_PER_TOKEN = 4, REVIEWS_MAX = 2 };

enum state { QUEUED, SENT };

/* A request under way. */
struct flight {
    enum state state;
    const struct http_request *request;
    http_done_fn *done;
    void *context;
    int attempt;
    int reviews; /* attempts that were sent anew for what the one before taught */
    int charged;
    int64_t due_ms;  /* QUEUED: not before then, by the monotonic clock */
    int64_t skew_ms; /* SENT: what was known of the services' time when it was signed */
    struct exchange exchange;
    struct flight *next; /* in the list of all, or of the idle ones */
};

struct live {
    struct http_transport base;
    struct http_live_options o;
    struct exchange_limits limits;
    CURLM *multi;
    struct flight *flights; /* under way, the oldest first */
    struct flight **last;
    struct flight *idle; /* handles for later; libcurl is slow at making them */
    size_t sent;
    struct retry_budget budget;
    struct rng rng;
    struct pace pace;
    int64_t skew_ms; /* the services' time less ours */
};

static struct flight *take_flight(struct live *live)
{
    struct flight *f = live->idle;

    if (f != NULL) {
        live->idle = f->next;
        return f;
    }
    f = mem_calloc(1, sizeof(*f));
    exchange_init(&f->exchange, &live->limits);
    return f;
}

static int live_submit(struct http_transport *t, const struct http_request *request,
                       http_done_fn *done, void *context, struct error *err)
{
    struct live *live = (struct live *)t;
    struct flight *f = take_flight(live);

    (void)err;
    f->state = QUEUED;
    f->request = request;
    f->done = done;
    f->context = context;
    f->attempt = 0;
    f->reviews = 0;
    f->charged = 0;
    f->due_ms = 0;
    f->next = NULL;
    *live->last = f;
    live->last = &f->next;
    return 0;
}

static void unlink_flight(struct live *live, struct flight *f)
{
    struct flight **link = &live->flights;

    while (*link != f)
        link = &(*link)->next;
    *link = f->next;
    if (live->last == &f->next)
        live->last = link;
}

/* Hand over what came. The flight is put aside first: the callback may submit. Its response lives
 * until it is taken again. */
static void finish(struct live *live, struct flight *f, struct http_response *response,
                   struct error *err)
{
    unlink_flight(live, f);
    if (response != NULL)
        response->attempts = f->attempt;
    else
        err->attempts = f->attempt;
    f->done(f->context, response, response ? NULL : err);
    f->next = live->idle;
    live->idle = f;
}

/* Send an attempt; true if that ended the request, with an error. */
static bool send_attempt(struct live *live, struct flight *f)
{
    struct error err;
    struct exchange *x = &f->exchange;
    int64_t now_ms = clock_now_ms(live->o.clock) + live->skew_ms;

    f->attempt++;
    f->skew_ms = live->skew_ms;
    buf_reset(&x->attempt.url);
    x->attempt.header_count = 0;
    if (live->o.prepare(live->o.context, f->request, now_ms, &x->attempt, &err) < 0 ||
        exchange_start(x, f->request, &live->limits, &err) < 0) {
        finish(live, f, NULL, &err);
        return true;
    }
    curl_easy_setopt(x->easy, CURLOPT_PRIVATE, f);
    if (curl_multi_add_handle(live->multi, x->easy) != CURLM_OK)
        abort(); /* out of memory, as everywhere */
    pace_sent(&live->pace, (int64_t)f->request->body_len / BYTES_PER_TOKEN);
    f->state = SENT;
    live->sent++;
    return false;
}

/* What is due and has room: how many ended at once. *next_ms becomes the time until the next one is
 * due. */
static int send_due(struct live *live, int64_t *next_ms)
{
    int64_t now = clock_monotonic_ms(live->o.clock);
    int ended = 0;
    struct flight *next;

    *next_ms = POLL_MAX_MS;
    for (struct flight *f = live->flights; f != NULL && live->sent < live->o.in_flight_max;
         f = next) {
        int64_t wait_ms;

        next = f->next;
        if (f->state != QUEUED)
            continue;
        wait_ms = f->due_ms - now;
        if (wait_ms <= 0)
            wait_ms = pace_wait_ms(&live->pace, now);
        if (wait_ms <= 0)
            ended += send_attempt(live, f);
        else if (wait_ms < *next_ms)
            *next_ms = wait_ms;
    }
    return ended;
}

/*
 * Learn the service's time from a refusal. True if the request was signed with another one, so that
 * signing again will help: also when a request beside it has taught us already.
 */
static bool learn_skew(struct live *live, const struct flight *f,
                       const struct http_response *response)
{
    const char *date = http_header(response, "date");
    int64_t theirs;
    int64_t skew;
    int64_t change;

    if (date == NULL || http_date_parse(date, &theirs) < 0)
        return false;
    skew = theirs - clock_now_ms(live->o.clock);
    change = skew - f->skew_ms;
    if (change < SKEW_MS && change > -SKEW_MS)
        return false;
    live->skew_ms = skew;
    return true;
}

static struct retry_decision decide(struct live *live, struct flight *f,
                                    const struct http_response *response, const struct error *err)
{
    struct retry_failure failure = {
        .class = retry_classify(response, err), .attempt = f->attempt, .hint_ms = -1};

    pace_ended(&live->pace, clock_monotonic_ms(live->o.clock), failure.class == RETRY_THROTTLED);
    if (failure.class == RETRY_CLOCK && !learn_skew(live, f, response))
        failure.class = RETRY_NO;
    if (response != NULL && failure.class != RETRY_NO)
        failure.hint_ms = retry_hint_ms(response, clock_now_ms(live->o.clock) + live->skew_ms);
    return retry_decide(&live->o.retry, &live->budget, &failure, &live->rng);
}

static bool was_taught(struct live *live, struct flight *f, const struct http_response *response)
{
    if (live->o.review == NULL || f->reviews >= REVIEWS_MAX ||
        !live->o.review(live->o.context, f->request, response))
        return false;
    f->reviews++;
    return true;
}

static void send_again(struct live *live, struct flight *f, int64_t delay_ms)
{
    f->due_ms = clock_monotonic_ms(live->o.clock) + delay_ms;
    f->state = QUEUED;
}

/* libcurl is done with an attempt: true if the request is over. */
static bool landed(struct live *live, struct flight *f, CURLcode code)
{
    struct http_response response;
    struct error err;
    struct retry_decision decision;
    bool came;

    curl_multi_remove_handle(live->multi, f->exchange.easy);
    live->sent--;
    came = exchange_result(&f->exchange, code, &response, &err) == 0;
    if (came && was_taught(live, f, &response)) {
        send_again(live, f, 0);
        return false;
    }
    decision = decide(live, f, came ? &response : NULL, &err);
    if (decision.again) {
        f->charged = decision.charged;
        send_again(live, f, decision.delay_ms);
        return false;
    }
    if (came && response.status < 400)
        retry_succeeded(&live->budget, f->charged);
    finish(live, f, came ? &response : NULL, &err);
    return true;
}

static int collect(struct live *live)
{
    int over = 0;
    int left;
    CURLMsg *message;

    while ((message = curl_multi_info_read(live->multi, &left)) != NULL) {
        void *private = NULL;
        CURLcode code = message->data.result; /* the message goes with its handle */

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        over += landed(live, private, code);
    }
    return over;
}

static int multi_failed(CURLMcode code, struct error *err)
{
    return error_set(err, ERR_INTERNAL, "Libcurl", "libcurl: %s", curl_multi_strerror(code));
}

static int live_wait(struct http_transport *t, int64_t timeout_ms, struct error *err)
{
    struct live *live = (struct live *)t;
    int64_t until = clock_monotonic_ms(live->o.clock) + timeout_ms;

    for (;;) {
        int64_t next_ms;
        int64_t left;
        int running;
        int over = send_due(live, &next_ms);
        CURLMcode code = curl_multi_perform(live->multi, &running);

        if (code != CURLM_OK)
            return multi_failed(code, err);
        over += collect(live);
        left = until - clock_monotonic_ms(live->o.clock);
        if (over > 0 || live->flights == NULL || left <= 0)
            return over;
        if (send_due(live, &next_ms) > 0) /* what just came back for another try */
            return 1;
        if (live->sent == 0) {
            clock_sleep_ms(live->o.clock, next_ms < left ? next_ms : left);
            continue;
        }
        code = curl_multi_poll(live->multi, NULL, 0, (int)(next_ms < left ? next_ms : left), NULL);
        if (code != CURLM_OK)
            return multi_failed(code, err);
    }
}

static void free_flights(struct live *live, struct flight *f)
{
    while (f != NULL) {
        struct flight *next = f->next;

        if (f->state == SENT)
            curl_multi_remove_handle(live->multi, f->exchange.easy);
        exchange_clear(&f->exchange);
        free(f);
        f = next;
    }
}

static void live_free(struct http_transport *t)
{
    struct live *live = (struct live *)t;
    struct flight *idle = live->idle;

    for (struct flight *f = idle; f != NULL; f = f->next)
        f->state = QUEUED; /* its handle is not in the pool */
    free_flights(live, live->flights);
    free_flights(live, idle);
    curl_multi_cleanup(live->multi);
    curl_global_cleanup();
    free(live);
}

static void set_defaults(struct http_live_options *o)
{
    if (o->in_flight_max == 0)
        o->in_flight_max = 64;
    if (o->connect_timeout_ms == 0)
        o->connect_timeout_ms = 10000;
    if (o->idle_timeout_ms == 0)
        o->idle_timeout_ms = 120000;
    if (o->total_timeout_ms == 0)
        o->total_timeout_ms = 900000;
    if (o->response_bytes_max == 0)
        o->response_bytes_max = 64 << 20;
    if (o->retry.attempts_max == 0)
        o->retry = retry_policy_default();
}

struct http_transport *http_live_new(const struct http_live_options *options)
{
    static const struct http_transport_ops ops = {"live", live_submit, live_wait, live_free};
    struct live *live = mem_calloc(1, sizeof(*live));

    live->base.ops = &ops;
    live->o = *options;
    set_defaults(&live->o);
    live->limits = (struct exchange_limits){
        .connect_timeout_ms = (long)live->o.connect_timeout_ms,
        .idle_timeout_s = (long)((live->o.idle_timeout_ms + 999) / 1000),
        .total_timeout_ms = (long)live->o.total_timeout_ms,
        .response_bytes_max = live->o.response_bytes_max,
        .ca_bundle = live->o.ca_bundle,
        .user_agent = live->o.user_agent ? live->o.user_agent : "maki/" MAKI_VERSION,
        .direct = live->o.direct,
        .secret = live->o.secret,
    };
    live->last = &live->flights;
    live->budget.tokens = RETRY_TOKENS;
    live->rng = rng_seed(live->o.seed);
    pace_init(&live->pace, live->o.requests_per_minute, live->o.tokens_per_minute,
              clock_monotonic_ms(live->o.clock));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    live->multi = curl_multi_init();
    if (live->multi == NULL)
        abort();
    curl_multi_setopt(live->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)live->o.in_flight_max);
    curl_multi_setopt(live->multi, CURLMOPT_MAXCONNECTS, (long)live->o.in_flight_max);
    return &live->base;
}
