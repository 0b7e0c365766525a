/* The words of a synthetic case, checked, and the record that they become a part of. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "maki/synthetic.h"
#include "maki/wordbank.h"
#include "json/json.h"

enum { SUBJECT_BYTES_MAX = 1000, ADDRESS_SIZE = 128, MINUTE_MS = 60000, COPIES_PERCENT = 15 };

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* A string member with something in it; NULL with an error that names it. */
static const char *check_text(jv object, const char *name, size_t bytes_max, struct error *err)
{
    size_t len;
    const char *text = json_str(object, name, &len);

    if (text == NULL || is_blank(text))
        error_set(err, ERR_DATA, "InvalidAnswer", "\"%s\" must be a string that is not empty",
                  name);
    else if (len > bytes_max)
        error_set(err, ERR_DATA, "InvalidAnswer", "\"%s\" is longer than %zu bytes", name,
                  bytes_max);
    else
        return text;
    return NULL;
}

static jv check_communication(jv communication, struct error *err)
{
    const char *from = json_str(communication, "from", NULL);
    jv checked;

    if (from == NULL || (strcmp(from, "customer") != 0 && strcmp(from, "aws") != 0)) {
        error_set(err, ERR_DATA, "InvalidAnswer", "\"from\" must be \"customer\" or \"aws\"");
        return jv_invalid();
    }
    if (check_text(communication, "body", SYNTHETIC_BODY_BYTES_MAX, err) == NULL)
        return jv_invalid();
    checked = jv_object();
    json_set_str(&checked, "from", from);
    json_set(&checked, "body", jv_copy(json_get(communication, "body")));
    return checked;
}

static jv check_communications(jv communications, struct error *err)
{
    int count = json_count(communications);
    jv checked = jv_array();

    if (count < 1 || count > SYNTHETIC_MESSAGES_MAX) {
        error_set(err, ERR_DATA, "InvalidAnswer",
                  "\"communications\" must be an array of 1 to %d messages",
                  SYNTHETIC_MESSAGES_MAX);
        jv_free(checked);
        return jv_invalid();
    }
    for (int i = 0; i < count; i++) {
        jv one = check_communication(json_at(communications, i), err);

        if (!jv_is_valid(one)) {
            error_prefix(err, "communications[%d]", i);
            jv_free(checked);
            return one;
        }
        json_append(&checked, one);
    }
    if (strcmp(json_str(json_at(checked, 0), "from", NULL), "customer") != 0) {
        error_set(err, ERR_DATA, "InvalidAnswer", "the first message must be from the customer");
        jv_free(checked);
        return jv_invalid();
    }
    return checked;
}

static bool is_language(const char *text)
{
    return text != NULL && strlen(text) == 2 && text[0] >= 'a' && text[0] <= 'z' &&
           text[1] >= 'a' && text[1] <= 'z';
}

jv synthetic_check(jv answer, struct error *err)
{
    const char *language = json_str(answer, "language", NULL);
    jv communications;
    jv checked;

    if (check_text(answer, "subject", SUBJECT_BYTES_MAX, err) == NULL)
        return jv_invalid();
    communications = check_communications(json_get(answer, "communications"), err);
    if (!jv_is_valid(communications))
        return communications;
    checked = jv_object();
    json_set(&checked, "subject", jv_copy(json_get(answer, "subject")));
    json_set(&checked, "communications", communications);
    if (is_language(language))
        json_set_str(&checked, "language", language);
    return checked;
}

/* "Amara Okonjo-Bell" writes from amara.okonjo-bell@example.com. */
static void make_address(const char *name, char address[ADDRESS_SIZE])
{
    size_t n = 0;

    for (; *name && n < 100; name++) {
        char c = *name;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ')
            address[n++] = '.';
        else if ((c >= 'a' && c <= 'z') || c == '-')
            address[n++] = c;
    }
    snprintf(address + n, ADDRESS_SIZE - n, "@example.com");
}

/* When the messages were written and, last, when the case was resolved; all before the end of the
 * run's range. */
