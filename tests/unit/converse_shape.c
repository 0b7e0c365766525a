#include "aws/converse_shape.h"

#include "unit.h"

static void test_table(void)
{
    TEST("a model's way is found by its id, its inference profile's, and an ARN of either")
    {
        static const struct {
            const char *id;
            enum converse_form form;
            bool cache, temperature, top_p;
        } table[] = {
            {"amazon.nova-micro-v1:0", CONVERSE_TOOL, true, true, true},
            {"us.amazon.nova-micro-v1:0", CONVERSE_TOOL, true, true, true},
            {"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", CONVERSE_TOOL,
             true, true, true},
            {"arn:aws:bedrock:us-east-1:111122223333:inference-profile/apac.amazon.nova-lite-v1:0",
             CONVERSE_TOOL, true, true, true},
            {"us.anthropic.claude-3-7-sonnet-20250219-v1:0", CONVERSE_TOOL, true, true, true},
            {"anthropic.claude-3-haiku-20240307-v1:0", CONVERSE_TOOL, false, true, true},
            {"us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0", CONVERSE_TOOL, false, true, true},
            {"eu.anthropic.claude-sonnet-4-20250514-v1:0", CONVERSE_TOOL, true, true, true},
            {"global.anthropic.claude-sonnet-4-5-20250929-v1:0", CONVERSE_TOOL, true, true, false},
            {"global.anthropic.claude-haiku-4-5-20251001-v1:0", CONVERSE_TOOL, true, true, false},
            {"us.anthropic.claude-opus-4-1-20250805-v1:0", CONVERSE_TOOL, true, true, false},
            {"anthropic.claude-v2:1", CONVERSE_TEXT, false, true, true},
            {"openai.gpt-oss-120b-1:0", CONVERSE_SCHEMA, false, true, true},
            {"qwen.qwen3-32b-v1:0", CONVERSE_SCHEMA, false, true, true},
            {"us.deepseek.r1-v1:0", CONVERSE_TEXT, false, true, true},
            {"deepseek.v3-v1:0", CONVERSE_SCHEMA, false, true, true},
            {"us.meta.llama3-3-70b-instruct-v1:0", CONVERSE_TEXT, false, true, true},
            {"mistral.mistral-large-2402-v1:0", CONVERSE_TEXT, false, true, true},
            {"arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3",
             CONVERSE_TOOL, false, true, true},
            {"something-new", CONVERSE_TOOL, false, true, true},
            {"", CONVERSE_TOOL, false, true, true},
            {"/", CONVERSE_TOOL, false, true, true},
        };

        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            struct converse_shape shape = converse_shape_for(table[i].id);

            if (shape.form != table[i].form || shape.cache_point != table[i].cache ||
                shape.temperature != table[i].temperature || shape.top_p != table[i].top_p)
                CHECK_STR(table[i].id, converse_form_name(shape.form));
        }
    }
    TEST("the forms have names, and another word is refused")
    {
        static const char *const names[] = {"auto", "tool", "schema", "text"};
        enum converse_form form;
        struct error err;

        for (size_t i = 0; i < 4; i++) {
            CHECK_INT(0, converse_form_parse(names[i], &form, &err));
            CHECK_INT(i, form);
            CHECK_STR(names[i], converse_form_name(form));
        }
        CHECK_INT(-1, converse_form_parse("Tool", &form, &err));
        CHECK_INT(ERR_USAGE, err.kind);
    }
}

/* What is left of everything after a refusal: "tool cache temperature topP 1000", or "stands". */
static const char *after(enum converse_form form, const char *code, const char *message)
{
    static char text[100];
    struct converse_shape shape = {form, true, true, true, 0};
    struct error err = {.kind = ERR_DATA};

    snprintf(err.code, sizeof(err.code), "%s", code);
    snprintf(err.message, sizeof(err.message), "400 %s: %s", code, message);
    if (!converse_shape_give_up(&shape, 131072, &err))
        return "stands";
    snprintf(text, sizeof(text), "%s%s%s%s", converse_form_name(shape.form),
             shape.cache_point ? " cache" : "", shape.temperature ? " temperature" : "",
             shape.top_p ? " topP" : "");
    if (shape.tokens_max > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " %lld",
                 (long long)shape.tokens_max);
    return text;
}

