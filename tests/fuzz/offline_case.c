/*
 * Whatever a case says, the offline model's answer is one that maki-classify accepts, and the same
 * the second time. The bytes are three messages, cut at 0x1e.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "maki/insight.h"
#include "offline/insight.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jv make_case(const char *text, size_t len)
{
    static const char *const from[] = {"customer", "aws", "customer"};
    jv data = jv_object();
    jv messages = jv_array();

    for (int i = 0; i < 3; i++) {
        const char *end = memchr(text, 0x1e, len);
        size_t part = end ? (size_t)(end - text) : len;
        jv message = jv_object();

        json_set_str(&message, "from", from[i]);
        json_set(&message, "body", json_string(text, part));
        json_append(&messages, message);
        if (i == 0)
            json_set(&data, "subject", json_string(text, part < 100 ? part : 100));
        len -= end ? part + 1 : part;
        text += end ? part + 1 : part;
    }
    json_set(&data, "communications", messages);
    return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct category_set set;
    static struct insight_model *model;
    struct error err;
    jv support_case = make_case((const char *)data, size);
    jv first;
    jv second;
    jv checked;

    if (model == NULL) {
        assert(category_set_load(&set, NULL, &err) == 0);
        model = insight_model_new(&set);
    }
    assert(insight_model_answer(model, support_case, jv_invalid(), &first) == 0);
    assert(insight_model_answer(model, support_case, jv_invalid(), &second) == 0);
    checked = insight_check(&set, first, &err);
    assert(jv_is_valid(checked));
    assert(jv_equal(first, second));
    jv_free(checked);
    jv_free(support_case);
    return 0;
}
