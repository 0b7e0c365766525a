#include "aws/service_error.h"

#include "unit.h"

/* An error response, and what is made of it: "kind code retryable message". */
static const char *read_error(int status, const char *type, const char *body)
{
    static char text[1000];
    struct http_header header = {"x-amzn-errortype", type};
    struct http_response response = {.status = status,
                                     .headers = &header,
                                     .header_count = type != NULL,
                                     .body = body,
                                     .body_len = strlen(body),
                                     .attempts = 4};
    struct error err;

    CHECK_INT(-1, service_error_read(&response, &err));
    CHECK_INT(4, err.attempts);
    snprintf(text, sizeof(text), "%d %s %s %s", error_exit_status(err.kind), err.code,
             err.retryable ? "again" : "final", err.message);
    return text;
}

int main(void)
{
    TEST("the name comes from the header, up to a colon")
    {
        CHECK_STR("75 ThrottlingException again 429 ThrottlingException: slow down",
                  read_error(429, "ThrottlingException", "{\"message\":\"slow down\"}"));
        CHECK_STR("75 ThrottlingException again 400 ThrottlingException: slow down",
                  read_error(400, "ThrottlingException:http://internal.amazon.com/coral/#x",
                             "{\"message\":\"slow down\"}"));
        CHECK_STR("65 ValidationException final 400 ValidationException: no",
                  read_error(400, "com.amazon.bedrock#ValidationException:http://x/",
                             "{\"Message\":\"no\",\"__type\":\"Other\"}"));
        CHECK_STR("77 AccessDeniedException final 403 AccessDeniedException: no",
                  read_error(403, "AccessDeniedException,other", "{\"message\":\"no\"}"));
    }
    TEST("else from the body, behind its namespace")
    {
        CHECK_STR("75 ModelNotReadyException again 429 ModelNotReadyException: wait",
                  read_error(429, NULL,
                             "{\"__type\":\"com.amazonaws.bedrock#ModelNotReadyException\","
                             "\"message\":\"wait\"}"));
        CHECK_STR(
            "77 ExpiredTokenException final 400 ExpiredTokenException: old",
            read_error(400, NULL, "{\"__type\":\"ExpiredTokenException\",\"message\":\"old\"}"));
        CHECK_STR("77 AccessDeniedException final 403 AccessDeniedException: x",
                  read_error(403, "", "{\"message\":\"x\"}"));
    }
    TEST("else by status")
    {
        static const struct {
            int status;
            const char *expected;
        } table[] = {
            {429, "75 ThrottlingException again 429 ThrottlingException: (no message)"},
            {401, "77 AccessDeniedException final 401 AccessDeniedException: (no message)"},
            {403, "77 AccessDeniedException final 403 AccessDeniedException: (no message)"},
            {500,
             "69 ServiceUnavailableException again 500 ServiceUnavailableException: (no message)"},
            {502,
             "69 ServiceUnavailableException again 502 ServiceUnavailableException: (no message)"},
            {400, "69 UnknownError final 400 UnknownError: (no message)"},
            {302, "69 UnknownError final 302 UnknownError: (no message)"},
            {0, "69 UnknownError final 0 UnknownError: (no message)"},
        };

        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
            CHECK_STR(table[i].expected, read_error(table[i].status, NULL, ""));
    }
    TEST("a name that is not known is kept, and judged by status")
    {
        CHECK_STR("75 NewException again 429 NewException: m",
                  read_error(429, "NewException", "{\"message\":\"m\"}"));
        CHECK_STR("69 NewException final 400 NewException: m",
                  read_error(400, "NewException", "{\"message\":\"m\"}"));
        CHECK_STR("69 NewException again 503 NewException: m",
                  read_error(503, "NewException", "{\"message\":\"m\"}"));
    }
    TEST("bodies that are no JSON, or other JSON, do no harm")
    {
        static const char *const bodies[] = {"<html><body>503 Service Unavailable</body></html>",
                                             "",
                                             "null",
                                             "[]",
                                             "\"x\"",
                                             "{",
                                             "{\"message\":7,\"__type\":[]}",
                                             "\x80\xff"};

        for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
            CHECK_STR("69 ServiceUnavailableException again 503 ServiceUnavailableException: (no "
                      "message)",
                      read_error(503, NULL, bodies[i]));
    }
    TEST("long names and messages are cut")
    {
        char body[2000];
        char name[200];
        struct http_header header = {"x-amzn-errortype", name};
        struct http_response response = {
            .status = 400, .headers = &header, .header_count = 1, .body = body};
        struct error err;

        memset(name, 'N', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        snprintf(body, sizeof(body), "{\"message\":\"%01500d\"}", 0);
        response.body_len = strlen(body);
        service_error_read(&response, &err);
        CHECK_INT(sizeof(err.code) - 1, strlen(err.code));
        CHECK(strlen(err.message) < 400);
    }
    return unit_end();
}
