#include "base/opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/wrap.h"

enum { OPT_MAX = 64, OPT_HELP_COLUMN = 26, OPT_HELP_WIDTH = 96 };
enum { CODE_HELP = 1000, CODE_VERSION, CODE_FIRST };

/* Every option of the program's tables, in order. */
struct opt_set {
    const struct opt *all[OPT_MAX];
    bool given[OPT_MAX];
    size_t count;
};

static void collect(const struct opt_program *program, struct opt_set *set)
{
    set->count = 0;
    for (size_t t = 0;
         t < sizeof(program->tables) / sizeof(program->tables[0]) && program->tables[t]; t++) {
        for (const struct opt *o = program->tables[t]; o->type != OPT_END && set->count < OPT_MAX;
             o++) {
            set->given[set->count] = false;
            set->all[set->count++] = o;
        }
    }
}

static int parse_number(const char *text, double *value)
{
    char *end;

    errno = 0;
    *value = strtod(text, &end);
    return errno != 0 || end == text || *end != '\0' || *value != *value ? -1 : 0;
}

int opt_parse_size(const char *text, int64_t *bytes)
{
    static const char units[] = "kMGT";
    char *end;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (errno != 0 || end == text || !(value >= 0))
        return -1;
    if (*end != '\0') {
        const char *unit = strchr(units, *end == 'K' ? 'k' : *end);

        if (unit == NULL ||
            (end[1] != '\0' && strcmp(end + 1, "iB") != 0 && strcmp(end + 1, "B") != 0))
            return -1;
        for (const char *u = units; u <= unit; u++)
            value *= 1024;
    }
    if (value > 9e18)
        return -1;
    *bytes = (int64_t)value;
    return 0;
}

static void list_add(struct opt_list *list, const char *text, size_t len)
{
    list->items = mem_grow(list->items, &list->cap, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = mem_strndup(text, len);
}

static void list_add_parts(struct opt_list *list, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, ",");

        if (len > 0)
            list_add(list, text, len);
        text += len + (text[len] == ',');
    }
}

bool opt_list_has(const struct opt_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], item) == 0)
            return true;
    }
    return false;
}

void opt_list_free(struct opt_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct opt_list){0};
}

static int bad_value(struct error *err, const struct opt *o, const char *text, const char *source)
{
    char range[96] = "";

    if (o->type == OPT_INT || o->type == OPT_REAL)
        snprintf(range, sizeof(range), " from %.15g to %.15g", o->min, o->max);
    return error_set(err, source == o->key ? ERR_CONFIG : ERR_USAGE, "BadOption",
                     "%s%s: '%s' is not a %s%s", source == o->key ? "" : "--", source, text,
                     o->type == OPT_FLAG   ? "yes or no"
                     : o->type == OPT_SIZE ? "size (such as 64k or 10M)"
                                           : "number",
                     range);
}

static int parse_flag(const char *text, bool *value)
{
    static const char *const yes[] = {"1", "true", "yes", "on"};
    static const char *const no[] = {"0", "false", "no", "off"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        *value = strcasecmp(text, yes[i]) == 0;
        if (*value || strcasecmp(text, no[i]) == 0)
            return 0;
    }
    return -1;
}

/* Store one value; `source` is the option's name or its key, for the message. */
static int set_value(const struct opt *o, const char *text, const char *source, struct error *err)
{
    double number;

    switch (o->type) {
    case OPT_FLAG:
        if (text == NULL)
            *(bool *)o->value = true;
        else if (parse_flag(text, o->value) < 0)
            return bad_value(err, o, text, source);
        return 0;
    case OPT_STRING:
        *(const char **)o->value = text;
        return 0;
    case OPT_LIST:
        list_add_parts(o->value, text);
        return 0;
    case OPT_EACH:
        list_add(o->value, text, strlen(text));
        return 0;
    case OPT_INT:
        if (parse_number(text, &number) < 0 || number < o->min || number > o->max ||
            number != (double)(int64_t)number)
            return bad_value(err, o, text, source);
        *(int64_t *)o->value = (int64_t)number;
        return 0;
    case OPT_SIZE:
        return opt_parse_size(text, o->value) < 0 ? bad_value(err, o, text, source) : 0;
    case OPT_REAL:
        if (parse_number(text, &number) < 0 || number < o->min || number > o->max)
            return bad_value(err, o, text, source);
        *(double *)o->value = number;
        return 0;
    case OPT_END:
        break;
    }
    return 0;
}

static int from_settings(const struct opt_set *set, const struct conf *conf, struct error *err)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct opt *o = set->all[i];
        const char *text = o->key && !set->given[i] && conf ? conf_get(conf, o->key) : NULL;

        if (text != NULL && set_value(o, text, o->key, err) < 0)
            return -1;
    }
    return 0;
}

