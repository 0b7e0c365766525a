#include "aws/service_error.h"

#include <string.h>

#include "http/error_name.h"
#include "json/json.h"

struct meaning {
    const char *name;
    enum error_kind kind;
    bool retryable;
};

/* What matters to a caller: is it worth another try, and which exit status fits. */
static const struct meaning meanings[] = {
    {"ThrottlingException", ERR_TEMP, true},
    {"TooManyRequestsException", ERR_TEMP, true},
    {"SlowDown", ERR_TEMP, true},
    {"ModelNotReadyException", ERR_TEMP, true},
    {"ServiceUnavailableException", ERR_UNAVAILABLE, true},
    {"InternalServerException", ERR_UNAVAILABLE, true},
    {"ModelTimeoutException", ERR_UNAVAILABLE, true},
    {"ModelErrorException", ERR_UNAVAILABLE, true},
    {"AccessDeniedException", ERR_PERM, false},
    {"ExpiredTokenException", ERR_PERM, false},
    {"UnrecognizedClientException", ERR_PERM, false},
    {"ResourceNotFoundException", ERR_CONFIG, false},
    {"ValidationException", ERR_DATA, false},
    {"ServiceQuotaExceededException", ERR_UNAVAILABLE, false},
};

static struct meaning by_status(int status)
{
    if (status == 429)
        return (struct meaning){"ThrottlingException", ERR_TEMP, true};
    if (status == 401 || status == 403)
        return (struct meaning){"AccessDeniedException", ERR_PERM, false};
    if (status >= 500)
        return (struct meaning){"ServiceUnavailableException", ERR_UNAVAILABLE, true};
    return (struct meaning){"UnknownError", ERR_UNAVAILABLE, false};
}

static struct meaning meaning_of(const char *name, int status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strcmp(meanings[i].name, name) == 0)
            return meanings[i];
    }
    return by_status(status);
}

int service_error_read(const struct http_response *response, struct error *err)
{
    struct error ignored;
    jv body = json_parse(response->body, response->body_len, NULL, &ignored);
    const char *message = json_str(body, "message", NULL);
    struct meaning meaning;
    char given[HTTP_ERROR_NAME_SIZE];
    const char *name;

    if (message == NULL)
        message = json_str(body, "Message", NULL);
    http_error_name(response, given);
    meaning = meaning_of(given, response->status);
    name = *given ? given : meaning.name;
    error_set(err, meaning.kind, name, "%d %s: %.300s", response->status, name,
              message ? message : "(no message)");
    err->retryable = meaning.retryable;
    err->attempts = response->attempts;
    jv_free(body);
    return -1;
}
