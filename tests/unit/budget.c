#include "maki/budget.h"

#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "maki/latency.h"
#include "scratch.h"
#include "unit.h"

static struct error err;
static char folder[] = "/tmp/maki-budget-XXXXXX";

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static int load(struct price *price, const char *text, const char *model_id)
{
    char path[300];
    struct file_write write = {.path = path, .data = text, .len = strlen(text)};

    snprintf(path, sizeof(path), "%s/prices.json", folder);
    CHECK_INT(0, file_write_atomic(&write, NULL, &err));
    return price_load(price, path, model_id, &err);
}

static void test_prices(void)
{
    static const char table[] =
        "{\"date\":\"2026-01-31\",\"currency\":\"EUR\",\"prices\":["
        "{\"model\":\"us.example.big-*\",\"input\":9,\"output\":9},"
        "{\"model\":\"example.big-*\",\"input\":2,\"output\":8,\"cacheRead\":0.5,"
        "\"cacheWrite\":3,\"batch\":0.5},"
        "{\"model\":\"example.*\",\"input\":1,\"output\":4}]}";
    struct converse_usage usage = {1000000, 500000, 2000000, 1000000};
    struct price price;

    TEST("the first entry that fits a model's id counts")
    {
        CHECK_INT(0, load(&price, table, "eu.example.big-v1:0"));
        CHECK(price.known);
        CHECK(near(2 + 4 + 1 + 3, price_cost(&price, &usage)));
        CHECK(near(0.5, price.batch));
        CHECK_STR("EUR", price.currency);
        CHECK_STR("2026-01-31", price.date);
        CHECK_INT(0, load(&price, table, "us.example.big-v1:0"));
        CHECK(near(9, price.input));
        CHECK_INT(0, load(&price, table, "example.small"));
        CHECK(near(1 + 2 + 2 + 1, price_cost(&price, &usage)));
        CHECK(near(1, price.batch));
    }
    TEST("a model without an entry has no price")
    {
        CHECK_INT(0, load(&price, table, "another.model"));
        CHECK(!price.known);
        CHECK(price_cost(&price, &usage) < 0);
    }
    TEST("two figures are a price")
    {
        price = price_of(1, 4);
        CHECK(near(1 + 2 + 2 + 1, price_cost(&price, &usage)));
    }
    TEST("a file that may mean another price is refused")
    {
        static const char *const bad[] = {
            "",
            "[]",
            "{\"prices\":[]}",
            "{\"date\":\"soon\",\"prices\":[]}",
            "{\"date\":\"2026-01-31\"}",
            "{\"date\":\"2026-01-31\",\"currency\":\"\",\"prices\":[]}",
            "{\"date\":\"2026-01-31\",\"currency\":\"DOUBLOONS\",\"prices\":[]}",
            "{\"date\":\"2026-01-31\",\"prices\":[7]}",
            "{\"date\":\"2026-01-31\",\"prices\":[{\"input\":1,\"output\":1}]}",
            "{\"date\":\"2026-01-31\",\"prices\":[{\"model\":\"x\",\"input\":1}]}",
            "{\"date\":\"2026-01-31\",\"prices\":[{\"model\":\"x\",\"input\":\"1\",\"output\":1}]}",
            "{\"date\":\"2026-01-31\",\"prices\":[{\"model\":\"x\",\"input\":-1,\"output\":1}]}",
            "{\"date\":\"2026-01-31\",\"prices\":[{\"model\":\"x\",\"input\":1,\"output\":1,"
            "\"cacheRead\":null}]}",
        };

        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            CHECK_INT(-1, load(&price, bad[i], "x"));
            CHECK_INT(ERR_CONFIG, err.kind);
            CHECK(strstr(err.message, "prices.json") != NULL);
        }
        CHECK_INT(-1, price_load(&price, "/nowhere/prices.json", "x", &err));
        CHECK_INT(ERR_CONFIG, err.kind);
    }
}

