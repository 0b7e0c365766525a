#include "aws/identity.h"

#include <string.h>

#include "aws/xml.h"
#include "http/call.h"
#include "http/error_name.h"

enum { RESPONSE_BYTES_MAX = 64 << 10 };

static int read_account(const struct http_response *response, char account[AWS_ACCOUNT_SIZE],
                        struct error *err)
{
    struct buf text;
    int found;

    buf_init(&text, RESPONSE_BYTES_MAX);
    found = xml_find(response->body, response->body_len,
                     "GetCallerIdentityResponse/GetCallerIdentityResult/Account", &text, err);
    if (found > 0 && text.len == AWS_ACCOUNT_SIZE - 1 &&
        strspn(buf_str(&text), "0123456789") == text.len)
        memcpy(account, buf_str(&text), AWS_ACCOUNT_SIZE);
    else
        found = error_set(err, ERR_UNAVAILABLE, "InvalidResponse",
                          "STS GetCallerIdentity: the response has no account");
    buf_clear(&text);
    return found < 0 ? -1 : 0;
}

static int refused(const struct http_response *response, struct error *err)
{
    char name[HTTP_ERROR_NAME_SIZE];

    http_error_name(response, name);
    return error_set(err, response->status == 403 ? ERR_PERM : ERR_UNAVAILABLE,
                     *name ? name : "UnknownError", "STS GetCallerIdentity: %d %s",
                     response->status, name);
}

int aws_identity_account(struct http_transport *t, char account[AWS_ACCOUNT_SIZE],
                         struct error *err)
{
    static const char form[] = "Action=GetCallerIdentity&Version=2011-06-15";
    static const struct http_header headers[] = {
        {"content-type", "application/x-www-form-urlencoded"}};
    const struct http_request request = {
        .service = "sts",
        .method = "POST",
        .path = "/",
        .query = "",
        .headers = headers,
        .header_count = 1,
        .body = form,
        .body_len = sizeof(form) - 1,
    };
    struct http_call call;
    int status;

    http_call_init(&call, RESPONSE_BYTES_MAX);
    status = http_call(&call, t, &request, err);
    if (status == 0)
        status = call.response.status == 200 ? read_account(&call.response, account, err)
                                             : refused(&call.response, err);
    http_call_clear(&call);
    return status;
}