static void make_times(const struct synthetic_plan *plan, int count,
                       int64_t times[SYNTHETIC_MESSAGES_MAX + 1])
{
    struct rng rng = rng_derive(plan->run->seed, "synthetic times", plan->index);
    int64_t room = plan->run->end_ms - 1 - plan->created_ms;
    int64_t total = 0;

    times[0] = 0;
    for (int i = 1; i <= count; i++) {
        double slowness = rng_unit(&rng);

        /* mostly within hours, at times after two days */
        total += (int64_t)((5 + slowness * slowness * slowness * 2900) * MINUTE_MS) +
                 (int64_t)rng_below(&rng, MINUTE_MS);
        times[i] = total;
    }
    for (int i = 0; i <= count; i++) {
        if (total > room)
            times[i] = (int64_t)((double)times[i] * ((double)room / (double)total));
        times[i] += plan->created_ms;
    }
}

static jv time_value(int64_t ms)
{
    char text[TIME_ISO_SIZE];

    time_format_iso(ms, text);
    return jv_string(text);
}

static jv make_communications(jv words, const char *customer, const int64_t *times)
{
    jv written = json_get(words, "communications");
    jv communications = jv_array();

    for (int i = 0; i < json_count(written); i++) {
        jv one = json_at(written, i);
        jv communication = jv_object();
        bool aws = strcmp(json_str(one, "from", NULL), "aws") == 0;

        json_set(&communication, "timeCreated", time_value(times[i]));
        json_set_str(&communication, "submittedBy", aws ? "Amazon Web Services" : customer);
        json_set(&communication, "body", jv_copy(json_get(one, "body")));
        json_append(&communications, communication);
    }
    return communications;
}

/* Some cases go to colleagues in copy. */
static void add_copies(jv *record, const struct synthetic_plan *plan)
{
    struct rng rng = rng_derive(plan->run->seed, "synthetic copies", plan->index);
    jv copies;
    char address[ADDRESS_SIZE];

    if (rng_below(&rng, 100) >= COPIES_PERCENT)
        return;
    copies = jv_array();
    for (uint64_t n = rng_below(&rng, 2) + 1; n > 0; n--) {
        make_address(wordbank_text(WORDS_PERSON, (size_t)rng_next(&rng)), address);
        json_append(&copies, jv_string(address));
    }
    json_set(record, "ccEmailAddresses", copies);
}

static jv origin(const struct synthetic_plan *plan)
{
    jv maki = jv_object();

    json_set(&maki, "synthetic", jv_true());
    json_set_str(&maki, "category", plan->category->name);
    json_set(&maki, "seed", jv_number((double)plan->run->seed));
    json_set_str(&maki, "model", plan->run->model);
    return maki;
}

jv synthetic_record(const struct synthetic_plan *plan, jv words)
{
    int64_t times[SYNTHETIC_MESSAGES_MAX + 1] = {0};
    int count = json_count(json_get(words, "communications"));
    const char *language = json_str(words, "language", NULL);
    char customer[ADDRESS_SIZE];
    jv record = jv_object();

    make_times(plan, count, times);
    make_address(plan->customer, customer);
    json_set_str(&record, "caseId", plan->case_id);
    json_set_str(&record, "displayId", plan->display_id);
    json_set_str(&record, "accountId", SYNTHETIC_ACCOUNT);
    json_set(&record, "subject", jv_copy(json_get(words, "subject")));
    json_set_str(&record, "status", plan->status);
    json_set_str(&record, "serviceCode", plan->service->code);
    json_set_str(&record, "categoryCode", plan->category_code);
    json_set_str(&record, "severityCode", plan->severity);
    json_set_str(&record, "submittedBy", customer);
    json_set(&record, "timeCreated", time_value(times[0]));
    if (strcmp(plan->status, "resolved") == 0)
        json_set(&record, "timeResolved", time_value(times[count]));
    json_set_str(&record, "language", language ? language : plan->language);
    add_copies(&record, plan);
    json_set(&record, "communications", make_communications(words, customer, times));
    json_set(&record, "maki", origin(plan));
    return record;
}
