#ifndef MAKI_MAKI_CASE_H
#define MAKI_MAKI_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"

/*
 * The case record (docs/case.schema.json), and the shapes that support cases come in: DescribeCases
 * objects (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CaseDetails.html) and
 * pages of them, the data objects of the CID data collection, and cases that are normal already.
 */

/*
 * Bring one case (borrowed) into the form of the record: the schema's members in its order, ids as
 * strings with all of their digits, times that can be read in UTC with milliseconds, communications
 * oldest first. Members the record does not have are dropped, but for the object `maki`, which
 * stays, last. A normal case comes out as the same bytes.
 *
 * A new value. jv_invalid() with ERR_DATA: MissingCaseId, BadCaseId, WrongType (naming the member),
 * or NotACase for records that have a caseId but are something else: a communication, an insight, a
 * failure record.
 */
jv case_normalise(jv raw, struct error *err);

/* The cases of a page {"cases":[…]} (an array, borrowed); jv_invalid() if `value` is no page. */
jv case_page(jv value);

/* True for a data object of the CID data collection (PascalCase names). */
bool case_is_cid(jv raw);

/*
 * A CID data object (borrowed) with what CID keeps elsewhere: the case's communications (an array
 * of CID objects, taken) and the account id (from the key; NULL if it has none). A new value for
 * case_normalise.
 */
jv case_cid_join(jv data, jv communications, const char *account_id);

/* Say where a normal case came from, in place of what it said before. etag may be NULL. */
void case_set_source(jv *support_case, const char *uri, const char *etag);

/* The time in a member of a normal case ("timeCreated"); -1 if there is none that can be read. */
int case_time(jv support_case, const char *name, int64_t *ms);

#endif
