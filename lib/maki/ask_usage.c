/* Tokens that calls took. */
#include "maki/ask.h"
#include "json/json.h"

void ask_usage_add(struct converse_usage *sum, const struct converse_usage *usage)
{
    sum->input_tokens += usage->input_tokens;
    sum->output_tokens += usage->output_tokens;
    sum->cache_read_tokens += usage->cache_read_tokens;
    sum->cache_write_tokens += usage->cache_write_tokens;
}

jv ask_usage_object(const struct converse_usage *usage)
{
    jv object = jv_object();

    json_set(&object, "input", jv_number((double)usage->input_tokens));
    json_set(&object, "output", jv_number((double)usage->output_tokens));
    if (usage->cache_read_tokens > 0)
        json_set(&object, "cacheRead", jv_number((double)usage->cache_read_tokens));
    if (usage->cache_write_tokens > 0)
        json_set(&object, "cacheWrite", jv_number((double)usage->cache_write_tokens));
    return object;
}
