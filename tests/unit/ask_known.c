/* Questions whose answers are known, or known not to be had, before anything is sent. */
#include "ask_run.h"

#include <unistd.h>

/* q0 is known, q1 hopeless; from q2 on it is as the context's error says. */
static enum ask_known from_book(void *context, void *question, struct buf *body, struct error *err)
{
    static const char good[] = GOOD;

    (void)context;
    if (strcmp(question, "q0") == 0) {
        buf_add(body, good, strlen(good));
        return ASK_KNOWN;
    }
    if (strcmp(question, "q1") == 0) {
        error_set(err, ERR_TEMP, "ModelError", "the record failed");
        return ASK_HOPELESS;
    }
    error_set(err, ERR_PERM, "AccessDenied", "the bucket is closed");
    return ASK_HOPELESS;
}

static void test_known(void)
{
    TEST("a known answer costs no call, a hopeless question none either")
    {
        struct run r;

        run_begin(&r, NULL, 0);
        r.options.known = from_book;
        CHECK_INT(0, run_ask(&r, 0, 2));
        CHECK_STR("q0+ q1 ", r.order);
        CHECK_INT(0, r.fake.submitted);
        CHECK_INT(1, ask_totals(r.ask)->known);
        CHECK_STR("ModelError", r.last.err.code);
        run_end(&r);
    }
    TEST("what would fail every question ends all at once, and every later try says so again")
    {
        struct run r;
        static const char late[] = "q9";

        run_begin(&r, NULL, 0);
        r.options.known = from_book;
        CHECK_INT(-1, run_ask(&r, 0, 9));
        CHECK_INT(ERR_PERM, r.err.kind);
        CHECK_STR("AccessDenied", r.err.code);
        CHECK_INT(-1, ask_submit(r.ask, late, strlen(late), NULL, &r.err));
        CHECK_INT(ERR_PERM, r.err.kind);
        CHECK_INT(-1, ask_drain(r.ask, &r.err));
        CHECK_INT(0, r.fake.submitted);
        run_end(&r);
        CHECK_INT(3, r.dropped + r.outcomes);
    }
}

int main(void)
{
    alarm(60);
    test_known();
    return unit_end();
}
