/* maki-synth: synthetic cases for every category. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../maki/programs.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/rng.h"
#include "maki/cid.h"
#include "maki/prompt.h"
#include "maki/synthetic.h"
#include "schedule.h"
#include "tool/check.h"
#include "tool/model.h"
#include "tool/request.h"
#include "json/json.h"

enum {
    MESSAGE_BYTES_MAX = 1 << 20,
    CASES_DEFAULT = 10,
    CASES_MAX = 1000000000,
    RANDOM_SEEDS = 1000000000
};
enum { UNSET = -1 };

/* A fixed range: the same seed gives the same bytes on every day. */
#define START_DEFAULT "2025-01-01"
#define END_DEFAULT   "2026-01-01"
static const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;

static struct {
    const char *model;
    int64_t count;
    int64_t min_cases;
    int64_t max_cases;
    bool quick_test;
    struct opt_list categories;
    const char *start;
    const char *end;
    struct opt_list languages;
    int64_t seed;
    const char *cid;
} o;

static const struct opt options[] = {
    {OPT_INT, 'c', "count", &o.count, "N", NULL,
     "as many cases in all, spread evenly over the categories", 1, CASES_MAX},
    {OPT_INT, 0, "min-cases", &o.min_cases, "N", NULL,
     "at least as many for each category (default 10)", 0, CASES_MAX},
    {OPT_INT, 0, "max-cases", &o.max_cases, "N", NULL,
     "at most as many (default: --min-cases); the number is drawn", 1, CASES_MAX},
    {OPT_FLAG, 0, "quick-test", &o.quick_test, NULL, NULL, "one case for each category", 0, 0},
    {OPT_LIST, 0, "category", &o.categories, "LIST", NULL, "only these categories", 0, 0},
    {OPT_STRING, 0, "start-t", &o.start, "TIME", NULL,
     "no case is older: ISO 8601, or back from now as 30d, 12h (default " START_DEFAULT ")", 0, 0},
    {OPT_STRING, 0, "end-t", &o.end, "TIME", NULL,
     "every time in the cases is before it (default " END_DEFAULT ")", 0, 0},
    {OPT_LIST, 0, "language", &o.languages, "LIST", NULL,
     "languages to write in, the first mostly (default en; the offline generator writes English "
     "only)",
     0, 0},
    {OPT_INT, 's', "seed", &o.seed, "N", "MAKI_SEED",
     "the same seed and options give the same cases (default: drawn, and told)", 0,
     9007199254740992.0},
    {OPT_STRING, 0, "cid", &o.cid, "DIR", NULL,
     "write the cases as a CID tree there, and a line {caseId, category, key} each to standard "
     "output",
     0, 0},
    {OPT_STRING, 'm', "model", &o.model, "ID", "MAKI_SYNTH_MODEL",
     "have this model or inference profile write them (default: the offline generator)", 0, 0},
    {.type = OPT_END},
};

static const struct opt_program program = {
    .name = "maki-synth",
    .synopsis = "[OPTION]...",
    .purpose = "Writes fictional AWS Support cases as JSON Lines, for tests and demonstrations. "
               "The true category of each stands "
               "in its member maki.category.",
    .tables = {options, tool_model_options, tool_cost_options, tool_request_options,
               tool_check_options, tool_transport_options, tool_common_options},
    .notes = "Examples:\n"
             "  maki-synth --seed 7 --count 200 > cases.jsonl\n"
             "  maki-synth --quick-test --start-t 30d --category throttling,ice-error\n"
             "  maki-synth --seed 7 --cid tree > labels.jsonl && maki-fetch tree | maki-classify "
             "--offline\n",
};

struct synth {
    struct tool tool;
    struct tool_model model;
    struct converse_template *template;
    struct ask *ask;
    struct synthetic_run run;
    struct schedule schedule;
    struct buf message;
};

static jv check(void *context, jv answer, struct error *err)
{
    (void)context;
    return synthetic_check(answer, err);
}

/* A case is in the tree: its label says what the tree has no place for. */
static int put_in_tree(struct synth *s, const struct synthetic_plan *plan, jv record)
{
    struct error err;
    struct buf key;
    jv label;
    int status;

    if (cid_put(o.cid, record, &err) < 0)
        return tool_model_fatal(&s->tool, &err);
    buf_init(&key, MESSAGE_BYTES_MAX);
    cid_key(&key, CID_DATA, record, &err); /* cid_put has made it before */
    label = jv_object();
    json_set_str(&label, "caseId", plan->case_id);
    json_set_str(&label, "category", plan->category->name);
    json_set(&label, "key", json_string(buf_str(&key), key.len));
    status = tool_emit(&s->tool, label);
    jv_free(label);
    buf_clear(&key);
    return status;
}

