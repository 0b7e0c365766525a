/* One record on its way through: normalised, held against the options, emitted or not, and
 * accounted for. */
#include <string.h>

#include "base/diag.h"
#include "cid.h"
#include "fetch.h"
#include "maki/case.h"
#include "json/json.h"

enum { UNDATED_TOLD_MAX = 5, REPAIRED_TOLD_MAX = 20 };

int intake_reject(struct fetch *fetch, const struct tool_record *record, const struct error *err)
{
    fetch->file.partial = true;
    tool_count_in(&fetch->tool);
    return tool_reject(&fetch->tool, record, "read", err);
}

int intake_unreadable(struct fetch *fetch, const char *path, const struct error *err)
{
    struct tool_record record = {
        .value = jv_invalid(), .source = path, .line = 1, .text = path, .text_len = strlen(path)};

    return intake_reject(fetch, &record, err);
}

void intake_repaired(struct fetch *fetch, const char *path, long line)
{
    int64_t count = ++fetch->tool.counts.repaired;

    if (count <= REPAIRED_TOLD_MAX)
        diag_warn("%s:%ld: text that is not valid Unicode was replaced by U+FFFD%s", path, line,
                  count == REPAIRED_TOLD_MAX ? "; further ones are only counted" : "");
}

static int fail_case(struct fetch *fetch, const struct tool_record *record, const char *stage,
                     struct error *err)
{
    fetch->file.partial = true;
    if (fetch->value.element >= 0)
        error_prefix(err, "cases[%d]", fetch->value.element);
    return tool_reject(&fetch->tool, record, stage, err);
}

static void tell_undated(struct fetch *fetch, const struct tool_record *record)
{
    int64_t count = ++fetch->stats.undated;

    if (count <= UNDATED_TOLD_MAX)
        diag_warn(
            "%s:%ld: kept, though its timeCreated cannot be held against --since and --until%s",
            record->source, record->line,
            count == UNDATED_TOLD_MAX ? "; further ones are only counted" : "");
}

/* Was it emitted before? Then it is skipped. */
static bool is_duplicate(struct fetch *fetch, jv support_case)
{
    size_t len;
    const char *id = json_str(support_case, "caseId", &len);
    bool seen = seen_add(fetch->seen, id, len);

    if (!fetch->told_forgot && seen_forgot(fetch->seen)) {
        diag_warn("there are so many cases that the first caseIds are forgotten: duplicates far "
                  "apart are not found any more");
        fetch->told_forgot = true;
    }
    fetch->stats.duplicates += seen;
    return seen;
}

/* Emit what the filter gave. Takes the case. */
static int emit(struct fetch *fetch, const struct tool_record *record, jv support_case)
{
    int status = 0;

    if (is_duplicate(fetch, support_case)) {
        tool_skip(&fetch->tool, record, "its caseId came before");
    } else {
        status = tool_emit(&fetch->tool, support_case);
        fetch->done = fetch->limit > 0 && fetch->tool.counts.out >= fetch->limit;
    }
    jv_free(support_case);
    return status;
}

/* Hold a normal case (taken) against the options. */
static int choose(struct fetch *fetch, const struct tool_record *record, jv support_case)
{
    const char *reason;
    struct error err;
    enum select_verdict verdict = select_case(&fetch->select, support_case, &reason);

    if (reason != NULL) {
        fetch->file.partial |= verdict == SELECT_NOT_YET;
        tool_skip(&fetch->tool, record, reason);
        jv_free(support_case);
        return 0;
    }
    support_case = select_filter(&fetch->select, support_case, &err);
    if (!jv_is_valid(support_case))
        return fail_case(fetch, record, "filter", &err);
    if (json_is(support_case, JV_KIND_NULL)) {
        tool_skip(&fetch->tool, record, "--filter does not want it");
        return 0;
    }
    if (verdict == SELECT_UNDATED)
        tell_undated(fetch, record);
    return emit(fetch, record, support_case);
}

/* What DescribeCases left out can only be had from AWS; to say nothing would be to pretend that the
 * case is whole. */
static void note_cut(struct fetch *fetch, jv raw)
{
    jv more = json_get(json_get(raw, "recentCommunications"), "nextToken");

    if (json_is(more, JV_KIND_STRING) && json_text(more, NULL)[0] != '\0')
        fetch->stats.conversations_cut++;
}

static void tell_unjoined(struct fetch *fetch, const struct tool_record *record)
{
    if (fetch->told_unjoined || !case_is_cid(record->value) ||
        json_has(record->value, "Communications"))
        return;
    diag_warn("%s:%ld: a case of the CID data collection outside of its folders " CID_DATA
              " and " CID_COMMUNICATIONS
              ": it comes without its communications; give the folder that holds both",
              record->source, record->line);
    fetch->told_unjoined = true;
}

/* The normal form; jv_invalid() with an error. Two ids whose bad bytes were replaced could look
 * like one. */
static jv normalise(const struct fetch *fetch, jv raw, struct error *err)
{
    jv support_case = case_normalise(raw, err);

    if (!fetch->value.repaired || !jv_is_valid(support_case) ||
        strstr(json_str(support_case, "caseId", NULL), "\xef\xbf\xbd") == NULL)
        return support_case;
    jv_free(support_case);
    error_set(err, ERR_DATA, "BadCaseId", "caseId: it is not valid Unicode");
    return jv_invalid();
}

/* One case as it was read (borrowed), counted already. */
static int take_case(struct fetch *fetch, const struct tool_record *record, const char *uri)
{
    struct error err;
    jv support_case = normalise(fetch, record->value, &err);

    fetch->file.cases++;
    if (!jv_is_valid(support_case))
        return fail_case(fetch, record, "normalise", &err);
    note_cut(fetch, record->value);
    tell_unjoined(fetch, record);
    if (fetch->no_source && json_has(support_case, "source"))
        support_case = jv_object_delete(support_case, jv_string("source"));
    else if (!fetch->no_source && uri != NULL && !json_has(support_case, "source"))
        case_set_source(&support_case, uri, fetch->file.etag);
    return choose(fetch, record, support_case);
}

/* The i-th case of a page. One that is no object fails in case_normalise. */
static int take_element(struct fetch *fetch, const struct tool_record *page, jv element,
                        const char *uri)
{
    struct tool_record record = *page;

    record.value = element;
    tool_count_in(&fetch->tool);
    if (!fetch->done)
        return take_case(fetch, &record, uri);
    tool_skip(&fetch->tool, &record, "over --limit");
    return 0;
}

static int take_page(struct fetch *fetch, const struct tool_record *page, jv cases, const char *uri)
{
    for (int i = 0; i < json_count(cases); i++) {
        fetch->value.element = i;
        if (take_element(fetch, page, json_at(cases, i), uri) < 0)
            return -1;
    }
    return 0;
}

int intake_value(struct fetch *fetch, const struct tool_record *record, const char *uri)
{
    jv cases = case_page(record->value);
    struct error err;
    int status;

    fetch->value.element = -1;
    if (!json_is(record->value, JV_KIND_OBJECT)) {
        error_set(&err, ERR_DATA, "NotAnObject",
                  "expected a JSON object (a case, or a page {\"cases\":[...]}), not a JSON %s",
                  jv_kind_name(jv_get_kind(record->value)));
        status = intake_reject(fetch, record, &err);
    } else if (jv_is_valid(cases)) {
        status = take_page(fetch, record, cases, uri);
    } else {
        tool_count_in(&fetch->tool);
        status = take_case(fetch, record, uri);
    }
    jv_free(record->value);
    return status;
}
