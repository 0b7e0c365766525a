#!/usr/bin/env python3
"""One signed AWS request, by a signer of its own: a client for tests that shares no code with what it tests.

usage: awsreq.py [OPTION]... METHOD URL [BODY]
Prints status, headers and body. Keys come from the environment as the SDKs have it.
"""
import argparse
import datetime
import hashlib
import hmac
import http.client
import os
import sys
import urllib.parse

UNRESERVED = "-_.~"


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=UNRESERVED + safe)


def canonical_query(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    return "&".join(f"{k}={v}" for k, v in sorted((quote(k), quote(v)) for k, v in pairs))


def sign(method, host, target, headers, body, *, service, region, key, secret, token="", when):
    """Add what is signed to `headers`, and the signature."""
    path, _, query = target.partition("?")
    stamp = when.strftime("%Y%m%dT%H%M%SZ")
    headers.update({"host": host, "x-amz-date": stamp})
    if token:
        headers["x-amz-security-token"] = token
    digest = hashlib.sha256(body).hexdigest()
    if service == "s3":
        headers["x-amz-content-sha256"] = digest
    names = sorted(n.lower() for n in headers)
    values = {n.lower(): " ".join(v.split()) for n, v in headers.items()}
    canonical = "\n".join([method, path if service == "s3" else quote(path, "/"), canonical_query(query)]
                          + [f"{n}:{values[n]}" for n in names] + ["", ";".join(names), digest])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signing = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, "
                                f"Signature={signature}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--plain", action="store_true", help="unsigned")
    p.add_argument("--bearer")
    p.add_argument("--service", default="bedrock", help="the signing name")
    p.add_argument("--region", default=os.environ.get("AWS_REGION", "us-east-1"))
    p.add_argument("--skew", type=int, default=0, help="seconds that this clock is ahead")
    p.add_argument("--type", default="application/json")
    p.add_argument("--header", action="append", default=[], help="name: value, signed")
    p.add_argument("--late-header", action="append", default=[], help="name: value, set behind the signature")
    p.add_argument("--tamper", action="store_true", help="change the body behind the signature")
    p.add_argument("--expect", help="a status; any other fails. Then only the body is printed")
    p.add_argument("method")
    p.add_argument("url")
    p.add_argument("body", nargs="?", default="")
    a = p.parse_args()
    url = urllib.parse.urlsplit(a.url)
    target = (url.path or "/") + ("?" + url.query if url.query else "")
    body = a.body.encode()
    headers = {"content-type": a.type} if body else {}
    headers.update(h.split(": ", 1) for h in a.header)
    if a.bearer:
        headers["authorization"] = "Bearer " + a.bearer
    elif not a.plain:
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=a.skew)
        sign(a.method, url.netloc, target, headers, body, service=a.service, region=a.region,
             key=os.environ["AWS_ACCESS_KEY_ID"], secret=os.environ["AWS_SECRET_ACCESS_KEY"],
             token=os.environ.get("AWS_SESSION_TOKEN", ""), when=when)
    headers.update(h.split(": ", 1) for h in a.late_header)
    if a.tamper:
        body = body[:-1] + bytes([body[-1] ^ 1])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    try:
        connection.request(a.method, target, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
    except (http.client.HTTPException, OSError) as e:
        print(f"failed: {type(e).__name__}")
        return 3
    if a.expect is None:
        print(answer.status)
        for name, value in answer.getheaders():
            print(f"{name.lower()}: {value}")
        print()
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    if a.expect is not None and str(answer.status) != a.expect:
        print(f"status {answer.status}, expected {a.expect}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
