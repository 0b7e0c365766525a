#include "maki/prompt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "unit.h"

static jv parse(const char *text)
{
    struct error err;
    jv value = json_parse(text, strlen(text), NULL, &err);

    if (!jv_is_valid(value))
        CHECK_STR("valid JSON", err.message);
    return value;
}

static char *to_text(jv value)
{
    struct buf out;

    buf_init(&out, 64 << 20);
    json_write(&out, value);
    return buf_take(&out);
}

/* What the model gets of a case given as JSON; the caller frees it. */
static char *case_data(const char *text, bool *cut)
{
    jv support_case = parse(text);
    jv data = prompt_case_data(support_case, cut);
    char *out = to_text(data);

    jv_free(data);
    jv_free(support_case);
    return out;
}

static void test_case_data(void)
{
    TEST("the model sees what the case says, and no addresses or ids")
    {
        bool cut;
        char *data = case_data(
            "{\"caseId\":\"case-123\",\"displayId\":\"123\",\"accountId\":\"999988887777\","
            "\"subject\":\"S\","
            "\"status\":\"opened\",\"serviceCode\":\"svc\",\"categoryCode\":\"cat\","
            "\"severityCode\":\"high\","
            "\"submittedBy\":\"ann@customer.example\",\"timeCreated\":\"t\",\"language\":\"en\","
            "\"ccEmailAddresses\":[\"bob@customer.example\"],\"maki\":{\"category\":\"throttling\"}"
            ","
            "\"source\":{\"uri\":\"s3://secret\"},"
            "\"communications\":[{\"timeCreated\":\"t1\",\"submittedBy\":\"ann@customer.example\","
            "\"body\":\"B\"},"
            "{\"timeCreated\":\"t2\",\"submittedBy\":\"Amazon Web Services\",\"body\":\"C\"}]}",
            &cut);

        CHECK_STR("{\"subject\":\"S\",\"status\":\"opened\",\"serviceCode\":\"svc\","
                  "\"categoryCode\":\"cat\",\"severityCode\":\"high\","
                  "\"language\":\"en\",\"communications\":[{\"from\":\"customer\",\"timeCreated\":"
                  "\"t1\",\"body\":\"B\"},"
                  "{\"from\":\"aws\",\"timeCreated\":\"t2\",\"body\":\"C\"}]}",
                  data);
        CHECK(!cut);
        free(data);
    }
    TEST("what is missing does no harm")
    {
        bool cut;
        char *data = case_data("{\"caseId\":\"c\"}", &cut);

        CHECK_STR("{\"subject\":\"\",\"communications\":[]}", data);
        free(data);
        data = case_data("{\"caseId\":\"c\",\"subject\":7,\"communications\":[{},{\"body\":null}]}",
                         &cut);
        CHECK_STR("{\"subject\":\"\",\"communications\":[{\"from\":\"customer\",\"timeCreated\":"
                  "\"\",\"body\":\"\"},"
                  "{\"from\":\"customer\",\"timeCreated\":\"\",\"body\":\"\"}]}",
                  data);
        CHECK(!cut);
        free(data);
    }
}

/* A case with bodies of so many bytes each (0 ends), made of `piece`, as JSON; the caller frees it.
 */
static char *case_of(const size_t *sizes, const char *piece)
{
    struct buf out;

    buf_init(&out, 64 << 20);
    buf_adds(&out, "{\"caseId\":\"c\",\"subject\":\"S\",\"communications\":[");
    for (size_t i = 0; sizes[i] > 0; i++) {
        buf_adds(&out, i ? ",{\"body\":\"" : "{\"body\":\"");
        for (size_t n = 0; n + strlen(piece) <= sizes[i]; n += strlen(piece))
            buf_adds(&out, piece);
        buf_adds(&out, "\"}");
    }
    buf_adds(&out, "]}");
    return buf_take(&out);
}

static size_t shown_len(jv data, int i)
{
    size_t len = 0;

    json_str(json_at(json_get(data, "communications"), i), "body", &len);
    return len;
}

/* The case's data, parsed. */
static jv shown(const size_t *sizes, const char *piece, bool *cut)
{
    char *text = case_of(sizes, piece);
    char *data = case_data(text, cut);
    jv value = parse(data);

    free(text);
    free(data);
    return value;
}

