#include "offline/classify.h"

#include "offline/explain.h"
#include "offline_model.h"
#include "unit.h"

static struct model m;

/* The points of the one finding whose text is given; 0 if there is none. */
static int points_of(const char *json, const char *text)
{
    model_classify(&m, json, false);
    for (size_t i = 0; i < m.result.findings.count; i++) {
        const struct finding *f = &m.result.findings.items[i];

        if (f->end - f->start == strlen(text) &&
            memcmp(buf_str(&m.document.text) + f->start, text, strlen(text)) == 0)
            return f->points;
    }
    return 0;
}

/* A case with one message of a customer. */
static const char *said(const char *body)
{
    static char json[1000];

    snprintf(json, sizeof(json),
             "{\"subject\":\"\",\"communications\":[{\"from\":\"customer\",\"body\":\"%s\"}]}",
             body);
    return json;
}

static void test_weights(void)
{
    const struct finding_weights *w = &finding_weights;

    TEST("a cue counts by who says it")
    {
        CHECK_INT(5000 * w->customer_first / 100,
                  points_of(said("We saw heavy rain"), "heavy rain"));
        CHECK_INT(5000 * w->subject / 100,
                  points_of("{\"subject\":\"heavy rain\",\"communications\":[]}", "heavy rain"));
        CHECK_INT(5000 * w->aws_last / 100, points_of("{\"subject\":\"\",\"communications\":[{"
                                                      "\"from\":\"aws\",\"body\":\"heavy rain\"}]}",
                                                      "heavy rain"));
    }
    TEST("a cause raises, a doubt and a question lower it, a denial takes it away")
    {
        CHECK_INT(5000 * w->cause / 100,
                  points_of(said("The root cause was heavy rain"), "heavy rain"));
        CHECK_INT(5000 * w->doubt / 100,
                  points_of(said("Maybe there was some heavy rain"), "heavy rain"));
        CHECK_INT(5000 * w->question / 100, points_of(said("Heavy rain?"), "Heavy rain"));
        CHECK_INT(0, points_of(said("There was no heavy rain"), "heavy rain"));
        CHECK_INT(0, points_of(said("Heavy rain can be excluded"), "Heavy rain"));
        CHECK_INT(5000, points_of(said("It was not us. Heavy rain came"), "Heavy rain"));
    }
    TEST("forms of a phrase's words count, a single word must stand as it is")
    {
        CHECK(points_of(said("it is flooding the cellars"), "flooding the cellars") > 0);
        CHECK(points_of(said("it is raining"), "raining") == 0);
        CHECK(points_of(said("drizzle"), "drizzle") > 0);
    }
    TEST("of overlapping phrases for one category the strongest counts")
    {
        CHECK(points_of(said("heavy rain today"), "rain") == 0);
        CHECK(points_of(said("rain today"), "rain") > 0);
    }
}

static void test_choice(void)
{
    TEST("the category with the strongest evidence wins, the next is named")
    {
        CHECK_STR("rain",
                  model_classify(&m, said("Heavy rain, then a drought and heavy rain"), true));
        CHECK_STR("sun", m.set.items[m.result.runner_up].name);
        CHECK_STR("sun", model_classify(&m, said("A drought, a bright day"), true));
    }
    TEST("one clear statement is not outvoted by a crowd of weak words")
    {
        CHECK_STR("sun",
                  model_classify(
                      &m,
                      said("rain rain drizzle rain drizzle, the root cause is a drought of years"),
                      true));
    }
    TEST("without evidence it is other, where that is allowed")
    {
        CHECK_STR("other", model_classify(&m, said("Please book a table for two"), true));
        CHECK(strcmp("other", model_classify(&m, said("Please book a table for two"), false)) != 0);
    }
    TEST("only allowed categories are answered")
    {
        bool allowed[2] = {false, true};
        struct classify_choice choice = {.allowed = allowed, .other = false};

        model_read(&m, said("heavy rain"));
        classify(&m.result, &m.knowledge, &m.lexicon, &m.document, &choice);
        CHECK_INT(1, m.result.category);
        CHECK_INT(-1, m.result.runner_up);
        allowed[1] = false;
        classify(&m.result, &m.knowledge, &m.lexicon, &m.document, &choice);
        CHECK_INT(-1, m.result.category);
    }
    TEST("words of the description alone can decide")
    {
        CHECK_STR("sun", model_classify(&m, said("The photovoltaic panels yield nothing"), false));
        CHECK(!classification_has_word(&m.result, m.document.tokens.items[0].stem)); /* the */
        CHECK(classification_has_word(&m.result, m.document.tokens.items[1].stem));
        CHECK(!classification_has_word(&m.result, TOKEN_NONE));
    }
    TEST("the same case gives the same scores, whatever came before")
    {
        int64_t first;

        model_classify(&m, said("heavy rain and a drought"), true);
        first = m.result.scores[0];
        model_classify(&m, said("drizzle"), true);
        model_classify(&m, said("heavy rain and a drought"), true);
        CHECK_INT(first, m.result.scores[0]);
    }
}

static const char *explained(const char *json)
{
    static char text[1000];
    struct buf out;

    model_classify(&m, json, true);
    buf_init(&out, 1000);
    explain(&out, &m.result, &m.knowledge, &m.document);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static void test_explanation(void)
{
    TEST("an explanation quotes the case and tells where")
    {
        CHECK_STR("What speaks for rain: \"Heavy rain\" (AWS reply), \"drizzle\" (subject).",
                  explained("{\"subject\":\"drizzle\",\"communications\":[{\"from\":\"aws\","
                            "\"body\":\"Heavy\\n rain, yes heavy rain.\"}]}"));
    }
    TEST("it names what came next")
    {
        CHECK(strstr(explained(said("heavy rain or drought")), "Next closest: rain.") != NULL);
    }
    TEST("it says when nothing stands out")
    {
        CHECK_STR("Nothing in the case stands out for any of the categories.",
                  explained(said("xyzzy")));
    }
}

int main(void)
{
    model_init(&m);
    model_add(&m, "rain", "desc.txt", "Water falls from clouds: umbrella, puddle, gutter.");
    model_add(&m, "rain", "cues.txt",
              "5\theavy rain\n2\train\n2\tdrizzle\n4\tflooded the cellar\n");
    model_add(&m, "sun", "desc.txt", "The sky is bright: panels, photovoltaic, sunburn.");
    model_add(&m, "sun", "cues.txt", "8\tdrought\n4\tbright day\n");
    model_learn(&m);
    test_weights();
    test_choice();
    test_explanation();
    model_clear(&m);
    return unit_end();
}
