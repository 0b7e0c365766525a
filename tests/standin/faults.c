#include "faults.h"

#include <string.h>

static const struct {
    const char *name;
    enum fault_kind kind;
} kinds[] = {
    {"error", FAULT_ERROR},       {"html", FAULT_HTML},   {"garbage", FAULT_GARBAGE},
    {"body", FAULT_BODY},         {"empty", FAULT_EMPTY}, {"cut", FAULT_CUT},
    {"cut-body", FAULT_CUT_BODY}, {"close", FAULT_CLOSE}, {"reset", FAULT_RESET},
    {"slow", FAULT_SLOW},         {"delay", FAULT_DELAY}, {"noise", FAULT_NOISE},
};

void faults_init(struct faults *f)
{
    memset(f, 0, sizeof(*f));
    f->setting = jv_invalid();
}

void faults_clear(struct faults *f)
{
    jv_free(f->setting);
    faults_init(f);
}

static enum fault_kind find_kind(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    }
    return FAULT_NONE;
}

static int refuse(struct error *err, const char *what)
{
    return error_set(err, ERR_DATA, "BadFaults", "%s", what);
}

/* A misspelt member would leave a test without its fault. */
static int check_names(jv object, const char *const *known, struct error *err)
{
    for (int i = jv_object_iter(object); jv_object_iter_valid(object, i);
         i = jv_object_iter_next(object, i)) {
        jv key = jv_object_iter_key(object, i);
        const char *name = json_text(key, NULL);
        size_t k = 0;

        while (known[k] != NULL && strcmp(known[k], name) != 0)
            k++;
        if (known[k] == NULL)
            error_set(err, ERR_DATA, "BadFaults", "no fault is called \"%.60s\"", name);
        jv_free(key);
        if (known[k] == NULL)
            return -1;
    }
    return 0;
}

static int read_rule(struct fault_rule *rule, jv value, struct error *err)
{
    static const char *const known[] = {"operation",  "model",  "first", "count",   "every",
                                        "do",         "status", "type",  "message", "body",
                                        "retryAfter", "ms",     NULL};

    if (!json_is(value, JV_KIND_OBJECT))
        return refuse(err, "a rule is an object");
    if (check_names(value, known, err) < 0)
        return -1;
    *rule = (struct fault_rule){
        .operation = json_str(value, "operation", NULL),
        .model = json_str(value, "model", NULL),
        .first = json_int(value, "first", 1),
        .count = json_int(value, "count", 0),
        .every = json_int(value, "every", 1),
        .kind = find_kind(json_str(value, "do", NULL)),
        .status = (int)json_int(value, "status", 500),
        .type = json_str(value, "type", NULL),
        .message = json_str(value, "message", NULL),
        .retry_after = json_str(value, "retryAfter", NULL),
        .body = json_str(value, "body", NULL),
        .ms = json_int(value, "ms", 0),
    };
    if (rule->kind == FAULT_BODY && !json_has(value, "status"))
        rule->status = 200;
    if (rule->kind == FAULT_NONE)
        return refuse(err, "a rule's \"do\" says nothing known");
    if (rule->first < 1 || rule->count < 0 || rule->every < 1 || rule->status < 200 ||
        rule->status > 599 || rule->ms < 0)
        return refuse(err, "a rule's number is out of range");
    return 0;
}

static double number(jv object, const char *name, double otherwise)
{
    jv value = json_get(object, name);

    return json_is(value, JV_KIND_NUMBER) ? jv_number_value(value) : otherwise;
}

static int read_setting(struct faults *f, jv setting, struct error *err)
{
    static const char *const known[] = {"latencyMs",  "rate",  "burst", "retryAfter", "skewSeconds",
                                        "denyModels", "rules", "batch", NULL};
    jv rules = json_get(setting, "rules");

    if (!json_is(setting, JV_KIND_OBJECT))
        return refuse(err, "faults are set as an object");
    if (check_names(setting, known, err) < 0)
        return -1;
    if (json_count(rules) > FAULT_RULES_MAX)
        return refuse(err, "too many rules");
    f->latency_ms = json_int(setting, "latencyMs", 0);
    f->skew_ms = json_int(setting, "skewSeconds", 0) * 1000;
    f->rate = number(setting, "rate", 0);
    f->burst = number(setting, "burst", f->rate / 2 > 1 ? f->rate / 2 : 1);
    f->tokens = f->burst;
    f->retry_after = json_str(setting, "retryAfter", NULL);
    for (int i = 0; i < json_count(rules); i++) {
        if (read_rule(&f->rules[f->rule_count++], json_at(rules, i), err) < 0)
            return -1;
    }
    return f->latency_ms < 0 || f->rate < 0 ? refuse(err, "a number is out of range") : 0;
}

int faults_set(struct faults *f, const char *text, size_t len, struct error *err)
{
    struct faults next;

    faults_init(&next);
    next.setting = json_parse(text, len, NULL, err);
    if (!jv_is_valid(next.setting) || read_setting(&next, next.setting, err) < 0) {
        faults_clear(&next);
        return -1;
    }
    faults_clear(f);
    *f = next;
    return 0;
}

static bool is_about(const struct fault_rule *rule, const char *operation, const char *model)
{
    return (rule->operation == NULL || strcmp(rule->operation, operation) == 0) &&
           (rule->model == NULL || strcmp(rule->model, model) == 0);
}

const struct fault_rule *faults_match(struct faults *f, const char *operation, const char *model)
{
    const struct fault_rule *found = NULL;

    for (size_t i = 0; i < f->rule_count; i++) {
        struct fault_rule *rule = &f->rules[i];

        if (!is_about(rule, operation, model))
            continue;
        rule->seen++;
        if (found == NULL && rule->seen >= rule->first &&
            (rule->seen - rule->first) % rule->every == 0 &&
            (rule->count == 0 || rule->applied < rule->count)) {
            rule->applied++;
            found = rule;
        }
    }
    return found;
}

/* A bucket that fills at `rate` and holds `burst`. */
bool faults_throttle(struct faults *f, int64_t now_ms)
{
    if (f->rate <= 0)
        return false;
    if (f->refilled_ms != 0)
        f->tokens += (double)(now_ms - f->refilled_ms) * f->rate / 1000;
    if (f->tokens > f->burst)
        f->tokens = f->burst;
    f->refilled_ms = now_ms;
    if (f->tokens < 1)
        return true;
    f->tokens -= 1;
    return false;
}

bool faults_deny(const struct faults *f, const char *model)
{
    jv list = json_get(f->setting, "denyModels");

    for (int i = 0; i < json_count(list); i++) {
        const char *name = json_text(json_at(list, i), NULL);

        if (name != NULL && strcmp(name, model) == 0)
            return true;
    }
    return false;
}