static int emit_case(struct synth *s, const struct synthetic_plan *plan, jv words)
{
    jv record = synthetic_record(plan, words);
    int status = o.cid ? put_in_tree(s, plan, record) : tool_emit(&s->tool, record);

    jv_free(record);
    return status;
}

static int reject_case(struct synth *s, const struct synthetic_plan *plan, const struct error *err)
{
    struct tool_record record = {
        .value = synthetic_data(plan), .source = "case", .line = (long)plan->index + 1};
    int status;

    json_set_str(&record.value, "caseId", plan->case_id);
    status = tool_reject(&s->tool, &record, "synth", err);
    jv_free(record.value);
    return status;
}

static int done(void *context, void *question, const struct ask_outcome *outcome)
{
    struct synth *s = context;
    struct synthetic_plan *plan = question;
    int status = jv_is_valid(outcome->result) ? emit_case(s, plan, outcome->result)
                                              : reject_case(s, plan, &outcome->err);

    free(plan);
    return status;
}

static int ask_model(struct synth *s, struct synthetic_plan *plan)
{
    struct error err;
    jv data = synthetic_data(plan);

    buf_reset(&s->message);
    prompt_fence(&s->message,
                 "Write this AWS Support case: give the input of " PROMPT_TOOL_CASE ".", data);
    jv_free(data);
    if (ask_submit(s->ask, s->message.data, s->message.len, plan, &err) == 0)
        return 0;
    free(plan);
    return tool_model_fatal(&s->tool, &err);
}

static void run(struct synth *s)
{
    struct error err;
    const struct category *category;

    for (uint64_t i = 0; (category = schedule_next(&s->schedule)) != NULL; i++) {
        struct synthetic_plan *plan = mem_alloc(sizeof(*plan));

        synthetic_plan(plan, &s->run, i, category);
        tool_count_in(&s->tool);
        if (ask_model(s, plan) < 0)
            return;
    }
    if (ask_drain(s->ask, &err) < 0)
        tool_model_fatal(&s->tool, &err);
}

/* A relative start reaches to now; a date, or an end alone, is one side of a year. */
static int set_range(struct synth *s, struct error *err)
{
    int64_t now = clock_now_ms(s->tool.clock);
    int64_t *start = &s->run.start_ms;
    int64_t *end = &s->run.end_ms;

    if (time_parse(o.start ? o.start : START_DEFAULT, now, start) < 0)
        return error_set(err, ERR_USAGE, "BadOption",
                         "--start-t: '%s' is no time, such as 2026-01-31 or 30d", o.start);
    if (time_parse(o.end ? o.end : END_DEFAULT, now, end) < 0)
        return error_set(err, ERR_USAGE, "BadOption",
                         "--end-t: '%s' is no time, such as 2026-01-31 or 30d", o.end);
    if (o.start && !o.end) {
        int64_t ignored;

        *end = time_parse_iso(o.start, &ignored) == 0 ? *start + year_ms : now;
    } else if (o.end && !o.start) {
        *start = *end - year_ms;
    }
    if (*end - *start < SYNTHETIC_RANGE_MIN_MS)
        return error_set(err, ERR_USAGE, "BadOption",
                         "--end-t must be later than --start-t, by a minute at least");
    return 0;
}

static int check_language(const char *language, struct error *err)
{
    if (strlen(language) == 2 && strspn(language, "abcdefghijklmnopqrstuvwxyz") == 2)
        return 0;
    return error_set(err, ERR_USAGE, "BadOption",
                     "--language: '%s' is no language code of two letters, such as en", language);
}

static int set_run(struct synth *s, struct error *err)
{
    static const char *const english[] = {"en"};

    if (o.seed == UNSET) {
        struct rng rng = rng_seed(rng_secret());

        o.seed = (int64_t)rng_below(&rng, RANDOM_SEEDS);
        diag_note("seed %" PRId64 "; --seed %" PRId64 " gives the same cases again", o.seed,
                  o.seed);
    }
    s->run.seed = (uint64_t)o.seed;
    s->run.model = s->model.name;
    s->run.languages = o.languages.count ? (const char *const *)o.languages.items : english;
    s->run.language_count = o.languages.count ? o.languages.count : 1;
    for (size_t i = 0; i < o.languages.count; i++) {
        if (check_language(o.languages.items[i], err) < 0)
            return -1;
    }
    return set_range(s, err);
}

