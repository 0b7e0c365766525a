#include "offline/feeling.h"

#include "offline_model.h"
#include "unit.h"

static struct model m;

static const char *feeling_of(const char *json)
{
    model_read(&m, json);
    return feeling_name(feeling_score(&m.document, &m.lexicon));
}

/* Of a case in which a customer says `first`, AWS answers, and the customer says `last` (unless
 * NULL). */
static const char *feeling(const char *first, const char *last)
{
    char json[1000];

    snprintf(json, sizeof(json),
             "{\"subject\":\"\",\"communications\":[{\"from\":\"customer\",\"body\":\"%s\"},{"
             "\"from\":\"aws\",\"body\":\"We are "
             "very sorry, this is terrible.\"}%s%s%s]}",
             first, last ? ",{\"from\":\"customer\",\"body\":\"" : "", last ? last : "",
             last ? "\"}" : "");
    return feeling_of(json);
}

int main(void)
{
    model_init(&m);
    model_learn(&m);
    TEST("anger is negative, praise is positive, facts are neutral")
    {
        CHECK_STR("Negative", feeling("This is completely unacceptable.", NULL));
        CHECK_STR("Positive", feeling("Your support was excellent, we are very happy.", NULL));
        CHECK_STR("Neutral", feeling("The instance i-1 has stopped with error 5.", NULL));
        CHECK_STR("Neutral", feeling("", NULL));
    }
    TEST("negations turn a feeling round, within their clause")
    {
        CHECK_STR("Negative", feeling("We are not happy and not satisfied at all.", NULL));
        CHECK_STR("Positive", feeling("No errors. Excellent, amazing work.", NULL));
    }
    TEST("the last message counts more than the first")
    {
        CHECK_STR("Positive",
                  feeling("This is annoying.", "Excellent, it works now. Thank you so much!"));
        CHECK_STR("Negative", feeling("Great product.", "This is unacceptable, we are furious."));
    }
    TEST("thanks at the end are for a solution, polite words at the start are none")
    {
        CHECK_STR("Positive", feeling("The job fails.", "Thank you."));
        CHECK_STR("Neutral", feeling("The job fails. Thank you for your help in advance.", NULL));
        CHECK_STR("Neutral",
                  feeling("Dear team,\\n\\nThe job fails. Please help.\\n\\nKind regards,\\nJo Doe",
                          NULL));
    }
    TEST("what AWS says is not the customer's feeling")
    {
        CHECK_STR("Neutral", feeling("The job fails.", "The job runs."));
    }
    TEST("other languages are understood")
    {
        CHECK_STR("Negative", feeling("Das ist inakzeptabel.", NULL));
        CHECK_STR("Positive", feeling("El trabajo falla.", "Muchas gracias, excelente."));
        CHECK_STR("Positive",
                  feeling("ジョブが失敗します。", "解決しました。ありがとうございました。"));
    }
    model_clear(&m);
    return unit_end();
}