/* What getopt_long wants, built from the set. */
static void getopt_tables(const struct opt_set *set, struct option *longs, char *shorts)
{
    *shorts++ = ':';
    *shorts++ = 'h';
    for (size_t i = 0; i < set->count; i++) {
        const struct opt *o = set->all[i];

        *longs++ = (struct option){o->name, o->arg ? required_argument : no_argument, NULL,
                                   (int)(CODE_FIRST + i)};
        if (o->letter) {
            *shorts++ = o->letter;
            if (o->arg)
                *shorts++ = ':';
        }
    }
    *longs++ = (struct option){"help", no_argument, NULL, CODE_HELP};
    *longs++ = (struct option){"version", no_argument, NULL, CODE_VERSION};
    *longs = (struct option){0};
    *shorts = '\0';
}

static size_t find(const struct opt_set *set, int code)
{
    if (code >= CODE_FIRST)
        return (size_t)(code - CODE_FIRST);
    for (size_t i = 0; i < set->count; i++) {
        if (set->all[i]->letter == code)
            return i;
    }
    return 0;
}

/* getopt tells by `optopt` what was wrong: a letter, a long option's code, or 0 for an unknown one.
 */
static enum opt_outcome bad_usage(const struct opt_program *program, const char *argument,
                                  bool missing, struct error *err)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < CODE_HELP;

    if (!missing && optopt >= CODE_HELP)
        error_set(err, ERR_USAGE, "BadOption", "'%.*s' takes no value; try '%s --help'",
                  (int)strcspn(argument, "="), argument, program->name);
    else
        error_set(err, ERR_USAGE, "BadOption", "%s '%s'; try '%s --help'",
                  missing ? "a value is missing after" : "unknown option",
                  is_letter ? letter : argument, program->name);
    return OPT_BAD;
}

enum opt_outcome opt_parse(const struct opt_program *program, const struct conf *conf, int argc,
                           char **argv, int *operand, struct error *err)
{
    struct opt_set set;
    struct option longs[OPT_MAX + 3];
    char shorts[2 * OPT_MAX + 4];
    int code;

    collect(program, &set);
    getopt_tables(&set, longs, shorts);
    optind = 0; /* glibc: start afresh */
    opterr = 0;
    while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        size_t i;

        if (code == CODE_HELP || code == 'h')
            return OPT_HELP;
        if (code == CODE_VERSION)
            return OPT_VERSION;
        if (code == '?' || code == ':')
            return bad_usage(program, argv[optind - 1], code == ':', err);
        i = find(&set, code);
        if (set_value(set.all[i], optarg, set.all[i]->name, err) < 0)
            return OPT_BAD;
        set.given[i] = true;
    }
    *operand = optind;
    if (argc - optind < program->operands_min || argc - optind > program->operands_max) {
        error_set(err, ERR_USAGE, "BadUsage", "%s; usage: %s %s",
                  argc - optind < program->operands_min ? "an operand is missing"
                                                        : "too many operands",
                  program->name, program->synopsis);
        return OPT_BAD;
    }
    return from_settings(&set, conf, err) < 0 ? OPT_BAD : OPT_RUN;
}

static void add_option(struct buf *out, const struct opt *o)
{
    size_t start = out->len;
    size_t used;

    if (o->letter)
        buf_addf(out, "  -%c, --%s", o->letter, o->name);
    else
        buf_addf(out, "      --%s", o->name);
    if (o->arg)
        buf_addf(out, " %s", o->arg);
    used = out->len - start;
    if (used + 2 > OPT_HELP_COLUMN)
        buf_addf(out, "\n%*s", OPT_HELP_COLUMN, "");
    else
        buf_addf(out, "%*s", (int)(OPT_HELP_COLUMN - used), "");
    if (o->key) {
        char *help = mem_printf("%s [%s]", o->help, o->key);

        wrap_text(out, help, OPT_HELP_COLUMN, OPT_HELP_WIDTH);
        free(help);
    } else {
        wrap_text(out, o->help, OPT_HELP_COLUMN, OPT_HELP_WIDTH);
    }
}

void opt_help(const struct opt_program *program, struct buf *text)
{
    static const struct opt standard[] = {
        {.type = OPT_FLAG, .letter = 'h', .name = "help", .help = "show this text"},
        {.type = OPT_FLAG, .name = "version", .help = "show the version"},
    };
    struct opt_set set;

    collect(program, &set);
    buf_addf(text, "Usage: %s %s\n", program->name, program->synopsis);
    wrap_text(text, program->purpose, 0, OPT_HELP_WIDTH);
    buf_adds(text, "\nOptions ([KEY]: also set by that variable or in maki.conf):\n");
    for (size_t i = 0; i < set.count; i++)
        add_option(text, set.all[i]);
    for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++)
        add_option(text, &standard[i]);
    if (program->notes)
        buf_addf(text, "\n%s", program->notes);
}
