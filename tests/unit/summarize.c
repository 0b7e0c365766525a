#include "offline/summarize.h"

#include "offline_model.h"
#include "unit.h"

static struct model m;

static const char *summary_of(const char *json)
{
    static char text[4000];
    struct buf out;

    model_classify(&m, json, true);
    buf_init(&out, sizeof(text));
    summarize(&out, &m.result, &m.knowledge, &m.document);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* A case whose first message is a start and many times the same words; then what AWS and the
 * customer say. */
static const char *repeated(const char *start, const char *words, int times, const char *aws,
                            const char *last)
{
    static struct buf json;

    buf_clear(&json);
    buf_init(&json, 100000);
    buf_addf(&json, "{\"subject\":\"\",\"communications\":[{\"from\":\"customer\",\"body\":\"%s",
             start);
    for (int i = 0; i < times; i++)
        buf_adds(&json, words);
    buf_addf(&json,
             ".\"},{\"from\":\"aws\",\"body\":\"%s\"},{\"from\":\"customer\",\"body\":\"%s\"}]}",
             aws, last);
    return buf_str(&json);
}

int main(void)
{
    model_init(&m);
    model_add(&m, "rain", "desc.txt", "Water falls from clouds.");
    model_add(&m, "rain", "cues.txt", "5\theavy rain\n");
    model_learn(&m);
    TEST("a summary has the report, the answer and the end, word for word")
    {
        CHECK_STR("The roof of our data hall leaks since v1.27 of the firmware. The root cause is "
                  "heavy rain on the roof. It is dry "
                  "again now, thank you all.",
                  summary_of(
                      "{\"subject\":\"Leak\",\"communications\":["
                      "{\"from\":\"customer\",\"body\":\"Hi team,\\n\\nThe roof of our data "
                      "hall\\nleaks since v1.27 of the "
                      "firmware. Help.\\n\\nBest regards,\\nJo\"},"
                      "{\"from\":\"aws\",\"body\":\"Hello Jo,\\n\\nThank you for contacting AWS. "
                      "The root cause is heavy "
                      "rain on the roof.\"},"
                      "{\"from\":\"customer\",\"body\":\"It is dry again now, thank you all\"}]}"));
    }
    TEST("without messages the subject stands for the case")
    {
        CHECK_STR("Roof leaks.", summary_of("{\"subject\":\"Roof leaks\",\"communications\":[]}"));
        CHECK_STR("Roof leaks.",
                  summary_of(
                      "{\"subject\":\"Roof "
                      "leaks\",\"communications\":[{\"from\":\"customer\",\"body\":\"Hello,\"}]}"));
        CHECK_STR("The case has no text.", summary_of("{\"subject\":\"\",\"communications\":[]}"));
    }
    TEST("a summary never passes its length and cuts no character")
    {
        const char *text = summary_of(repeated("", "障害", 700, "", ""));

        CHECK(characters(text) <= SUMMARY_CHARACTERS_MAX &&
              characters(text) > SUMMARY_CHARACTERS_MAX - 20);
        CHECK(strcmp(text + strlen(text) - 3, "...") == 0);
        CHECK(memcmp(text + strlen(text) - 6, "害", 3) == 0 ||
              memcmp(text + strlen(text) - 6, "障", 3) == 0);
    }
    TEST("a long first sentence leaves out what does not fit")
    {
        const char *text = summary_of(repeated(
            "Start", " word", 70, "It was heavy rain and rain again and heavy rain once more.",
            "All is well again today."));

        CHECK(characters(text) <= SUMMARY_CHARACTERS_MAX);
        CHECK(strstr(text, "heavy rain") == NULL);
        CHECK(strstr(text, "All is well again today.") != NULL);
    }
    model_clear(&m);
    return unit_end();
}
