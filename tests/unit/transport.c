#include "http/transport.h"

#include "fake_transport.h"
#include "unit.h"

/* What a callback saw. */
struct seen {
    int status;
    char code[64];
    char body[40];
    int calls;
};

static void note(void *context, const struct http_response *response, const struct error *err)
{
    struct seen *seen = context;

    seen->calls++;
    seen->status = response ? response->status : -1;
    snprintf(seen->body, sizeof(seen->body), "%s", response ? response->body : "(none)");
    snprintf(seen->code, sizeof(seen->code), "%s", response ? "" : err->code);
}

/* A callback that submits another request. */
struct chain {
    struct http_transport *transport;
    struct http_request request;
    int left;
};

static void go_on(void *context, const struct http_response *response, const struct error *err)
{
    struct chain *chain = context;
    struct error ignored;

    (void)response;
    (void)err;
    if (--chain->left > 0)
        http_submit(chain->transport, &chain->request, go_on, chain, &ignored);
}

static const struct http_request request = {.service = "bedrock-runtime",
                                            .method = "POST",
                                            .path = "/p",
                                            .query = "",
                                            .body = "b",
                                            .body_len = 1};

static void test_fake(void)
{
    struct fake_transport fake;
    struct error err;

    TEST("requests are answered within a wait and not before")
    {
        struct fake_answer script[] = {
            {.body = "one"}, {.status = 503, .body = "two"}, {.error = "Timeout"}};
        struct seen seen[3] = {{0}};

        fake_init(&fake, script, 3);
        for (int i = 0; i < 3; i++)
            CHECK_INT(0, http_submit(&fake.base, &request, note, &seen[i], &err));
        CHECK_INT(0, seen[0].calls);
        CHECK_INT(3, http_wait(&fake.base, 0, &err));
        CHECK_STR("one", seen[0].body);
        CHECK_INT(200, seen[0].status);
        CHECK_INT(503, seen[1].status);
        CHECK_STR("Timeout", seen[2].code);
        CHECK_INT(0, http_wait(&fake.base, 0, &err));
        CHECK_INT(1, seen[2].calls);
        CHECK_INT(3, fake.in_flight_most);
        fake_clear(&fake);
    }
    TEST("a refused request gets no callback")
    {
        struct seen seen = {0};

        fake_init(&fake, NULL, 0);
        fake.refused = 0;
        CHECK_INT(-1, http_submit(&fake.base, &request, note, &seen, &err));
        CHECK_INT(0, http_wait(&fake.base, 0, &err));
        CHECK_INT(0, seen.calls);
        fake_clear(&fake);
    }
    TEST("a callback may submit, and its request is for a later wait")
    {
        struct chain chain = {.request = request, .left = 3};

        fake_init(&fake, NULL, 0);
        chain.transport = &fake.base;
        CHECK_INT(0, http_submit(&fake.base, &request, go_on, &chain, &err));
        CHECK_INT(1, http_wait(&fake.base, 0, &err));
        CHECK_INT(2, chain.left);
        CHECK_INT(1, http_wait(&fake.base, 0, &err));
        CHECK_INT(1, http_wait(&fake.base, 0, &err));
        CHECK_INT(0, http_wait(&fake.base, 0, &err));
        CHECK_INT(3, fake.completed);
        fake_clear(&fake);
    }
}

int main(void)
{
    TEST("a header is found by its name in lower case")
    {
        static const struct http_header headers[] = {
            {"content-type", "text/html"}, {"x-amzn-errortype", "A"}, {"x-amzn-errortype", "B"}};
        struct http_response response = {.headers = headers, .header_count = 3};

        CHECK_STR("text/html", http_header(&response, "content-type"));
        CHECK_STR("A", http_header(&response, "x-amzn-errortype"));
        CHECK(http_header(&response, "x-amzn") == NULL);
        CHECK(http_header(&response, "") == NULL);
        response.header_count = 0;
        CHECK(http_header(&response, "content-type") == NULL);
    }
    TEST("freeing no transport is harmless")
    {
        http_free(NULL);
        CHECK(true);
    }
    test_fake();
    return unit_end();
}
