/* The placeholders of a phrase, filled so that the sentence around them stays right. */
#include <stdio.h>
#include <string.h>

#include "offline/facts.h"

/* Where a placeholder stands. */
struct place {
    struct buf *out; /* what was written so far */
    size_t start;    /* of the phrase, within it */
    const char *after;
    const char *end; /* of the phrase */
    bool in_error;   /* within an error message: names are given plainly */
};

static bool follows(const struct place *at, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(at->end - at->after) >= len && memcmp(at->after, text, len) == 0;
}

static bool comes_after(const struct place *at, const char *text)
{
    size_t len = strlen(text);
    size_t written = at->out->len - at->start;

    return written >= len && memcmp(at->out->data + at->out->len - len, text, len) == 0;
}

static bool comes_after_any(const struct place *at, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (comes_after(at, *texts))
            return true;
    }
    return false;
}

static bool begins_sentence(const struct place *at)
{
    return at->out->len == at->start || comes_after(at, ". ") || comes_after(at, "! ") ||
           comes_after(at, "? ");
}

/* Append words, with a capital letter where a sentence begins. */
static void add_words(const struct place *at, const char *text)
{
    bool capital = begins_sentence(at) && text[0] >= 'a' && text[0] <= 'z';

    if (capital)
        buf_addc(at->out, (char)(text[0] - 'a' + 'A'));
    buf_adds(at->out, text + capital);
}

/* What is counted, and how much of it is plausible. */
static const struct unit {
    const char *text; /* what follows the number */
    unsigned min, max, step;
} units[] = {
    {" millisecond", 50, 950, 10},
    {" requests per second", 50, 6000, 50},
    {" requests per minute", 200, 9000, 100},
    {" a second", 20, 900, 10},
    {" seconds", 5, 90, 1},
    {" minute", 3, 55, 1},
    {" hour", 2, 20, 1},
    {" day", 2, 27, 1},
    {" week", 2, 9, 1},
    {" month", 2, 14, 1},
    {" year", 2, 6, 1},
    {" percent", 5, 95, 1},
    {" out of a hundred", 3, 60, 1},
    {" USD", 80, 9800, 10},
    {" GB", 20, 900, 5},
    {" GiB", 20, 900, 5},
    {" MB", 5, 240, 1},
    {" users", 20, 4000, 20},
    {" million", 2, 60, 1},
    {" thousand", 2, 50, 1},
    {" of our", 2, 9, 1},
    {" of the", 2, 9, 1},
    {" of them", 2, 9, 1},
    {" times", 2, 9, 1},
    {" occasions", 2, 9, 1},
    {" big machines", 2, 12, 1},
    {" accounts", 3, 120, 1},
    {" countries", 2, 30, 1},
    {" pages", 3, 40, 1},
    {" files", 2, 60, 1},
    {" clusters", 2, 20, 1},
    {" rows", 2, 40, 1},
    {" virtual CPUs", 32, 960, 32},
};

static const unsigned ports[] = {22,   80,   443,  1433, 2049, 3306, 3389, 5432,
                                 5439, 6379, 8080, 8443, 9092, 9200, 27017};

/* One value for each unit of a case; `salt` tells the units apart. */
static unsigned draw(const struct facts *f, uint64_t salt, unsigned count)
{
    struct rng rng = rng_derive(f->number_seed, "number", salt);

    return (unsigned)rng_below(&rng, count);
}

static void add_number(const struct place *at, const struct facts *f)
{
    enum { SALT_PLAIN = 1000, SALT_PORT };

    if (comes_after(at, "port ")) {
        buf_addf(at->out, "%u", ports[draw(f, SALT_PORT, sizeof(ports) / sizeof(ports[0]))]);
        return;
    }
    if (comes_after(at, "-") || comes_after(at, "0")) { /* the last digit of an id */
        buf_addf(at->out, "%u", draw(f, SALT_PLAIN, 10));
        return;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        const struct unit *u = &units[i];

        if (follows(at, u->text)) {
            buf_addf(at->out, "%u", u->min + u->step * draw(f, i, (u->max - u->min) / u->step + 1));
            return;
        }
    }
    /* no unit that is known: smaller numbers are likelier, larger ones round */
    if (draw(f, SALT_PLAIN, 2) == 0)
        buf_addf(at->out, "%u", 4 + draw(f, SALT_PLAIN + 1, 60));
    else
        buf_addf(at->out, "%u", 60 + 10 * draw(f, SALT_PLAIN + 1, 95));
}

static void add_plural(const struct place *at, const char *kind)
{
    size_t len = strlen(kind);
    char last = len ? kind[len - 1] : '\0';

    if (last == 'y' && len > 1 && !strchr("aeiou", kind[len - 2]))
        buf_addf(at->out, "%.*sies", (int)len - 1, kind);
    else
        buf_addf(at->out, "%s%s", kind, last == 's' || last == 'x' || last == 'h' ? "es" : "s");
}

/* Phrases speak of one resource by its name, of the kind of resource, or of the machines that there
 * are too few of. */
