#include "maki/price.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aws/model_id.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "json/json.h"

enum { FILE_BYTES_MAX = 4 << 20 };

static int bad(struct error *err, const char *path, const char *what)
{
    return error_set(err, ERR_CONFIG, "BadPrices", "%s: %s; see maki-classify(1) for the form",
                     path, what);
}

/* A member that is a price: a number from 0 up. `otherwise` where it is missing; negative there
 * means that it must not be. */
static int read_amount(jv entry, const char *name, double otherwise, double *amount)
{
    jv value = json_get(entry, name);

    *amount = otherwise;
    if (json_is(value, JV_KIND_NUMBER))
        *amount = jv_number_value(value);
    else if (jv_is_valid(value))
        return -1;
    return *amount >= 0 && isfinite(*amount) ? 0 : -1;
}

static int read_entry(struct price *price, jv entry)
{
    price->known = true;
    return read_amount(entry, "input", -1, &price->input) < 0 ||
                   read_amount(entry, "output", -1, &price->output) < 0 ||
                   read_amount(entry, "cacheRead", price->input, &price->cache_read) < 0 ||
                   read_amount(entry, "cacheWrite", price->input, &price->cache_write) < 0 ||
                   read_amount(entry, "batch", 1, &price->batch) < 0
               ? -1
               : 0;
}

/* Prices without a date are prices of any time: they are not taken. */
static int read_head(struct price *price, jv table, const char *path, struct error *err)
{
    const char *currency = json_str(table, "currency", NULL);
    const char *date = json_str(table, "date", NULL);
    int64_t ignored;

    if (date == NULL || strlen(date) >= sizeof(price->date) || time_parse_iso(date, &ignored) < 0)
        return bad(err, path, "\"date\" must say as of when the prices are, such as 2026-01-31");
    if (currency != NULL && (*currency == '\0' || strlen(currency) >= sizeof(price->currency)))
        return bad(err, path, "\"currency\" must be a code such as USD");
    snprintf(price->currency, sizeof(price->currency), "%s", currency ? currency : "USD");
    snprintf(price->date, sizeof(price->date), "%s", date);
    return 0;
}

static int read_table(struct price *price, jv table, const char *path, const char *model_id,
                      struct error *err)
{
    jv prices = json_get(table, "prices");

    if (!json_is(prices, JV_KIND_ARRAY))
        return bad(err, path, "it has no array \"prices\"");
    if (read_head(price, table, path, err) < 0)
        return -1;
    for (int i = 0; i < json_count(prices); i++) {
        jv entry = json_at(prices, i);
        const char *pattern = json_str(entry, "model", NULL);
        struct price found = *price;

        if (pattern == NULL || read_entry(&found, entry) < 0)
            return bad(err, path,
                       "each entry must have \"model\" (a pattern), and \"input\" and \"output\" "
                       "as numbers from 0");
        if (!price->known && model_id_fits(pattern, model_id))
            *price = found;
    }
    return 0;
}

int price_load(struct price *price, const char *path, const char *model_id, struct error *err)
{
    struct buf text;
    jv table = jv_invalid();
    int status;

    *price = (struct price){0};
    buf_init(&text, FILE_BYTES_MAX);
    status = file_read(path, &text, err);
    if (status == 0) {
        table = json_parse(buf_str(&text), text.len, NULL, err);
        status = jv_is_valid(table) ? read_table(price, table, path, model_id, err)
                                    : error_prefix(err, "%s", path);
    }
    if (status < 0)
        err->kind = ERR_CONFIG;
    jv_free(table);
    buf_clear(&text);
    return status;
}

struct price price_of(double input, double output)
{
    return (struct price){.known = true,
                          .input = input,
                          .output = output,
                          .cache_read = input,
                          .cache_write = input,
                          .batch = 1,
                          .currency = "USD"};
}

double price_cost(const struct price *price, const struct converse_usage *usage)
{
    if (!price->known)
        return -1;
    return ((double)usage->input_tokens * price->input +
            (double)usage->output_tokens * price->output +
            (double)usage->cache_read_tokens * price->cache_read +
            (double)usage->cache_write_tokens * price->cache_write) /
           1e6;
}
