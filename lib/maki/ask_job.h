#ifndef MAKI_MAKI_ASK_JOB_H
#define MAKI_MAKI_ASK_JOB_H

#include "base/buf.h"
#include "maki/ask.h"
#include "maki/cache.h"

/* One question of ask.c on its way. Internal to lib/maki/ask*.c. */
enum { ASK_CALLS_MAX = 2, ASK_RESPONSE_BYTES_MAX = 16 << 20 };

enum answer_from { FROM_SERVICE, FROM_CACHE, FROM_CALLER };

enum ask_state {
    JOB_FREE,
    JOB_WAITING,  /* has something to send, at first or as a repair */
    JOB_ASKING,   /* is with the transport */
    JOB_ANSWERED, /* the cache had the answer; it is to be handled */
    JOB_DONE,
    JOB_BROKE, /* what failed it ends everything, and is told once: it gets no outcome */
};

/* A question under way. */
struct ask_job {
    struct ask *ask;
    enum ask_state state;
    void *question;
    struct converse_chat chat;
    struct http_request request; /* borrows from chat */
    char keys[ASK_CALLS_MAX][DIGEST_HEX_SIZE];
    struct buf cached; /* the body that the cache gave or that was known, until it is handled */
    bool known;        /* the latter */
    double reserved;   /* of the budget, */
    bool reserves;     /* while a call is under way */
    struct ask_outcome outcome;
};

/* Jobs stand in a ring in the order of their questions: [first, first + count). */
struct ask {
    struct ask_options o;
    struct ask_totals totals;
    struct ask_job *jobs;
    size_t size, first, count;
    size_t asking;
    bool stopped;        /* `done` said so */
    struct error broken; /* the transport or the cache failed, which ends it all; or ERR_NONE */
};

void ask_job_init(struct ask_job *job, struct ask *ask);
void ask_job_clear(struct ask_job *job);

/* A new question: to be asked, unless the answer, or that there is none, is known. The message is
 * copied. */
void ask_job_start(struct ask_job *job, const char *message, size_t len, void *question);

/* JOB_FREE again; the question is not its own to free. */
void ask_job_release(struct ask_job *job);

/* Send what is to be sent, or take the answer from the cache: only JOB_WAITING. */
void ask_job_send(struct ask_job *job);

/* Handle the answer that the cache gave: only JOB_ANSWERED. */
void ask_job_take_cached(struct ask_job *job);

#endif