static void test_budget(void)
{
    struct converse_usage usage = {.input_tokens = 100, .output_tokens = 100};
    double reserved[3];

    TEST("without limits everything may be asked, and is counted")
    {
        struct budget b = {.cost_max = -1, .calls_max = -1};

        CHECK_INT(0, budget_reserve(&b, 1 << 20, 1000, reserved, &err));
        budget_settle(&b, reserved[0], &usage);
        CHECK_INT(1, b.calls);
        CHECK_INT(1, b.answers);
    }
    TEST("calls are limited; one that was not answered does not count")
    {
        struct budget b = {.cost_max = -1, .calls_max = 2};

        CHECK_INT(0, budget_reserve(&b, 1, 1000, &reserved[0], &err));
        CHECK_INT(0, budget_reserve(&b, 1, 1000, &reserved[1], &err));
        CHECK_INT(-1, budget_reserve(&b, 1, 1000, &reserved[2], &err));
        CHECK_STR("CallLimit", err.code);
        CHECK(err.retryable);
        budget_settle(&b, reserved[0], NULL);
        CHECK_INT(0, budget_reserve(&b, 1, 1000, &reserved[0], &err));
        budget_settle(&b, reserved[1], &usage);
        CHECK_INT(-1, budget_reserve(&b, 1, 1000, &reserved[2], &err));
    }
    TEST("what is under way counts as spent, at what answers took so far")
    {
        /* 4,000,000 bytes are a million tokens; an answer is taken for 500, then for 100 tokens */
        struct budget b = {.price = price_of(1, 1000), .cost_max = 3.2, .calls_max = -1};

        CHECK_INT(0, budget_reserve(&b, 4000000, 10000, &reserved[0], &err));
        CHECK(near(1.5, reserved[0]));
        CHECK_INT(0, budget_reserve(&b, 4000000, 10000, &reserved[1], &err));
        CHECK_INT(-1, budget_reserve(&b, 4000000, 10000, &reserved[2], &err));
        CHECK_STR("CostLimit", err.code);
        CHECK_INT(ERR_TEMP, err.kind);
        CHECK(err.retryable);
        budget_settle(&b, reserved[0], &usage);
        CHECK(near(0.1001, b.spent));
        CHECK(near(1.5, b.reserved));
        CHECK_INT(0, budget_reserve(&b, 4000000, 10000, &reserved[2], &err));
        CHECK(near(1.1, reserved[2]));
        budget_settle(&b, reserved[1], NULL);
        budget_settle(&b, reserved[2], NULL);
        CHECK(near(0, b.reserved));
        CHECK(near(0.1001, b.spent));
    }
    TEST("an answer is not taken for longer than it may be")
    {
        struct budget b = {.price = price_of(0, 1000), .cost_max = 1, .calls_max = -1};

        CHECK_INT(0, budget_reserve(&b, 0, 10, &reserved[0], &err));
        CHECK(near(0.01, reserved[0]));
    }
    TEST("a limit of nothing lets nothing through that costs something")
    {
        struct budget b = {.price = price_of(1, 1), .cost_max = 0, .calls_max = -1};
        struct budget free_of_charge = {.price = price_of(0, 0), .cost_max = 0, .calls_max = -1};

        CHECK_INT(-1, budget_reserve(&b, 4, 10, &reserved[0], &err));
        CHECK_INT(0, budget_reserve(&free_of_charge, 4, 10, &reserved[0], &err));
    }
}

static void test_latency(void)
{
    TEST("percentiles are exact below 64 ms, and at most 1/32 too high above")
    {
        struct latency *l = calloc(1, sizeof(*l));
        int64_t got;

        CHECK_INT(0, latency_percentile(l, 50));
        for (int i = 1; i <= 50; i++)
            latency_add(l, i);
        CHECK_INT(25, latency_percentile(l, 50));
        CHECK_INT(45, latency_percentile(l, 90));
        CHECK_INT(50, latency_percentile(l, 99));
        free(l);
        for (int64_t ms = 1; ms < 1000000000000; ms = ms * 5 / 3 + 1) {
            l = calloc(1, sizeof(*l));
            latency_add(l, ms);
            got = latency_percentile(l, 50);
            if (ms < INT64_C(30) << 36)
                CHECK(got >= ms && got - ms <= ms / 32);
            latency_add(l, -5);
            CHECK_INT(0, latency_percentile(l, 50));
            free(l);
        }
    }
}

int main(void)
{
    scratch_make(folder);
    test_prices();
    scratch_remove(folder);
    test_budget();
    test_latency();
    return unit_end();
}
