#include "maki/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/json.h"

/* Negative cases push others out: they are what a reader wants to look up. */
void evidence_add(struct evidence *e, const char *case_id, bool negative)
{
    if (strlen(case_id) > EVIDENCE_ID_BYTES_MAX)
        return;
    if (negative ? e->negative == EVIDENCE_MAX : e->count == EVIDENCE_MAX)
        return;
    if (e->count == EVIDENCE_MAX)
        free(e->ids[--e->count]);
    if (negative) {
        memmove(&e->ids[e->negative + 1], &e->ids[e->negative],
                (e->count - e->negative) * sizeof(e->ids[0]));
        e->ids[e->negative++] = mem_strdup(case_id);
    } else {
        e->ids[e->count] = mem_strdup(case_id);
    }
    e->count++;
}

jv evidence_ids(const struct evidence *e)
{
    jv array = jv_array();

    for (size_t i = 0; i < e->count; i++)
        json_append(&array, jv_string(e->ids[i]));
    return array;
}

void evidence_clear(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++)
        free(e->ids[i]);
    *e = (struct evidence){.count = 0};
}
