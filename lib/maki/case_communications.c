#include "maki/case_communications.h"

#include <stdlib.h>

#include "base/mem.h"
#include "maki/case.h"
#include "json/json.h"

static const struct case_member members[] = {
    {{"timeCreated", "TimeCreated"}, CASE_TIME, false},
    {{"submittedBy", "SubmittedBy"}, CASE_TEXT, false},
    {{"body", "Body"}, CASE_TEXT, false},
};

/* A communication whose time can be read. */
struct timed {
    int64_t ms;
    int position; /* where it stood */
    int rank;     /* decides between equal times */
};

static int compare_timed(const void *a, const void *b)
{
    const struct timed *x = a;
    const struct timed *y = b;

    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static bool is_sorted(const struct timed *timed, int count)
{
    for (int i = 1; i < count; i++) {
        if (timed[i - 1].ms > timed[i].ms)
            return false;
    }
    return true;
}

/* The communications (taken) with those in `timed` sorted among the places they hold. */
static jv reorder(jv communications, struct timed *timed, int count)
{
    bool newest_first = timed[0].ms > timed[count - 1].ms;
    int total = json_count(communications);
    bool *moves = mem_calloc((size_t)total, sizeof(*moves));
    jv sorted = jv_array();
    int next = 0;

    for (int i = 0; i < count; i++) {
        /* in a list that runs backwards, those of one moment do too */
        timed[i].rank = newest_first ? count - i : i;
        moves[timed[i].position] = true;
    }
    qsort(timed, (size_t)count, sizeof(*timed), compare_timed);
    for (int i = 0; i < total; i++)
        json_append(&sorted,
                    jv_copy(json_at(communications, moves[i] ? timed[next++].position : i)));
    free(moves);
    jv_free(communications);
    return sorted;
}

/* Takes and returns the array. */
static jv sort(jv communications)
{
    int total = json_count(communications);
    struct timed *timed;
    int count = 0;

    if (total < 2)
        return communications;
    timed = mem_alloc((size_t)total * sizeof(*timed));
    for (int i = 0; i < total; i++) {
        if (case_time(json_at(communications, i), "timeCreated", &timed[count].ms) == 0)
            timed[count++].position = i;
    }
    if (!is_sorted(timed, count))
        communications = reorder(communications, timed, count);
    free(timed);
    return communications;
}

/* CID keeps communications in a file of their own: one of another case must not slip in. */
static int check_same_case(jv raw, jv communication, struct error *err)
{
    jv theirs = json_get(communication, "CaseId");

    if (case_member_is_absent(theirs) ||
        jv_equal(jv_copy(theirs), jv_copy(json_get(raw, "CaseId"))))
        return 0;
    return error_set(err, ERR_DATA, "OtherCase",
                     "CaseId: this communication belongs to another case");
}

/* A new object; jv_invalid() with an error. */
static jv normalise(jv raw, enum case_style style, jv communication, struct error *err)
{
    jv normal;
    int status;

    if (!json_is(communication, JV_KIND_OBJECT)) {
        case_member_wrong_type(err, "a communication", "an object", communication);
        return jv_invalid();
    }
    normal = jv_object();
    status = style == CASE_PASCAL ? check_same_case(raw, communication, err) : 0;
    for (size_t i = 0; status == 0 && i < sizeof(members) / sizeof(members[0]); i++)
        status = case_member_add(&normal, &members[i], style, communication, err);
    if (status == 0)
        return normal;
    jv_free(normal);
    return jv_invalid();
}

/* Borrowed; *name is for messages. */
static jv find(jv raw, enum case_style style, const char **name)
{
    jv found;

    *name = style == CASE_PASCAL ? "Communications" : "communications";
    found = json_get(raw, *name);
    if (case_member_is_absent(found) && style == CASE_CAMEL) {
        *name = "recentCommunications.communications";
        found = json_get(json_get(raw, "recentCommunications"), "communications");
    }
    return found;
}

int case_communications_add(jv *into, enum case_style style, jv raw, struct error *err)
{
    const char *name;
    jv found = find(raw, style, &name);
    jv normal;

    if (!case_member_is_absent(found) && !json_is(found, JV_KIND_ARRAY))
        return case_member_wrong_type(err, name, "an array", found);
    normal = jv_array();
    for (int i = 0; i < json_count(found); i++) {
        jv communication = normalise(raw, style, json_at(found, i), err);

        if (!jv_is_valid(communication)) {
            jv_free(normal);
            return error_prefix(err, "%s[%d]", name, i);
        }
        json_append(&normal, communication);
    }
    json_set(into, "communications", sort(normal));
    return 0;
}
