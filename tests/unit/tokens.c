#include "offline/tokens.h"

#include "unit.h"

/* The words of a text, one space between; a part stands in brackets. */
static const char *words(const char *text)
{
    static char out[1000];
    struct token_list list;
    size_t n = 0;

    tokens_init(&list);
    tokens_split(&list, text, strlen(text), 0);
    out[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        const struct token *t = &list.items[i];

        n += (size_t)snprintf(out + n, sizeof(out) - n, t->is_part ? "%s(%.*s)" : "%s%.*s",
                              i ? " " : "", t->word_len, token_word(&list, t));
    }
    tokens_clear(&list);
    return out;
}

int main(void)
{
    TEST("words are lower-case runs of letters and digits")
    {
        CHECK_STR("hello world we saw 3 5 error in us east 1",
                  words("Hello, world! We saw 3.5 errors in us-east-1"));
        CHECK_STR("", words(""));
        CHECK_STR("", words(" .,;- \n\t"));
        CHECK_STR("isn t", words("isn't"));
    }
    TEST("plural endings go, names and other endings stay")
    {
        CHECK_STR("quota policy address box patch",
                  words("quotas policies addresses boxes patches"));
        CHECK_STR("aws dns class process statu", words("AWS DNS class process status"));
    }
    TEST("a name in camel case stays whole and gets its parts")
    {
        CHECK_STR("insufficientinstancecapacity (insufficient) (instance) (capacity)",
                  words("InsufficientInstanceCapacity"));
        CHECK_STR("vpclimitexceeded (vpc) (limit) (exceeded)", words("VPCLimitExceeded"));
        CHECK_STR("ec2throttledexception (ec2) (throttled) (exception)",
                  words("EC2ThrottledException"));
        CHECK_STR("vpc api iphone", words("VPCs APIs iPhone"));
        CHECK_STR("throttlingexception (throttling) (exception)",
                  words("\xe2\x80\x9cThrottlingException\xe2\x80\x9d"));
    }
    TEST("accents are folded, also those on their own")
    {
        CHECK_STR("erhohung uberschritten strasse", words("Erhöhung überschritten Straße"));
        CHECK_STR("depasse depasse manana nao coeur",
                  words("dépassé de\xcc\x81passe\xcc\x81 mañana não cœur"));
    }
    TEST("characters of scripts without spaces are words")
    {
        CHECK_STR("上 限 緩 和 ec2 の", words("上限緩和、EC2の"));
        CHECK_STR("ec2 429", words("ＥＣ２ ４２９"));
        CHECK_STR("привет мир", words("Привет, МИР"));
    }
    TEST("invalid bytes separate words and positions stay true")
    {
        struct token_list list;

        CHECK_STR("ab cd", words("ab\xff"
                                 "cd"));
        CHECK_STR("ab", words("ab\xe3\x81"));
        tokens_init(&list);
        tokens_split(&list, "a \xc3\xa9t\xc3\xa9s", 8, 100);
        CHECK_INT(2, list.count);
        CHECK_INT(102, list.items[1].start);
        CHECK_INT(108, list.items[1].end);
        tokens_reset(&list);
        CHECK_INT(0, list.count);
        tokens_clear(&list);
    }
    TEST("very long words are cut in their normal form only")
    {
        struct token_list list;
        char text[300];

        memset(text, 'x', sizeof(text));
        tokens_init(&list);
        tokens_split(&list, text, sizeof(text), 0);
        CHECK_INT(1, list.count);
        CHECK_INT(TOKEN_WORD_BYTES_MAX, list.items[0].word_len);
        CHECK_INT(300, list.items[0].end);
        tokens_clear(&list);
    }
    return unit_end();
}
