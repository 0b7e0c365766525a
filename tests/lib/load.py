#!/usr/bin/env python3
"""Many Converse requests over keep-alive connections, for measuring a server rather than a client: they are signed before the clock runs.

usage: load.py URL REQUESTS IN_FLIGHT      prints: seconds, answers by status
"""
import asyncio
import collections
import datetime
import json
import os
import sys
import time
import urllib.parse

import awsreq

PATH = "/model/us.amazon.nova-micro-v1%3A0/converse"


def make(host, n):
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": f"request {n}"}]}]}).encode()
    headers = {"content-type": "application/json"}
    awsreq.sign("POST", host, PATH, headers, body, service="bedrock", region="us-east-1", key=os.environ["AWS_ACCESS_KEY_ID"],
                secret=os.environ["AWS_SECRET_ACCESS_KEY"], when=datetime.datetime.now(datetime.timezone.utc))
    lines = [f"POST {PATH} HTTP/1.1"] + [f"{k}: {v}" for k, v in headers.items()] + [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def worker(url, todo, counts):
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    while todo:
        writer.write(todo.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        counts[head[9:12].decode()] += 1
    writer.close()


async def main():
    url = urllib.parse.urlsplit(sys.argv[1])
    todo = [make(url.netloc, n) for n in range(int(sys.argv[2]))]
    counts = collections.Counter()
    began = time.monotonic()
    await asyncio.gather(*(worker(url, todo, counts) for _ in range(int(sys.argv[3]))))
    print(f"{time.monotonic() - began:.2f}", *(f"{k}:{v}" for k, v in sorted(counts.items())))


asyncio.run(main())
