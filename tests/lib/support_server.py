#!/usr/bin/env python3
"""The AWS Support API for tests, as far as maki-fetch calls it. usage: support_server.py CASES.jsonl

CASES are normal case records; they are given back in DescribeCases' shape, three a page, the latest two communications
of each. The first request is throttled, with status 400 as AWS Support does it. Made by hand from the API's
documentation; prints its port, and ends when its standard input does.
"""
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CASES = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
state = {"calls": 0}


def describe_cases(given):
    wanted = [c for c in CASES if given.get("afterTime", "") <= c["timeCreated"] < given.get("beforeTime", "9")]
    start = int(given.get("nextToken", "0"))
    page = []
    for case in wanted[start:start + 3]:
        newest = case["communications"][::-1]
        shown = {name: value for name, value in case.items() if name not in ("communications", "accountId", "maki")}
        shown["recentCommunications"] = {"communications": newest[:2], "nextToken": "more" if len(newest) > 2 else None}
        page.append(shown)
    return {"cases": page, "nextToken": str(start + 3) if start + 3 < len(wanted) else None}


def describe_communications(given):
    newest = next(c for c in CASES if c["caseId"] == given["caseId"])["communications"][::-1]
    start = int(given.get("nextToken", "0"))
    return {"communications": newest[start:start + 2], "nextToken": str(start + 2) if start + 2 < len(newest) else None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        target = self.headers.get("x-amz-target", "")
        state["calls"] += 1
        if "/us-east-1/support/aws4_request" not in self.headers.get("authorization", ""):
            self.answer(400, {"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "scope"})
        elif state["calls"] == 1:
            self.answer(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
        elif self.headers.get("content-type") != "application/x-amz-json-1.1":
            self.answer(400, {"__type": "SerializationException"})
        elif target == "AWSSupport_20130415.DescribeCases":
            self.answer(200, describe_cases(given))
        elif target == "AWSSupport_20130415.DescribeCommunications":
            self.answer(200, describe_communications(given))
        else:
            self.answer(400, {"__type": "UnknownOperationException"})

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
