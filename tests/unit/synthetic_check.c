/* What a model may answer for a synthetic case. */
#include <stdlib.h>

#include "maki/synthetic.h"
#include "unit.h"

/* A new value from JSON text. */
static jv parse(const char *text)
{
    struct error err;

    return json_parse(text, strlen(text), NULL, &err);
}

/* NULL if the answer is right, else what is said about it. */
static const char *check_error(const char *text)
{
    static struct error err;
    jv answer = parse(text);
    jv checked = synthetic_check(answer, &err);
    bool valid = jv_is_valid(checked);

    jv_free(answer);
    jv_free(checked);
    return valid ? NULL : err.message;
}

/* Words of `count` messages, from either side in turns. */
static jv words(int count)
{
    jv made = parse("{\"subject\":\"s\",\"communications\":[]}");
    jv communications = jv_array();

    for (int i = 0; i < count; i++) {
        jv one = jv_object();

        json_set_str(&one, "from", i % 2 ? "aws" : "customer");
        json_set_str(&one, "body", "text");
        json_append(&communications, one);
    }
    json_set(&made, "communications", communications);
    return made;
}

static bool same_text(jv a, jv b)
{
    return jv_equal(jv_copy(a), jv_copy(b));
}

static void test_check(void)
{
    TEST("what a model may not answer is refused in words that it can act on")
    {
        static const struct {
            const char *answer;
            const char *message;
        } bad[] = {
            {"{}", "\"subject\" must be a string that is not empty"},
            {"{\"subject\":3}", "\"subject\" must be a string that is not empty"},
            {"{\"subject\":\" \\n\",\"communications\":[]}",
             "\"subject\" must be a string that is not empty"},
            {"{\"subject\":\"s\"}", "\"communications\" must be an array of 1 to 20 messages"},
            {"{\"subject\":\"s\",\"communications\":[]}",
             "\"communications\" must be an array of 1 to 20 messages"},
            {"{\"subject\":\"s\",\"communications\":\"text\"}",
             "\"communications\" must be an array of 1 to 20 messages"},
            {"{\"subject\":\"s\",\"communications\":[{\"from\":\"aws\",\"body\":\"b\"}]}",
             "the first message must be from the customer"},
            {"{\"subject\":\"s\",\"communications\":[{\"from\":\"me\",\"body\":\"b\"}]}",
             "communications[0]: \"from\" must be \"customer\" or \"aws\""},
            {"{\"subject\":\"s\",\"communications\":[{\"from\":\"customer\",\"body\":\"b\"},{"
             "\"from\":\"aws\",\"body\":\"\"}]}",
             "communications[1]: \"body\" must be a string that is not empty"},
            {"{\"subject\":\"s\",\"communications\":[\"b\"]}",
             "communications[0]: \"from\" must be \"customer\" or \"aws\""},
        };

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
            CHECK_STR(bad[i].message, check_error(bad[i].answer));
        CHECK_STR(
            NULL,
            check_error(
                "{\"subject\":\"s\",\"communications\":[{\"from\":\"customer\",\"body\":\"b\"}]}"));
    }

    TEST("an over-long body is refused, and so are more messages than are allowed")
    {
        struct error err;
        jv text = words(SYNTHETIC_MESSAGES_MAX + 1);
        jv one = words(1);
        jv message = jv_object();
        jv communications = jv_array();
        char *body = calloc(1, SYNTHETIC_BODY_BYTES_MAX + 2);

        CHECK(!jv_is_valid(synthetic_check(text, &err)));
        memset(body, 'x', SYNTHETIC_BODY_BYTES_MAX + 1);
        json_set_str(&message, "from", "customer");
        json_set_str(&message, "body", body);
        json_append(&communications, message);
        json_set(&one, "communications", communications);
        CHECK(!jv_is_valid(synthetic_check(one, &err)));
        CHECK(strstr(err.message, "longer than 60000 bytes") != NULL);
        free(body);
        jv_free(text);
        jv_free(one);
    }

    TEST("members that nobody asked for are dropped, and a language that is none")
    {
        struct error err;
        jv answer = parse("{\"extra\":1,\"language\":\"english\",\"communications\":[{\"x\":1,"
                          "\"body\":\"b\",\"from\":\"customer\"}],"
                          "\"subject\":\"s\"}");
        jv expected = parse(
            "{\"subject\":\"s\",\"communications\":[{\"from\":\"customer\",\"body\":\"b\"}]}");
        jv checked = synthetic_check(answer, &err);

        CHECK(same_text(expected, checked));
        jv_free(answer);
        jv_free(expected);
        jv_free(checked);
    }
}

int main(void)
{
    test_check();
    return unit_end();
}
