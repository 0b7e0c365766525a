#include "offline/identity.h"

#include <string.h>

#include "offline/query.h"

#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

void identity_error(struct reply *reply, int status, const char *code, const char *message,
                    const char *request_id)
{
    reply->status = status;
    reply_header(reply, "content-type", "text/xml");
    buf_reset(&reply->body);
    buf_addf(&reply->body,
             "<ErrorResponse xmlns=\"" NAMESPACE "\">\n  <Error>\n    <Type>Sender</Type>\n"
             "    <Code>%s</Code>\n    <Message>%s</Message>\n  </Error>\n"
             "  <RequestId>%s</RequestId>\n</ErrorResponse>\n",
             code, message, request_id);
}

void identity_answer(const struct http_request *http, const char *account, const char *request_id,
                     struct reply *reply)
{
    const char *form = http->body ? http->body : "";
    char action[64];
    char version[32];

    query_get(form, "Action", action, sizeof(action));
    query_get(form, "Version", version, sizeof(version));
    if (strcmp(action, "GetCallerIdentity") != 0 || strcmp(version, "2011-06-15") != 0) {
        identity_error(reply, 400, "InvalidAction",
                       "Could not find that operation for version 2011-06-15 here", request_id);
        return;
    }
    reply_header(reply, "content-type", "text/xml");
    buf_addf(&reply->body,
             "<GetCallerIdentityResponse xmlns=\"" NAMESPACE "\">\n"
             "  <GetCallerIdentityResult>\n    <Arn>arn:aws:iam::%s:user/stand-in</Arn>\n"
             "    <UserId>AIDASTANDINEXAMPLE</UserId>\n    <Account>%s</Account>\n"
             "  </GetCallerIdentityResult>\n  <ResponseMetadata>\n"
             "    <RequestId>%s</RequestId>\n  </ResponseMetadata>\n"
             "</GetCallerIdentityResponse>\n",
             account, account, request_id);
}
