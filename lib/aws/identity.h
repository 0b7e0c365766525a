#ifndef MAKI_AWS_IDENTITY_H
#define MAKI_AWS_IDENTITY_H

#include "base/error.h"
#include "http/transport.h"

enum { AWS_ACCOUNT_SIZE = 13 };

/*
 * Whose credentials these are: the account's 12 digits, from STS GetCallerIdentity, which needs no
 * permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
int aws_identity_account(struct http_transport *t, char account[AWS_ACCOUNT_SIZE],
                         struct error *err);

#endif
