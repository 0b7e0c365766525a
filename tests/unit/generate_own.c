/* Cases for a category that a user wrote. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "maki/synthetic.h"
#include "offline/generate.h"
#include "unit.h"

/* The data of a planned case. */
static jv data_of(const struct category_set *from, uint64_t index)
{
    static const char *const english[] = {"en"};
    struct synthetic_run run = {
        .seed = 3, .languages = english, .language_count = 1, .model = "offline"};
    struct synthetic_plan plan;

    time_parse_iso("2025-01-01", &run.start_ms);
    time_parse_iso("2026-01-01", &run.end_ms);
    synthetic_plan(&plan, &run, index, &from->items[index % from->count]);
    return synthetic_data(&plan);
}

/* What is generated for it; the caller frees. */
static jv generate(const struct category_set *from, jv data)
{
    struct error err;
    jv made = jv_invalid();
    jv checked;

    if (offline_generate(from, data, &made, &err) < 0)
        printf("# %s\n", err.message);
    checked = synthetic_check(made, &err);
    if (!jv_is_valid(checked))
        printf("# refused: %s\n", err.message);
    jv_free(checked);
    return made;
}

static const char *body_at(jv made, int index)
{
    return json_str(json_at(json_get(made, "communications"), index), "body", NULL);
}

/* A category of a user, as category.c would load it. */
static struct category_set user_set(struct category *category)
{
    return (struct category_set){.items = category, .count = 1};
}

static void test_borrowed(void)
{
    static char name[] = "printer-jam";
    static char description[] =
        "Paper is stuck in a printer. The tray does not open!\nWhich tray is it?";
    static char subject[] = "Tray 2 is jammed";
    static char text[] = "The printer on floor 3 swallowed a page. It beeps. Can somebody "
                         "come?\n\nWe removed the page.";

    TEST("a category without phrases lends the sentences of its examples")
    {
        struct category_example example = {subject, text};
        struct category category = {
            .name = name, .description = description, .examples = &example, .example_list = {1, 1}};
        struct category_set mine = user_set(&category);
        int asked = 0;

        for (uint64_t i = 0; i < 20; i++) {
            jv data = data_of(&mine, i);
            jv made;

            json_set_str(&data, "length", "80 to 160 words");
            made = generate(&mine, data);
            CHECK(strstr(json_str(made, "subject", NULL), "Tray 2 is jammed") != NULL);
            CHECK(strcasestr(body_at(made, 0), "he printer on floor 3 swallowed a page") != NULL);
            CHECK(strstr(body_at(made, 0), "tray does not open") == NULL);
            asked += strstr(body_at(made, 0), "an somebody come?") != NULL;
            jv_free(made);
            jv_free(data);
        }
        CHECK(asked > 10);
    }

    TEST("one without examples lends its description, and always has something to say")
    {
        struct category category = {.name = name, .description = description};
        struct category_set mine = user_set(&category);
        int found = 0;

        for (uint64_t i = 0; i < 50; i++) {
            jv data = data_of(&mine, i);
            jv made = generate(&mine, data);

            found += strcasestr(body_at(made, 0), "aper is stuck in a printer") != NULL;
            jv_free(made);
            jv_free(data);
        }
        CHECK(found > 40);
    }
}

/* `count` phrases of a slot, each nearly as long as a line may be, without a space in it. */
static void add_long(struct category *category, const char *slot, int count)
{
    for (int i = 0; i < count; i++) {
        char *text = mem_alloc(CATEGORY_LINE_BYTES_MAX + 1);
        size_t len = 0;

        while (len + 3 <= CATEGORY_LINE_BYTES_MAX) {
            memcpy(text + len, "\xe3\x81\x82", 3);
            len += 3;
        }
        text[len] = '\0';
        category->phrases = mem_grow(category->phrases, &category->phrase_list.cap,
                                     category->phrase_list.count + 1, sizeof(*category->phrases));
        category->phrases[category->phrase_list.count++] =
            (struct category_phrase){mem_strdup(slot), text};
    }
}

static void test_long(void)
{
    TEST("the longest phrases that are allowed still make whole characters and a case that is "
         "accepted")
    {
        static const char *const slots[] = {"subject", "opening", "symptom", "detail",  "ask",
                                            "reply",   "error",   "closing", "followup"};
        static char name[] = "long";
        static char description[] = "d";
        struct category category = {.name = name, .description = description};
        struct category_set mine = user_set(&category);
        int replaced = 0;

        for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
            add_long(&category, slots[i], 20);
        for (uint64_t i = 0; i < 100; i++) {
            jv data = data_of(&mine, i);
            jv made = generate(&mine, data);
            struct error err;
            jv checked = synthetic_check(made, &err);

            CHECK(jv_is_valid(checked));
            for (int m = 0; m < json_count(json_get(made, "communications")); m++)
                replaced += strstr(body_at(made, m), "\xef\xbf\xbd") != NULL;
            replaced += strstr(json_str(made, "subject", NULL), "\xef\xbf\xbd") != NULL;
            jv_free(checked);
            jv_free(made);
            jv_free(data);
        }
        CHECK_INT(0, replaced);
        for (size_t i = 0; i < category.phrase_list.count; i++) {
            free(category.phrases[i].slot);
            free(category.phrases[i].text);
        }
        free(category.phrases);
    }
}

int main(void)
{
    test_borrowed();
    test_long();
    return unit_end();
}