static void add_resource(const struct place *at, const struct facts *f)
{
    static const char *const many[] = {
        "0 ",      "1 ",      "2 ", "3 ",         "4 ",   "5 ",    "6 ",
        "7 ",      "8 ",      "9 ", "number of ", "new ", "many ", "allowance for ",
        "cap on ", "export ", NULL};
    static const char *const one[] = {"one ",      "another ",     "one more ", "each ",
                                      "a ",        "every ",       "its own ",  "further ",
                                      "creating ", "default for ", "the ",      NULL};
    static const char *const scarce[] = {"No ",   "no ",   "sufficient ", "demand for ",
                                         "more ", "will ", "launch of ",  NULL};
    static const char *const named[] = {"of ", "on ",   "to ",   "for ", "from ",
                                        "in ", "into ", "with ", NULL};

    if (comes_after_any(at, one))
        buf_adds(at->out, f->kind);
    else if (follows(at, " capacity") || follows(at, " hosts") || follows(at, " to be had") ||
             comes_after_any(at, scarce))
        buf_adds(at->out, f->type);
    else if (!at->in_error && comes_after_any(at, many))
        add_plural(at, f->kind);
    else if (f->kind_first && !at->in_error &&
             (begins_sentence(at) || comes_after_any(at, named))) {
        add_words(at, f->kind);
        buf_addf(at->out, " %s", f->resource);
    } else {
        buf_adds(at->out, f->resource);
    }
}

static void add_team(const struct place *at, const struct facts *f)
{
    if (follows(at, " team") || comes_after(at, "the "))
        buf_adds(at->out, f->team_core);
    else
        add_words(at, f->team);
}

static void add_time(const struct place *at, const struct facts *f)
{
    if (at->in_error || follows(at, " UTC") || follows(at, " on "))
        buf_adds(at->out, f->clock_time);
    else
        buf_adds(at->out, f->time);
}

static void fill(struct buf *out, const struct facts *f, struct saying saying, bool in_error);

/* "ThrottlingException" of "ThrottlingException: Rate exceeded"; what stands in the brackets of "An
 * error occurred (…)". */
static struct saying error_name(struct saying error)
{
    static const char intro[] = "An error occurred (";
    const char *colon = memmem(error.text, error.len, ": ", 2);
    const char *bracket = memchr(error.text, ')', error.len);

    if (error.len > sizeof(intro) && memcmp(error.text, intro, sizeof(intro) - 1) == 0 && bracket)
        return (struct saying){error.text + sizeof(intro) - 1,
                               (size_t)(bracket - error.text) - (sizeof(intro) - 1)};
    if (colon && colon - error.text >= 9)
        return (struct saying){error.text, (size_t)(colon - error.text)};
    if (error.text[error.len - 1] == '.')
        error.len--;
    return error;
}

void facts_add_error(struct buf *out, const struct facts *f, bool whole)
{
    if (f->error.text == NULL)
        buf_adds(out, "an error");
    else
        fill(out, f, whole ? f->error : error_name(f->error), true);
}

static void add_error(const struct place *at, const struct facts *f)
{
    bool last = at->after == at->end;

    if (at->in_error)
        buf_adds(at->out, "error");
    else
        facts_add_error(at->out, f, comes_after(at, ": ") && last);
}

static void add_service(const struct place *at, const struct facts *f)
{
    buf_adds(at->out, f->formal && !at->in_error ? f->service : f->service_short);
}

static void add_region(const struct place *at, const struct facts *f)
{
    buf_adds(at->out, f->region);
}

static void add_zone(const struct place *at, const struct facts *f)
{
    buf_adds(at->out, f->zone);
}

static void add_version(const struct place *at, const struct facts *f)
{
    buf_adds(at->out, f->version);
}

static const struct {
    const char *name;
    void (*add)(const struct place *at, const struct facts *f);
} placeholders[] = {
    {"{service}", add_service}, {"{resource}", add_resource}, {"{region}", add_region},
    {"{az}", add_zone},         {"{error}", add_error},       {"{number}", add_number},
    {"{time}", add_time},       {"{team}", add_team},         {"{version}", add_version},
};

/* The placeholder at `text` is written and passed over; braces that enclose anything else are plain
 * text. */
static const char *fill_one(struct place *at, const struct facts *f, const char *text)
{
    for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
        size_t len = strlen(placeholders[i].name);

        if ((size_t)(at->end - text) >= len && memcmp(text, placeholders[i].name, len) == 0) {
            at->after = text + len;
            placeholders[i].add(at, f);
            return text + len;
        }
    }
    buf_addc(at->out, *text);
    return text + 1;
}

static void fill(struct buf *out, const struct facts *f, struct saying saying, bool in_error)
{
    struct place at = {
        .out = out, .start = out->len, .end = saying.text + saying.len, .in_error = in_error};
    const char *text = saying.text;

    while (text < at.end) {
        const char *open = memchr(text, '{', (size_t)(at.end - text));
        const char *stop = open ? open : at.end;

        buf_add(out, text, (size_t)(stop - text));
        text = open ? fill_one(&at, f, open) : at.end;
    }
}

void facts_fill(struct buf *out, const struct facts *f, struct saying saying)
{
    if (saying.text != NULL)
        fill(out, f, saying, false);
}