static void test_refusals(void)
{
    static const char validation[] = "ValidationException";

    TEST("what the service refuses is given up, and nothing else")
    {
        CHECK_STR("text cache temperature topP",
                  after(CONVERSE_TOOL, validation, "This model doesn't support tool use."));
        CHECK_STR("text cache temperature topP",
                  after(CONVERSE_TOOL, validation,
                        "This model doesn't support the toolConfig.toolChoice.tool field. Remove "
                        "toolConfig.toolChoice.tool and try again."));
        CHECK_STR("text cache temperature topP",
                  after(CONVERSE_SCHEMA, validation,
                        "This model doesn't support the outputConfig.textFormat field."));
        CHECK_STR("tool temperature topP",
                  after(CONVERSE_TOOL, validation, "This model doesn't support cachePoint."));
        CHECK_STR("tool temperature topP",
                  after(CONVERSE_TOOL, "AccessDeniedException",
                        "You invoked an unsupported model or your request did not allow prompt "
                        "caching. See the documentation for more information."));
        CHECK_STR("tool cache temperature",
                  after(CONVERSE_TOOL, validation,
                        "`temperature` and `top_p` cannot both be specified for this model. Please "
                        "use only one."));
        CHECK_STR("tool cache",
                  after(CONVERSE_TOOL, validation, "`temperature` is deprecated for this model."));
        CHECK_STR("tool cache temperature topP 10000",
                  after(CONVERSE_TOOL, validation,
                        "The maximum tokens you requested exceeds the model limit of 10000. Try "
                        "again with a maximum tokens value that is lower than 10000."));
        CHECK_STR("tool cache temperature topP 64000",
                  after(CONVERSE_TOOL, validation,
                        "max_tokens: 131072 > 64000, which is the maximum allowed number of output "
                        "tokens for claude-3-7-sonnet-20250219"));
    }
    TEST("an error that speaks of nothing in the request stands")
    {
        CHECK_STR("stands",
                  after(CONVERSE_TOOL, validation, "Input is too long for requested model."));
        CHECK_STR("stands",
                  after(CONVERSE_TOOL, validation, "The provided model identifier is invalid."));
        CHECK_STR("stands", after(CONVERSE_TEXT, validation, "tool outputConfig json_schema"));
        CHECK_STR("stands", after(CONVERSE_SCHEMA, validation, "toolConfig"));
        CHECK_STR("stands", after(CONVERSE_TOOL, "AccessDeniedException",
                                  "You don't have access to the model. tool"));
        CHECK_STR("stands", after(CONVERSE_TOOL, "ThrottlingException", "toolConfig, too many"));
        CHECK_STR("stands", after(CONVERSE_TOOL, validation, "max_tokens: must be positive"));
        CHECK_STR("stands", after(CONVERSE_TOOL, validation, "max_tokens: 5 > 999999, odd"));
    }
    TEST("giving up comes to an end")
    {
        struct converse_shape shape = {CONVERSE_TOOL, true, true, true, 0};
        struct error err = {.code = "ValidationException",
                            .message = "cachePoint, top_p, temperature, tool, outputConfig, "
                                       "max_tokens over the limit of 10"};
        int times = 0;

        while (converse_shape_give_up(&shape, 100, &err))
            times++;
        CHECK_INT(5, times);
        CHECK_INT(CONVERSE_TEXT, shape.form);
        CHECK_INT(10, shape.tokens_max);
        CHECK(!shape.cache_point && !shape.temperature && !shape.top_p);
    }
}

int main(void)
{
    test_table();
    test_refusals();
    return unit_end();
}
