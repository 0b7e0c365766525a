#ifndef MAKI_OFFLINE_REQUEST_HEAD_H
#define MAKI_OFFLINE_REQUEST_HEAD_H

#include "base/error.h"
#include "offline/request.h"
#include "json/json.h"

/* What stands around the messages of a Converse request: settings, tools, the answer's form. */

/*
 * Read it from a whole body (borrowed) into a head that is empty; clear it in any case. -1 with
 * err->code "ValidationException" for what Bedrock refuses.
 */
int request_head_read(struct request_head *head, jv body, struct error *err);
void request_head_clear(struct request_head *head);

/* Bytes of all strings within a value: what it costs, roughly. */
size_t request_string_bytes(jv value);

#endif
