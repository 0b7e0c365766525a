#include "offline/member.h"

#include "unit.h"

/* The text of a member's value; NULL if there is none. */
static const char *value_of(const char *text, const char *name)
{
    static char out[200];
    struct member_place place;

    if (!member_find(text, strlen(text), name, &place))
        return NULL;
    snprintf(out, sizeof(out), "%.*s", (int)(place.end - place.start), text + place.start);
    return out;
}

int main(void)
{
    TEST("values of every kind are found")
    {
        const char *text =
            " { \"a\" : 1 , \"b\":[1,{\"c\":\"]\"}],\"c\":\"x\\\"y}\", \"d\":{\"a\":2},\"e\":true}";

        CHECK_STR("1 ", value_of(text, "a"));
        CHECK_STR("[1,{\"c\":\"]\"}]", value_of(text, "b"));
        CHECK_STR("\"x\\\"y}\"", value_of(text, "c"));
        CHECK_STR("{\"a\":2}", value_of(text, "d"));
        CHECK_STR("true", value_of(text, "e"));
    }
    TEST("only members of the outermost object count")
    {
        CHECK_STR(NULL, value_of("{\"x\":{\"y\":1},\"z\":\"\\\"y\\\":2\"}", "y"));
        CHECK_STR(NULL, value_of("{}", "y"));
        CHECK_STR(NULL, value_of("{\"yy\":1}", "y"));
    }
    return unit_end();
}
