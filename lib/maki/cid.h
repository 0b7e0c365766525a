#ifndef MAKI_MAKI_CID_H
#define MAKI_MAKI_CID_H

#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"

/*
 * The tree of the CID (Cloud Intelligence Dashboards) data collection: a case's data and its
 * communications lie under equal suffixes of two folders,
 *
 *   support-cases/support-cases-data/payer_id=P/account_id=A/year=Y/month=M/day=D/CASEID.json
 *   support-cases/support-cases-communications/ and the same: JSON Lines, newest first
 *
 * where the date is the case's timeCreated. The data objects hold neither the account id nor when
 * the case was resolved.
 */
#define CID_ROOT           "support-cases"
#define CID_DATA           "support-cases-data"
#define CID_COMMUNICATIONS "support-cases-communications"

/*
 * Append the key of a normal case (borrowed) in the folder CID_DATA or CID_COMMUNICATIONS; its
 * account stands for the payer too. -1 with ERR_DATA if it has no account id, no time, or a caseId
 * that cannot be a file's name.
 */
int cid_key(struct buf *key, const char *folder, jv support_case, struct error *err);

/* Append its data object, and its communications, as the files' contents. */
void cid_write_data(struct buf *out, jv support_case);
void cid_write_communications(struct buf *out, jv support_case);

/*
 * Put both files of a case below `dir`, each atomically, the communications first: a case that is
 * there has all its messages. Nothing is synchronised to the disk. Files of the same key are
 * replaced. -1 with an error as cid_key or of kind ERR_CANTCREAT, ERR_IO, ERR_PERM.
 */
int cid_put(const char *dir, jv support_case, struct error *err);

#endif
