#include "maki/insight.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "json/json.h"

enum { FIELD_BYTES_MAX = 8000, LINK_BYTES_MAX = 1000 };

static const char *const sentiments[] = {"Positive", "Negative", "Neutral"};

bool insight_link_is_allowed(const char *link)
{
    static const char *const hosts[] = {
        "docs.aws.amazon.com",   "aws.amazon.com",         "repost.aws",
        "health.aws.amazon.com", "console.aws.amazon.com", "docs.amazonaws.cn"};
    static const char scheme[] = "https://";
    size_t len;

    if (strncmp(link, scheme, sizeof(scheme) - 1) != 0 || strlen(link) > LINK_BYTES_MAX)
        return false;
    for (const char *p = link; *p; p++) {
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("\"<>\\^`{|}", *p))
            return false;
    }
    link += sizeof(scheme) - 1;
    len = strcspn(link, "/?#");
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (strlen(hosts[i]) == len && strncasecmp(link, hosts[i], len) == 0)
            return true;
    }
    return false;
}

/* A text member, trimmed, as a new value; jv_invalid() with an error if it is missing, empty or
 * over-long. */
static jv checked_text(jv answer, const char *name, struct error *err)
{
    size_t len = 0;
    const char *text = json_str(answer, name, &len);

    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0) {
        error_set(err, ERR_DATA, "InvalidAnswer", "%s must be a string that is not empty", name);
        return jv_invalid();
    }
    if (len > FIELD_BYTES_MAX) {
        error_set(err, ERR_DATA, "InvalidAnswer", "%s is longer than %d bytes", name,
                  FIELD_BYTES_MAX);
        return jv_invalid();
    }
    return json_string(text, len);
}

/* "Customer Question" is meant as "customer-question". */
static jv checked_category(const struct category_set *set, jv answer, struct error *err)
{
    jv text = checked_text(answer, "category", err);
    char *name;
    jv category = jv_invalid();

    if (!jv_is_valid(text))
        return text;
    name = mem_strdup(jv_string_value(text));
    for (char *p = name; *p; p++)
        *p = *p == ' ' || *p == '_' ? '-' : (char)tolower((unsigned char)*p);
    if (category_is_valid(set, name))
        category = jv_string(name);
    else
        error_set(err, ERR_DATA, "InvalidAnswer",
                  "category must be one of the listed names or \"" CATEGORY_OTHER
                  "\", not \"%.80s\"",
                  name);
    free(name);
    jv_free(text);
    return category;
}

static jv checked_sentiment(jv answer, struct error *err)
{
    jv text = checked_text(answer, "sentiment", err);

    if (!jv_is_valid(text))
        return text;
    for (size_t i = 0; i < sizeof(sentiments) / sizeof(sentiments[0]); i++) {
        if (strcasecmp(jv_string_value(text), sentiments[i]) == 0) {
            jv_free(text);
            return jv_string(sentiments[i]);
        }
    }
    error_set(err, ERR_DATA, "InvalidAnswer",
              "sentiment must be Positive, Negative or Neutral, not \"%.80s\"",
              jv_string_value(text));
    jv_free(text);
    return jv_invalid();
}

static jv checked_link(jv answer, struct error *err)
{
    jv text = checked_text(answer, "suggestion_link", err);
    size_t len;
    const char *link = json_text(text, &len);

    if (link == NULL || (strlen(link) == len && insight_link_is_allowed(link)))
        return text;
    error_set(err, ERR_DATA, "InvalidAnswer",
              "suggestion_link must be one https link to docs.aws.amazon.com or another AWS "
              "documentation host");
    jv_free(text);
    return jv_invalid();
}

static jv check_member(const struct category_set *set, jv answer, const char *name,
                       struct error *err)
{
    if (strcmp(name, "category") == 0)
        return checked_category(set, answer, err);
    if (strcmp(name, "sentiment") == 0)
        return checked_sentiment(answer, err);
    if (strcmp(name, "suggestion_link") == 0)
        return checked_link(answer, err);
    return checked_text(answer, name, err);
}

jv insight_check(const struct category_set *set, jv answer, struct error *err)
{
    static const char *const members[] = {"category",  "category_explanation", "case_summary",
                                          "sentiment", "suggested_action",     "suggestion_link"};
    jv checked = jv_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        jv value = check_member(set, answer, members[i], err);

        if (!jv_is_valid(value)) {
            jv_free(checked);
            return jv_invalid();
        }
        json_set(&checked, members[i], value);
    }
    return checked;
}

static void copy_member(jv *to, jv from, const char *name, bool required)
{
    jv value = json_get(from, name);

    if (jv_is_valid(value))
        json_set(to, name, jv_copy(value));
    else if (required)
        json_set_str(to, name, "");
}

static jv origin_object(const struct insight_origin *origin)
{
    const struct ask_outcome *outcome = origin->outcome;
    jv maki = jv_object();
    jv flags = jv_array();

    json_set_str(&maki, "model", origin->model);
    json_set_str(&maki, "prompt", origin->prompt_version);
    json_set(&maki, "tokens", ask_usage_object(&outcome->usage));
    json_set(&maki, "attempts", jv_number(outcome->calls));
    if (outcome->calls > 1)
        json_append(&flags, jv_string("repaired"));
    if (origin->text_cut)
        json_append(&flags, jv_string("text-cut"));
    json_set(&maki, "flags", flags);
    return maki;
}

jv insight_make(jv support_case, jv checked, const struct insight_origin *origin)
{
    jv insight = jv_object();

    copy_member(&insight, support_case, "caseId", true);
    copy_member(&insight, support_case, "displayId", true);
    copy_member(&insight, support_case, "status", true);
    copy_member(&insight, support_case, "serviceCode", true);
    copy_member(&insight, support_case, "timeCreated", true);
    copy_member(&insight, support_case, "timeResolved", false);
    copy_member(&insight, support_case, "submittedBy", true);
    insight = jv_object_merge(insight, checked);
    json_set(&insight, "maki", origin_object(origin));
    return insight;
}
