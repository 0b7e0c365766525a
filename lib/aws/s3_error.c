#include "aws/s3_error.h"

#include <string.h>

#include "aws/xml.h"
#include "base/buf.h"

enum { MESSAGE_BYTES_MAX = 2000 };

struct meaning {
    const char *code;
    enum error_kind kind;
    bool retryable;
    bool general;
    const char *advice; /* what to do; NULL where the service's message says it */
};

static const char wrong_region[] =
    "the bucket lies in another region: set AWS_REGION, --region or the endpoint to it";

static const struct meaning meanings[] = {
    {"AccessDenied", ERR_PERM, false, false, ""}, /* names the action */
    {"AllAccessDisabled", ERR_PERM, false, true, NULL},
    {"AccountProblem", ERR_PERM, false, true, NULL},
    {"NotSignedUp", ERR_PERM, false, true, NULL},
    {"InvalidAccessKeyId", ERR_PERM, false, true,
     "the access key id is unknown there; check the profile or AWS_ACCESS_KEY_ID, and the "
     "endpoint"},
    {"SignatureDoesNotMatch", ERR_PERM, false, true,
     "the secret access key does not belong to the access key id; check the profile or "
     "AWS_SECRET_ACCESS_KEY"},
    {"ExpiredToken", ERR_PERM, false, true, "the credentials have expired; get new ones"},
    {"TokenRefreshRequired", ERR_PERM, false, true, "the credentials have expired; get new ones"},
    {"InvalidToken", ERR_PERM, false, true,
     "the session token is not valid; a stale AWS_SESSION_TOKEN?"},
    {"InvalidSecurity", ERR_PERM, false, true, NULL},
    {"RequestTimeTooSkewed", ERR_PERM, false, true, "set this machine's clock"},
    {"NoSuchBucket", ERR_CONFIG, false, true,
     "check the name, and the account and region it is in"},
    {"InvalidBucketName", ERR_CONFIG, false, true, NULL},
    {"PermanentRedirect", ERR_CONFIG, false, true, wrong_region},
    {"TemporaryRedirect", ERR_CONFIG, false, true, wrong_region},
    {"AuthorizationHeaderMalformed", ERR_CONFIG, false, true, wrong_region},
    {"IllegalLocationConstraintException", ERR_CONFIG, false, true, wrong_region},
    {"NoSuchKey", ERR_DATA, false, false, NULL},
    {"NotFound", ERR_DATA, false, false, "there is no such object"},
    {"NoSuchUpload", ERR_DATA, false, false, "the upload was ended by someone else"},
    {"InvalidObjectState", ERR_DATA, false, false, "the object is archived: restore it first"},
    {"InvalidRange", ERR_DATA, true, false, "the object became shorter meanwhile"},
    {"PreconditionFailed", ERR_TEMP, false, false, NULL},
    {"ConditionalRequestConflict", ERR_TEMP, true, false, NULL},
    {"OperationAborted", ERR_TEMP, true, false, NULL},
    {"KeyTooLongError", ERR_DATA, false, false, NULL},
    {"EntityTooLarge", ERR_DATA, false, false, NULL},
    {"BadDigest", ERR_UNAVAILABLE, true, false, NULL},
    {"SlowDown", ERR_TEMP, true, false, NULL},
    {"ServiceUnavailable", ERR_TEMP, true, false, NULL},
    {"RequestTimeout", ERR_TEMP, true, false, NULL},
    {"InternalError", ERR_UNAVAILABLE, true, false, NULL},
};

static const struct meaning *find(const char *code)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strcmp(meanings[i].code, code) == 0)
            return &meanings[i];
    }
    return NULL;
}

/* The name where the body has none: that of a HEAD, or of a proxy's HTML. */
static const char *code_of_status(int status)
{
    switch (status) {
    case 301:
    case 307:
        return "PermanentRedirect";
    case 400:
        return "BadRequest";
    case 401:
    case 403:
        return "AccessDenied";
    case 404:
        return "NotFound";
    case 409:
        return "ConditionalRequestConflict";
    case 412:
        return "PreconditionFailed";
    case 416:
        return "InvalidRange";
    case 429:
    case 503:
        return "SlowDown";
    default:
        return status >= 500 ? "InternalError" : "UnknownError";
    }
}

static struct meaning meaning_of(const char *code, int status)
{
    const struct meaning *known = find(code);

    if (known != NULL)
        return *known;
    if (strncmp(code, "KMS.", 4) == 0)
        return (struct meaning){code, ERR_PERM, false, false,
                                "the credentials may not use the KMS key of the object"};
    known = find(code_of_status(status));
    if (known != NULL)
        return (struct meaning){code, known->kind, known->retryable, known->general, NULL};
    return (struct meaning){code, status < 500 ? ERR_CONFIG : ERR_UNAVAILABLE, false, false, NULL};
}

static void add_advice(struct buf *text, const struct meaning *meaning, const struct s3_call *call)
{
    if (strcmp(meaning->code, "AccessDenied") == 0)
        buf_addf(text,
                 "; the credentials lack %s there, or a policy of the bucket, the organisation or "
                 "its KMS key denies it",
                 call->action);
    else if (meaning->advice != NULL)
        buf_addf(text, "; %s", meaning->advice);
}

static const char *slash(const struct s3_call *call)
{
    return *call->key ? "/" : "";
}

int s3_error_read(const struct http_response *response, const struct s3_call *call,
                  struct error *err)
{
    struct error ignored;
    struct buf code;
    struct buf text;
    struct meaning meaning;

    buf_init(&code, sizeof(err->code) - 1);
    buf_init(&text, MESSAGE_BYTES_MAX);
    if (xml_find(response->body, response->body_len, "Error/Code", &code, &ignored) <= 0) {
        buf_reset(&code);
        buf_adds(&code, code_of_status(response->status));
    }
    meaning = meaning_of(buf_str(&code), response->status);
    buf_addf(&text, "%s (%d)", buf_str(&code), response->status);
    if (response->body_len > 0 && response->body_len < (1 << 20)) {
        size_t len = text.len;

        buf_adds(&text, ": ");
        if (xml_find(response->body, response->body_len, "Error/Message", &text, &ignored) <= 0 ||
            text.len == len + 2)
            buf_truncate(&text, len);
    }
    if (text.len > 300) /* what to do must not be cut off */
        buf_truncate(&text, 300);
    add_advice(&text, &meaning, call);
    error_set(err, meaning.kind, buf_str(&code), "s3://%s%s%.200s: %s", call->bucket, slash(call),
              call->key, buf_str(&text));
    err->retryable = meaning.retryable;
    err->attempts = response->attempts;
    buf_clear(&code);
    buf_clear(&text);
    return -1;
}

int s3_error_none(const struct error *cause, const struct s3_call *call, struct error *err)
{
    *err = *cause;
    return error_prefix(err, "s3://%s%s%.200s", call->bucket, slash(call), call->key);
}

bool s3_error_is_general(const struct error *err)
{
    const struct meaning *known = find(err->code);

    if (known != NULL)
        return known->general;
    /* what kept a request from being sent: no credentials, no endpoint, no trust */
    return (err->kind == ERR_PERM && strncmp(err->code, "KMS.", 4) != 0) || err->kind == ERR_CONFIG;
}
