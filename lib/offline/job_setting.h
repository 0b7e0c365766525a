#ifndef MAKI_OFFLINE_JOB_SETTING_H
#define MAKI_OFFLINE_JOB_SETTING_H

#include "base/error.h"
#include "json/json.h"

/* What jobs_set takes, with what was left out as it usually is: new values. jv_invalid() with an
 * error for what is none. */
jv job_setting_default(void);
jv job_setting_read(jv setting, struct error *err);

#endif
