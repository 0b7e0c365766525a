#include <stdio.h>

#include "aws/cred.h"
#include "aws/cred_json.h"
#include "json/scan.h"

/*
 * credential_process: a command that writes {"Version":1,"AccessKeyId":…}.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
enum { TIMEOUT_MS = 120000 }; /* it may wait for somebody who types a code */

static enum cred_outcome read_output(const struct buf *output, const char *who,
                                     struct aws_credentials *c, struct error *why)
{
    static const struct cred_names names = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "SessionToken",
                                            .expiration = "Expiration"};
    struct scan_notes notes;
    int64_t version;

    if (scan_json(buf_str(output), output->len, &notes, why) < 0)
        return cred_failed(why, ERR_PERM, "InvalidCredentials", "%s: it wrote no JSON", who);
    if (cred_json_int(output, "Version", &version) < 0 || version != 1)
        return cred_failed(why, ERR_PERM, "InvalidCredentials", "%s: it wrote no \"Version\": 1",
                           who);
    return cred_from_json(output, &names, who, c, why);
}

enum cred_outcome cred_process(const struct aws_outside *o, const char *name,
                               struct aws_credentials *c, struct error *why)
{
    const char *command = profiles_get(o->config->profiles, PROFILE, name, "credential_process");
    char who[160];
    struct buf output;
    enum cred_outcome outcome;

    snprintf(who, sizeof(who), "profile '%.80s': credential_process", name);
    buf_init_secret(&output, CRED_BODY_BYTES_MAX);
    if (o->run(o->run_context, command, TIMEOUT_MS, &output, why) < 0) {
        error_prefix(why, "%s", who);
        outcome = CRED_FAILED;
    } else {
        outcome = read_output(&output, who, c, why);
    }
    buf_clear(&output);
    return outcome;
}
