#include "offline/advise.h"

#include "offline_model.h"
#include "unit.h"

static struct model m;
static struct playbooks *books;

static const char *case_of(const char *service, const char *body)
{
    static char json[1000];

    snprintf(json, sizeof(json),
             "{\"subject\":\"\",\"serviceCode\":\"%s\",\"communications\":[{\"from\":\"customer\","
             "\"body\":\"%s\"}]}",
             service, body);
    return json;
}

static const char *action_for(const char *service, const char *body)
{
    static char text[1000];
    struct buf out;

    model_classify(&m, case_of(service, body), true);
    buf_init(&out, sizeof(text));
    advise_action(&out, books, &m.result, &m.document);
    snprintf(text, sizeof(text), "%s", buf_str(&out));
    buf_clear(&out);
    return text;
}

static const char *link_for(const char *service, const char *body)
{
    model_classify(&m, case_of(service, body), true);
    return advise_link(books, &m.result, &m.document);
}

int main(void)
{
    model_init(&m);
    model_add(&m, "bare", "desc.txt", "Nothing else is known of deserts, camels and dunes.");
    model_add(&m, "bare", "cues.txt", "9\tcamel caravan\n");
    model_add(&m, "rain", "desc.txt", "Water falls from clouds.");
    model_add(&m, "rain", "cues.txt", "9\theavy rain\n");
    model_add(
        &m, "rain", "playbook.txt",
        "action: Read the forecast of {service} and of {service} again.\n"
        "action: Clean the gutters.\n"
        "prevention: Clean the gutters and the drains of leaves.\n"
        "link: https://docs.aws.amazon.com/general | Weather | -\n"
        "link: https://docs.aws.amazon.com/drains | Drains and gutters | -\n"
        "link: https://docs.aws.amazon.com/lambda | Lambda | aws-lambda\n"
        "link: https://docs.aws.amazon.com/ec2 | EC2 | amazon-rds,amazon-elastic-compute-cloud\n"
        "link: https://elsewhere.example/lambda-x | Elsewhere | aws-lambda-x\n");
    books = playbooks_new(&m.lexicon, &m.set);
    model_learn(&m);

    TEST("the action with most in common is picked, the first if none has anything")
    {
        CHECK_STR("Clean the gutters.",
                  action_for("aws-lambda", "heavy rain, the gutter is full of leaves"));
        CHECK_STR("Read the forecast of AWS Lambda and of AWS Lambda again.",
                  action_for("aws-lambda", "heavy rain"));
        CHECK_STR("Read the forecast of the service and of the service again.",
                  action_for("unheard-of", "heavy rain"));
    }
    TEST("a category without a playbook and no category at all have an action, too")
    {
        CHECK(strstr(action_for("aws-lambda", "camel caravan"), "bare") != NULL);
        CHECK_STR("Have a person read this case: none of the categories fits it.",
                  action_for("aws-lambda", "xyzzy"));
    }
    TEST("the link is the playbook's for the service, else its general one")
    {
        CHECK_STR("https://docs.aws.amazon.com/lambda", link_for("aws-lambda", "heavy rain"));
        CHECK_STR("https://docs.aws.amazon.com/ec2",
                  link_for("amazon-elastic-compute-cloud-linux", "heavy rain"));
        CHECK_STR("https://docs.aws.amazon.com/general", link_for("aws-iot", "heavy rain"));
        CHECK_STR("https://docs.aws.amazon.com/drains",
                  link_for("aws-iot", "heavy rain in the drains"));
    }
    TEST("without a playbook the link is the service's documentation, else AWS's")
    {
        CHECK(strncmp(link_for("aws-lambda", "camel caravan"),
                      "https://docs.aws.amazon.com/lambda/", 35) == 0);
        CHECK_STR("https://docs.aws.amazon.com/", link_for("unheard-of", "camel caravan"));
        CHECK_STR("https://docs.aws.amazon.com/", link_for("", "xyzzy"));
    }
    TEST("a link that may not stand in a report is passed over")
    {
        CHECK_STR("https://docs.aws.amazon.com/lambda", link_for("aws-lambda-x", "heavy rain"));
    }
    playbooks_free(books);
    model_clear(&m);
    return unit_end();
}
