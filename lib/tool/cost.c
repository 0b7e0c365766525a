#include "tool/cost.h"
#include "json/json.h"

#include <string.h>

static struct {
    double price_input;
    double price_output;
    const char *prices;
    double max_cost;
    int64_t max_calls;
} o;

const struct opt tool_cost_options[] = {
    {OPT_STRING, 0, "prices", &o.prices, "FILE", "MAKI_PRICES",
     "models' prices, a JSON file of yours, to tell the cost", 0, 0},
    {OPT_REAL, 0, "price-input", &o.price_input, "USD", "MAKI_PRICE_INPUT",
     "price of a million input tokens, in place of the file's", 0, 1e6},
    {OPT_REAL, 0, "price-output", &o.price_output, "USD", "MAKI_PRICE_OUTPUT",
     "price of a million output tokens", 0, 1e6},
    {OPT_REAL, 0, "max-cost", &o.max_cost, "USD", "MAKI_MAX_COST",
     "ask no more before the cost would pass this; what is left fails", 0, 1e9},
    {OPT_INT, 0, "max-calls", &o.max_calls, "N", "MAKI_MAX_CALLS",
     "call the model at most N times; what is left fails", 0, 1e15},
    {.type = OPT_END},
};

void tool_cost_defaults(void)
{
    memset(&o, 0, sizeof(o));
    o.price_input = -1;
    o.price_output = -1;
    o.max_cost = -1;
    o.max_calls = -1;
}

int tool_cost_open(struct budget *budget, const char *model_id, bool offline, struct error *err)
{
    *budget = (struct budget){.cost_max = o.max_cost, .calls_max = o.max_calls};
    if (offline) {
        budget->price = price_of(0, 0);
        return 0;
    }
    if ((o.price_input < 0) != (o.price_output < 0))
        return error_set(err, ERR_USAGE, "NoPrice",
                         "--price-input and --price-output are of use together only");
    if (o.price_input >= 0)
        budget->price = price_of(o.price_input, o.price_output);
    else if (o.prices != NULL && price_load(&budget->price, o.prices, model_id, err) < 0)
        return -1;
    if (o.max_cost >= 0 && !budget->price.known)
        return error_set(err, ERR_CONFIG, "NoPrice",
                         "--max-cost needs the price of %s: give --price-input and --price-output, "
                         "or --prices with a file that has the model",
                         model_id);
    return 0;
}

void tool_cost_add(jv *object, const struct budget *budget, const struct converse_usage *usage)
{
    double cost = price_cost(&budget->price, usage);

    json_set(object, "cost", cost < 0 ? jv_null() : jv_number(cost));
    if (budget->price.date[0] != '\0') {
        jv prices = jv_object();

        json_set_str(&prices, "date", budget->price.date);
        json_set_str(&prices, "currency", budget->price.currency);
        json_set(object, "prices", prices);
    }
}
