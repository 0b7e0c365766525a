#include "maki/case.h"

#include <string.h>

#include "base/clock.h"
#include "maki/case_communications.h"
#include "maki/case_member.h"
#include "json/json.h"

/* In the record's order; the others follow in fill(). */
static const struct case_member members[] = {
    {{"caseId", "CaseId"}, CASE_ID, false},
    {{"displayId", "DisplayId"}, CASE_ID, false},
    {{"accountId", "AccountId"}, CASE_ID, true},
    {{"subject", "Subject"}, CASE_TEXT, false},
    {{"status", "Status"}, CASE_TEXT, false},
    {{"serviceCode", "ServiceCode"}, CASE_TEXT, false},
    {{"categoryCode", "CategoryCode"}, CASE_TEXT, false},
    {{"severityCode", "SeverityCode"}, CASE_TEXT, false},
    {{"submittedBy", "SubmittedBy"}, CASE_TEXT, false},
    {{"timeCreated", "TimeCreated"}, CASE_TIME, false},
    {{"timeResolved", "TimeResolved"}, CASE_TIME, true},
    {{"language", "Language"}, CASE_TEXT, true},
};

/*
 * Other records have a caseId too, and all else may be missing from a case: without this, a file
 * given by mistake would turn into empty cases. Whatever has a subject is not looked at further,
 * which is every real case.
 */
static int check_is_case(jv raw, enum case_style style, struct error *err)
{
    static const struct {
        const char *has;
        const char *what;
    } others[] = {
        {"body", "a communication, not a case; give the case that it belongs to"},
        {"Body",
         "a communication, not a case; give the folder that holds both support-cases-data and "
         "support-cases-communications"},
        {"case_summary", "an insight, not a case"},
        {"stage", "a failure record, not a case; its case is in it: jq -c .record FILE"},
        {"cases", "a page of cases, not a case; pipe it through maki-fetch"},
    };

    if (json_has(raw, style == CASE_PASCAL ? "Subject" : "subject"))
        return 0;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (json_has(raw, others[i].has))
            return error_set(err, ERR_DATA, "NotACase", "this is %s", others[i].what);
    }
    return 0;
}

static int check_case_id(jv support_case, struct error *err)
{
    size_t len;
    const char *id = json_str(support_case, "caseId", &len);

    if (len == 0)
        return error_set(err, ERR_DATA, "MissingCaseId", "caseId is missing or empty");
    if (memchr(id, '\0', len) != NULL)
        return error_set(err, ERR_DATA, "BadCaseId", "caseId: it holds a NUL character");
    return 0;
}

static int add_addresses(jv *into, enum case_style style, jv raw, struct error *err)
{
    const char *name = style == CASE_PASCAL ? "CCEmailAddresses" : "ccEmailAddresses";
    jv addresses = json_get(raw, name);

    if (case_member_is_absent(addresses))
        return 0;
    if (!json_is(addresses, JV_KIND_ARRAY))
        return case_member_wrong_type(err, name, "an array", addresses);
    for (int i = 0; i < json_count(addresses); i++) {
        if (!json_is(json_at(addresses, i), JV_KIND_STRING)) {
            case_member_wrong_type(err, "an address", "a string", json_at(addresses, i));
            return error_prefix(err, "%s[%d]", name, i);
        }
    }
    if (json_count(addresses) > 0)
        json_set(into, "ccEmailAddresses", jv_copy(addresses));
    return 0;
}

static int add_source(jv *into, jv raw, struct error *err)
{
    jv source = json_get(raw, "source");
    jv uri = json_get(source, "uri");
    jv etag = json_get(source, "etag");
    jv normal;

    if (case_member_is_absent(source))
        return 0;
    if (!json_is(source, JV_KIND_OBJECT))
        return case_member_wrong_type(err, "source", "an object", source);
    if (!json_is(uri, JV_KIND_STRING))
        return case_member_wrong_type(err, "source.uri", "a string", uri);
    if (!case_member_is_absent(etag) && !json_is(etag, JV_KIND_STRING))
        return case_member_wrong_type(err, "source.etag", "a string", etag);
    normal = jv_object();
    json_set(&normal, "uri", jv_copy(uri));
    if (!case_member_is_absent(etag))
        json_set(&normal, "etag", jv_copy(etag));
    json_set(into, "source", normal);
    return 0;
}

static int add_maki(jv *into, jv raw, struct error *err)
{
    jv maki = json_get(raw, "maki");

    if (case_member_is_absent(maki))
        return 0;
    if (!json_is(maki, JV_KIND_OBJECT))
        return case_member_wrong_type(err, "maki", "an object", maki);
    json_set(into, "maki", jv_copy(maki));
    return 0;
}

static int fill(jv *into, enum case_style style, jv raw, struct error *err)
{
    if (check_is_case(raw, style, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (case_member_add(into, &members[i], style, raw, err) < 0 ||
            (i == 0 && check_case_id(*into, err) < 0))
            return -1;
    }
    if (add_addresses(into, style, raw, err) < 0 ||
        case_communications_add(into, style, raw, err) < 0)
        return -1;
    return add_source(into, raw, err) < 0 || add_maki(into, raw, err) < 0 ? -1 : 0;
}

jv case_normalise(jv raw, struct error *err)
{
    jv normal;

    if (!json_is(raw, JV_KIND_OBJECT)) {
        case_member_wrong_type(err, "a case", "an object", raw);
        return jv_invalid();
    }
    normal = jv_object();
    if (fill(&normal, case_is_cid(raw) ? CASE_PASCAL : CASE_CAMEL, raw, err) == 0)
        return normal;
    jv_free(normal);
    return jv_invalid();
}

jv case_page(jv value)
{
    jv cases = json_get(value, "cases");

    return json_is(cases, JV_KIND_ARRAY) && !json_has(value, "caseId") ? cases : jv_invalid();
}

bool case_is_cid(jv raw)
{
    return !json_has(raw, "caseId") && json_has(raw, "CaseId");
}

jv case_cid_join(jv data, jv communications, const char *account_id)
{
    jv joined = jv_copy(data);

    json_set(&joined, "Communications", communications);
    if (account_id != NULL)
        json_set_str(&joined, "AccountId", account_id);
    return joined;
}

void case_set_source(jv *support_case, const char *uri, const char *etag)
{
    jv source = jv_object();
    jv maki = jv_copy(json_get(*support_case, "maki"));

    json_set_str(&source, "uri", uri);
    if (etag != NULL)
        json_set_str(&source, "etag", etag);
    json_set(support_case, "source", source);
    if (!jv_is_valid(maki))
        return;
    *support_case = jv_object_delete(*support_case, jv_string("maki")); /* it stands last */
    json_set(support_case, "maki", maki);
}

int case_time(jv support_case, const char *name, int64_t *ms)
{
    size_t len;
    const char *text = json_str(support_case, name, &len);

    return text != NULL && strlen(text) == len ? time_parse_iso(text, ms) : -1;
}
