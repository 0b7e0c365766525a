#ifndef MAKI_MAKI_REPORT_H
#define MAKI_MAKI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"

/*
 * Where reports lie. A key names an object in a bucket, or a file below a folder: segments joined
 * by '/'. It is made from a template, such as "ondemand/{since}-{now}/{caseId}.json": what stands
 * in braces is, in this order,
 *   - a name that was given a value by the caller (NAME=VALUE);
 *   - {now}, the time of the run as 20260102-030405, or {date}, its day as 2026-01-02, in UTC;
 *   - a member of the record: a string, number or truth value; {a.b} is member b of member a.
 * "{{" and "}}" are the braces themselves. All else is taken as it is written.
 *
 * Values come from outside and may be hostile. They are escaped so that a value is always a part of
 * one segment, and two different values never look the same: see report_escape. A member that is
 * just "summary" becomes "%73ummary", and "manifest" "%6Danifest", so no case takes the place of a
 * run's summary.json or manifest.json. A
 * template that itself leads out of its folder is refused.
 */
#define REPORT_KEY_RECORD "{caseId}.json"

/* The layout of the reports, the same as the original sample's. */
#define REPORT_KEY_ONDEMAND         "ondemand/{since}-{now}/{caseId}.json"
#define REPORT_KEY_ONDEMAND_SUMMARY "ondemand/{since}-{now}/summary.json"
#define REPORT_KEY_BATCH            "batch/{now}/events/{caseId}-output.json"
#define REPORT_KEY_BATCH_SUMMARY    "batch/{now}/summary.json"

enum {
    REPORT_KEY_BYTES_MAX = 1024,    /* Amazon S3's limit */
    REPORT_SEGMENT_BYTES_MAX = 255, /* the usual limit of a file's name */
    REPORT_VALUE_BYTES_MIN = 64,    /* the least room for a value: a digest and some of the text */
};

/*
 * Append a value as a part of a segment, in at most `bytes_max` (at least REPORT_VALUE_BYTES_MIN)
 * bytes: A-Z a-z 0-9 - _ and . stay, all other bytes become %XX, and so does a '.' at the start: no
 * "..", nothing hidden. What does not fit is cut and ends with '~' and 128 bits of the value's
 * SHA-256. The empty value is the caller's to refuse. -1 if the buffer is full; it needs room for
 * three bytes more.
 */
int report_escape(struct buf *out, const char *value, size_t len, size_t bytes_max);

struct report_key;

/* Values by name for a template, each "NAME=VALUE"; borrowed during report_key_new only. */
struct report_names {
    const char *const *items;
    size_t count;
};

/*
 * Read a template. `now_ms` is the time of {now} and {date}. NULL with ERR_USAGE: an unclosed or
 * empty brace, a name without a value, a control character or bytes that are no UTF-8, an empty
 * segment (so no '/' at either end), a "." or "..", a segment too long. Free with report_key_free.
 */
struct report_key *report_key_new(const char *template, const struct report_names *names,
                                  int64_t now_ms, struct error *err);

/* True if the key needs members of a record: otherwise it is the same for all. */
bool report_key_varies(const struct report_key *key);

/*
 * Put the key for a record (borrowed; jv_invalid() where there is none) into `out`, in place of
 * what is there. -1 with ERR_DATA: a member is missing, empty, or no plain value; the key is too
 * long.
 */
int report_key_expand(struct report_key *key, jv record, struct buf *out, struct error *err);

void report_key_free(struct report_key *key);

#endif
