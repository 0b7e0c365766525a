#!/usr/bin/env python3
"""What HTTP libraries keep from happening: bytes as they are on a connection.

usage: rawhttp.py URL CASE      prints what came, for the tests of the stand-in's HTTP
"""
import socket
import struct
import sys
import urllib.parse

GET = b"GET /_standin/counters HTTP/1.1\r\nHost: x\r\n"


def read_answer(f):
    """(status, body); (0, b"") at the end."""
    start = f.readline()
    if not start:
        return 0, b""
    length = 0
    while (line := f.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return int(start.split()[1]), f.read(length)


def statuses(f):
    found = []
    while True:
        status, _ = read_answer(f)
        found.append(status)
        if status == 0:
            return found


def bad(text):
    """One request that is refused: its status, and that the connection ends."""
    def run(s, f):
        s.sendall(text)
        return statuses(f)
    return run


def pipelined(s, f):
    s.sendall((GET + b"\r\n") * 3)
    return [read_answer(f)[0] for _ in range(3)]


def bytewise(s, f):
    for b in GET + b"\r\n":
        s.sendall(bytes([b]))
    return [read_answer(f)[0]]


def http10(s, f):
    s.sendall(GET.replace(b"1.1", b"1.0") + b"\r\n")
    return statuses(f)


def asked_to_close(s, f):
    s.sendall(GET + b"Connection: close\r\n\r\n")
    return statuses(f)


def expect(s, f):
    body = b'{"latencyMs":0}'
    s.sendall(b"POST /_standin/faults HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
              b"Content-Length: %d\r\n\r\n" % len(body))
    first = f.readline().split()[1]
    f.readline()
    s.sendall(body)
    return [int(first), read_answer(f)[0]]


def abandoned(s, f):
    """A client that goes away in the middle of its request, and one that does with a reset."""
    s.sendall(b"POST /_standin/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    return ["gone"]


def many(s, f):
    """200 connections at once."""
    address = s.getpeername()
    sockets = [socket.create_connection(address) for _ in range(200)]
    for t in sockets:
        t.sendall(GET + b"\r\n")
    return [len({read_answer(t.makefile("rb"))[0] for t in sockets}), len(sockets)]


CASES = {
    "pipelined": pipelined, "bytewise": bytewise, "http10": http10, "close": asked_to_close, "expect": expect,
    "abandoned": abandoned, "many": many,
    "noise": bad(b"\x16\x03\x01\x02\x00 hello\r\n\r\n"),
    "two-lengths": bad(GET + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
    "negative-length": bad(GET + b"Content-Length: -1\r\n\r\n"),
    "huge-length": bad(GET + b"Content-Length: 99999999999999999999\r\n\r\n"),
    "chunked": bad(GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "bare-newline": bad(b"GET / HTTP/1.1\nHost: x\n\n" + b"x" * 70000),
    "long-head": bad(GET + b"A: " + b"x" * 70000 + b"\r\n\r\n"),
    "many-headers": bad(GET + b"".join(b"H%d: x\r\n" % i for i in range(100)) + b"\r\n"),
    "space-in-name": bad(GET + b"Content-Length : 3\r\n\r\nabc"),
    "folded": bad(GET + b"A: b\r\n c\r\n\r\n"),
    "no-host": bad(b"GET / HTTP/1.1\r\n\r\n"),
    "absolute": bad(b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    "version": bad(b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
    "nul": bad(GET + b"A: b\0c\r\n\r\n"),
}


def main():
    url = urllib.parse.urlsplit(sys.argv[1])
    for name in sys.argv[2:]:
        with socket.create_connection((url.hostname, url.port), timeout=20) as s:
            f = s.makefile("rb")
            try:
                print(name, *CASES[name](s, f))
            except ConnectionResetError:
                print(name, "reset")


if __name__ == "__main__":
    main()
