#include "show.h"

#include <inttypes.h>
#include <string.h>

#include "base/wrap.h"
#include "json/json.h"

enum { BAR_WIDTH = 30, LINE_WIDTH = 96 };

static const char *text_of(jv object, const char *name)
{
    const char *text = json_str(object, name, NULL);

    return text ? text : "";
}

/* Case data must not drive a terminal: control characters but newlines are shown as '?', those
 * above 0x7f (C1) too. */
static void add_printable(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0) {
            buf_addc(out, '?');
            text++;
        } else {
            buf_addc(out, (c < 0x20 && c != '\n') || c == 0x7f ? '?' : *text);
        }
    }
}

static void show_text(struct buf *out, const char *title, const char *text)
{
    struct buf printable;

    buf_init(&printable, out->max);
    add_printable(&printable, text);
    buf_addf(out, "%s\n\n", title);
    wrap_text(out, buf_str(&printable), 0, LINE_WIDTH);
    buf_addc(out, '\n');
    buf_clear(&printable);
}

static void show_categories(struct buf *out, jv statistics)
{
    jv categories = json_get(statistics, "categories");
    int64_t most = json_int(json_at(categories, 0), "count", 1);

    buf_addf(out, "%-22s %7s %6s %9s %6s\n", "category", "cases", "%", "negative", "open");
    for (int i = 0; i < json_count(categories); i++) {
        jv row = json_at(categories, i);
        int64_t count = json_int(row, "count", 0);
        jv percent = json_get(row, "percent");
        int64_t bar = most > 0 && count <= most ? count * BAR_WIDTH / most : BAR_WIDTH;
        size_t start = out->len;

        add_printable(out, text_of(row, "category"));
        if (out->len - start < 22)
            buf_addf(out, "%*s", (int)(22 - (out->len - start)), "");
        buf_addf(out, " %7" PRId64 " %6.1f %9" PRId64 " %6" PRId64 "  ", count,
                 json_is(percent, JV_KIND_NUMBER) ? jv_number_value(percent) : 0.0,
                 json_int(json_get(row, "sentiment"), "Negative", 0), json_int(row, "open", 0));
        for (int j = 0; j < (bar > 0 ? bar : count > 0); j++)
            buf_addc(out, '#');
        buf_addc(out, '\n');
    }
}

static void show_services(struct buf *out, jv statistics)
{
    jv services = json_get(statistics, "services");

    buf_addf(out, "\n%-52s %7s %9s\n", "service", "cases", "negative");
    for (int i = 0; i < json_count(services) && i < 5; i++) {
        jv row = json_at(services, i);
        size_t start = out->len;

        add_printable(out, text_of(row, "serviceCode"));
        if (out->len - start < 52)
            buf_addf(out, "%*s", (int)(52 - (out->len - start)), "");
        buf_addf(out, " %7" PRId64 " %9" PRId64 "\n", json_int(row, "count", 0),
                 json_int(row, "negative", 0));
    }
}

void show_summary(struct buf *out, jv summary)
{
    jv statistics = json_get(summary, "statistics");

    show_text(out, "SUMMARY", text_of(summary, "summary"));
    show_text(out, "PLAN", text_of(summary, "plan"));
    buf_addf(out, "COUNTS  (%" PRId64 " cases, %" PRId64 " open, by model %s)\n\n",
             json_int(statistics, "insights", 0), json_int(statistics, "open", 0),
             text_of(json_get(summary, "maki"), "model"));
    show_categories(out, statistics);
    show_services(out, statistics);
}