static int set_size(struct schedule_size *size, struct error *err)
{
    bool per_category = o.min_cases != UNSET || o.max_cases != UNSET;

    if ((o.count != UNSET) + o.quick_test + per_category > 1)
        return error_set(err, ERR_USAGE, "BadOption",
                         "give only one of --count, --quick-test and --min-cases with --max-cases");
    *size = (struct schedule_size){.min = CASES_DEFAULT, .max = CASES_DEFAULT};
    if (o.count != UNSET)
        size->total = (uint64_t)o.count;
    if (o.quick_test)
        size->min = size->max = 1;
    if (per_category) {
        size->min = o.min_cases != UNSET ? (uint64_t)o.min_cases : 1;
        size->max = o.max_cases != UNSET ? (uint64_t)o.max_cases : size->min;
    }
    if (size->min > size->max)
        return error_set(err, ERR_USAGE, "BadOption", "--min-cases is more than --max-cases");
    return 0;
}

static int check_categories(const struct category_set *set, struct error *err)
{
    for (size_t i = 0; i < o.categories.count; i++) {
        if (category_find(set, o.categories.items[i]) == NULL)
            return error_set(err, ERR_USAGE, "BadOption",
                             "--category: no category '%s'; each is a folder of --categories",
                             o.categories.items[i]);
    }
    return 0;
}

static int set_schedule(struct synth *s, struct error *err)
{
    const struct category_set *set = &s->model.categories;
    const struct category **wanted;
    struct schedule_size size;
    size_t count = 0;

    if (set_size(&size, err) < 0 || check_categories(set, err) < 0)
        return -1;
    wanted = mem_alloc(set->count * sizeof(const struct category *));
    for (size_t i = 0; i < set->count; i++) {
        if (o.categories.count == 0 || opt_list_has(&o.categories, set->items[i].name))
            wanted[count++] = &set->items[i];
    }
    schedule_init(&s->schedule, wanted, count, s->run.seed, &size);
    free(wanted);
    return 0;
}

static int start(struct synth *s)
{
    struct error err;
    struct ask_options ask;

    if (tool_model_open(&s->model, o.model, &err) < 0 || set_run(s, &err) < 0 ||
        set_schedule(s, &err) < 0)
        return tool_model_fatal(&s->tool, &err);
    s->template = prompt_case_template(&s->model.categories, &s->model.settings);
    ask = tool_model_ask_options(&s->model, s->template);
    ask.check = check;
    ask.done = done;
    ask.drop = free;
    ask.context = s;
    s->ask = ask_new(&ask);
    progress_start(&s->tool.progress, s->tool.clock, "cases", (int64_t)s->schedule.total);
    return 0;
}

static void add_stats(struct synth *s)
{
    char text[TIME_ISO_SIZE];

    json_set(&s->tool.stats, "seed", jv_number((double)s->run.seed));
    time_format_iso(s->run.start_ms, text);
    json_set_str(&s->tool.stats, "start", text);
    time_format_iso(s->run.end_ms, text);
    json_set_str(&s->tool.stats, "end", text);
    tool_model_add_stats(&s->tool, &s->model, ask_totals(s->ask));
}

int maki_synth_main(int argc, char **argv)
{
    static const struct tool_model_defaults defaults = {0.9, 0.95, 16384, 16};
    struct synth s = {.ask = NULL};
    int operand;
    int status;

    memset(&o, 0, sizeof(o));
    o.count = o.min_cases = o.max_cases = o.seed = UNSET;
    tool_model_defaults(&defaults);
    status = tool_begin(&s.tool, &program, argc, argv, &operand);
    if (status < 0 && tool_check_wanted())
        return tool_check_run(&s.tool, o.model);
    if (status < 0) {
        buf_init(&s.message, MESSAGE_BYTES_MAX);
        if (start(&s) == 0) {
            run(&s);
            add_stats(&s);
        }
        status = tool_end(&s.tool);
        ask_free(s.ask);
        converse_template_free(s.template);
        schedule_clear(&s.schedule);
        tool_model_close(&s.model);
        buf_clear(&s.message);
    }
    opt_list_free(&o.categories);
    opt_list_free(&o.languages);
    return status;
}
