#include "maki/service.h"

#include "unit.h"

static const char *name_of(const char *code)
{
    const struct service *s = service_find(code);

    return s ? s->name : NULL;
}

int main(void)
{
    TEST("every built-in service is complete and its code is its own")
    {
        size_t count;
        const struct service *all = service_all(&count);

        CHECK(count > 50);
        for (size_t i = 0; i < count; i++) {
            CHECK(all[i].code[0] && all[i].name[0] && all[i].aliases[0] && all[i].resources[0]);
            CHECK(strncmp(all[i].link, "https://docs.aws.amazon.com/", 28) == 0);
            CHECK(strchr(all[i].aliases, '\t') == NULL && strstr(all[i].aliases, ", ") == NULL);
            CHECK_STR(all[i].code, service_find(all[i].code)->code);
        }
    }
    TEST("a service is found by code, alias, prefix and extension")
    {
        CHECK_STR("Amazon DynamoDB", name_of("amazon-dynamodb"));
        CHECK_STR("Amazon Elastic Container Service (ECS)",
                  name_of("amazon-elastic-container-service"));
        CHECK_STR("Amazon EC2 (Linux)", name_of("amazon-elastic-compute-cloud"));
        CHECK_STR("Amazon EC2 (Windows)", name_of("amazon-elastic-compute-cloud-windows"));
        CHECK_STR("AWS Lambda", name_of("aws-lambda-something"));
        CHECK_STR("AWS Lambda", name_of("lambda"));
        CHECK_STR("AWS Lambda", name_of("amazon-lambda"));
        CHECK_STR("AWS Identity and Access Management (IAM)",
                  name_of("identity-and-access-management"));
    }
    TEST("what is near to nothing is not found")
    {
        CHECK_STR(NULL, name_of(""));
        CHECK_STR(NULL, name_of("zeppelin"));
        CHECK_STR(NULL, name_of("aws-lamb"));
        CHECK_STR(NULL, name_of("aws-"));
        CHECK(service_has_prefix("a-b-c", "a-b", 3) && service_has_prefix("a-b", "a-b", 3) &&
              !service_has_prefix("a-bc", "a-b", 3));
    }
    return unit_end();
}