static void test_cut(void)
{
    bool cut;

    TEST("a body of 300 kB keeps its beginning and its end, and says what is gone")
    {
        jv data = shown((size_t[]){300000, 0}, "0123456789", &cut);
        const char *body = json_str(json_at(json_get(data, "communications"), 0), "body", NULL);

        CHECK(cut);
        CHECK(shown_len(data, 0) < PROMPT_CASE_BYTES_MAX + 100);
        CHECK(strncmp(body, "0123456789", 10) == 0);
        CHECK(strcmp(body + strlen(body) - 10, "0123456789") == 0);
        CHECK(strstr(body, "\n[... 100000 bytes left out ...]\n") != NULL);
        jv_free(data);
    }
    TEST("whole characters are kept")
    {
        jv data = shown((size_t[]){300001, 0}, "\xf0\x9f\x94\xa5", &cut);
        size_t len = shown_len(data, 0);
        const char *body = json_str(json_at(json_get(data, "communications"), 0), "body", NULL);

        CHECK(cut);
        CHECK_INT(len, utf8_valid_prefix(body, len));
        CHECK(strstr(body, "\xef\xbf\xbd") == NULL);
        jv_free(data);
    }
    TEST("what fits as a whole is not cut, however it is spread")
    {
        jv data = shown((size_t[]){200000, 0}, "x", &cut);

        CHECK(!cut);
        jv_free(data);
        data = shown(
            (size_t[]){1, 3, 9, 27, 81, 243, 729, 2187, 6561, 19683, 59049, 99000, 10000, 2000, 0},
            "x", &cut);
        CHECK(!cut);
        CHECK_INT(99000, shown_len(data, 11));
        jv_free(data);
    }
    TEST("also where the last byte is needed")
    {
        enum { COUNT = 600 };
        static size_t sizes[COUNT + 1];
        size_t sum = 0;
        jv data;

        for (size_t i = 1; i <= COUNT; i++) {
            sizes[i - 1] = i * 2 * PROMPT_CASE_BYTES_MAX / (COUNT * (COUNT + 1));
            sum += sizes[i - 1];
        }
        sizes[0] += PROMPT_CASE_BYTES_MAX - sum;
        data = shown(sizes, "x", &cut);
        CHECK(!cut);
        jv_free(data);
    }
    TEST("short messages stay whole, the long ones share what is left")
    {
        jv data = shown((size_t[]){100, 400000, 50000, 400000, 7, 0}, "x", &cut);

        CHECK(cut);
        CHECK_INT(100, shown_len(data, 0));
        CHECK_INT(50000, shown_len(data, 2));
        CHECK_INT(7, shown_len(data, 4));
        CHECK(shown_len(data, 1) > 70000 && shown_len(data, 1) < 76000);
        CHECK_INT(shown_len(data, 1), shown_len(data, 3));
        jv_free(data);
    }
    TEST("of very many messages the first and the last are shown")
    {
        enum { COUNT = 5000 };
        static size_t sizes[COUNT + 1];
        jv data;

        for (size_t i = 0; i < COUNT; i++)
            sizes[i] = 1 + i % 7;
        data = shown(sizes, "x", &cut);
        CHECK(cut);
        CHECK_INT(PROMPT_COMMUNICATIONS_MAX, json_count(json_get(data, "communications")));
        CHECK_INT(COUNT - PROMPT_COMMUNICATIONS_MAX, json_int(data, "communicationsLeftOut", 0));
        CHECK_INT(1, shown_len(data, 0));
        CHECK_INT(1 + 499 % 7, shown_len(data, 499));
        CHECK_INT(1 + 4500 % 7, shown_len(data, 500));
        CHECK_INT(1 + 4999 % 7, shown_len(data, 999));
        jv_free(data);
    }
    TEST("nothing in a case makes the message grow without bound")
    {
        enum { SIZE = 3 << 20 };
        char *long_text = mem_alloc(SIZE + 1);
        char *text;
        char *data;

        memset(long_text, 'x', SIZE);
        long_text[SIZE] = '\0';
        text = mem_printf(
            "{\"caseId\":\"%s\",\"subject\":\"%s\",\"status\":\"%s\",\"language\":\"%s\","
            "\"serviceCode\":\"%s\","
            "\"communications\":[{\"timeCreated\":\"%s\",\"submittedBy\":\"%s\",\"body\":\"%s\"}]}",
            long_text, long_text, long_text, long_text, long_text, long_text, long_text, long_text);
        data = case_data(text, &cut);
        CHECK(cut);
        CHECK(strlen(data) < PROMPT_CASE_BYTES_MAX + 10000);
        free(data);
        free(text);
        free(long_text);
    }
}

int main(void)
{
    test_case_data();
    test_cut();
    return unit_end();
}
