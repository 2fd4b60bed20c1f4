#!/usr/bin/env python3
"""Bodies are streamed, both ways, at the speed of the slower side, in bounded memory. Usage: streaming.py GATEWAY"""
import hashlib
import json
import pathlib
import socket
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import eventually, expect, run_all, running  # noqa: E402
from scripted_upstream import ScriptedUpstream, digest, octets  # noqa: E402

CONFIG = '_format_version: "3.0"\nservices: [{{name: s, url: "http://127.0.0.1:{}", routes: [{{name: r, paths: [/]}}]}}]\n'
MEGABYTES_200 = 200_000_000
# What the kernel may hold for the four socket ends between both sides, with its default limits.
KERNEL_BYTES_MAX = 40_000_000
GROWTH_BYTES_MAX = 16_000_000


class World:
    def __init__(self, upstream, node):
        self.upstream, self.port, self.process = upstream, node[0], node[4]

    def connection(self, request):
        stream = socket.create_connection(("127.0.0.1", self.port), 20)
        stream.sendall(request)
        return stream

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf8") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += stream.recv(1)
    return head.decode()


def stands_still(value):
    """Waits until a counter has not moved for half a second."""
    before = -1
    while (now := value()) != before:
        before = now
        time.sleep(0.5)
    return before


def a_slow_client_holds_the_upstream_back(world):
    before, sent_before = world.resident_bytes(), world.upstream.sent
    stream = world.connection(f"GET /bytes/{MEGABYTES_200} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    read_head(stream)
    waiting = stands_still(lambda: world.upstream.sent) - sent_before
    assert waiting < KERNEL_BYTES_MAX, f"the upstream could send {waiting} octets to a client that reads none"
    whole, length, highest = hashlib.sha256(), 0, 0
    while length < MEGABYTES_200:
        piece = stream.recv(1 << 20)
        assert piece, f"cut after {length}"
        if length < 20_000_000:
            time.sleep(0.02)  # a slow client for a while; then as fast as it can, so that the test ends
        whole.update(piece)
        length += len(piece)
        if length % 50 == 0:
            highest = max(highest, world.resident_bytes())
    stream.close()
    expect("digest", whole.hexdigest(), digest(MEGABYTES_200))
    growth = max(highest, world.resident_bytes()) - before
    print(f"     while the client slept the upstream could send {waiting / 1e6:.1f} MB; the gateway grew by {growth / 1e6:.1f} MB")
    assert growth < GROWTH_BYTES_MAX, growth


def twenty_slow_clients_cost_little_memory(world):
    before = world.resident_bytes()
    streams = [world.connection(b"GET /bytes/30000000 HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(20)]
    stands_still(lambda: world.upstream.sent)
    growth = world.resident_bytes() - before
    for stream in streams:
        stream.close()
    print(f"     twenty sleeping clients: the gateway grew by {growth / 1e6:.1f} MB")
    assert growth < GROWTH_BYTES_MAX, growth


def a_slow_upstream_holds_the_client_back(world):
    size, before = 100_000_000, world.resident_bytes()
    stream = world.connection(f"PUT /slow-upload HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
    sent = 0

    def send():
        nonlocal sent
        for block in octets(size):
            stream.sendall(block)
            sent += len(block)

    sending = threading.Thread(target=send, daemon=True)
    sending.start()
    time.sleep(2)
    ahead, growth = sent - world.upstream.read, world.resident_bytes() - before
    print(f"     the client is {ahead / 1e6:.1f} MB ahead of the upstream; the gateway grew by {growth / 1e6:.1f} MB")
    assert sending.is_alive() and ahead < KERNEL_BYTES_MAX, ahead
    assert growth < GROWTH_BYTES_MAX, growth
    world.upstream.opened.set()
    sending.join(20)
    assert " 200 " in read_head(stream)
    answer = json.loads(stream.recv(4096))
    stream.close()
    expect("body", (answer["length"], answer["sha256"]), (size, digest(size)))


def pieces_arrive_when_they_are_sent(world):
    stream = world.connection(b"GET /drip/10 HTTP/1.1\r\nHost: x\r\n\r\n")
    read_head(stream)
    arrivals, text = [], b""
    while b"0\r\n\r\n" not in text:
        piece = stream.recv(4096)
        arrivals.append(time.monotonic())
        text += piece
    stream.close()
    assert len(arrivals) >= 8 and arrivals[-1] - arrivals[0] > 0.7, f"{len(arrivals)} pieces in {arrivals[-1] - arrivals[0]:.2f} s"


def a_client_that_leaves_stops_its_upstream(world):
    before = world.upstream.sent
    stream = world.connection(f"GET /bytes/{MEGABYTES_200} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    read_head(stream)
    stream.close()
    sent = stands_still(lambda: world.upstream.sent) - before
    assert sent < KERNEL_BYTES_MAX, sent
    stream = world.connection(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
    assert " 200 " in read_head(stream)
    stream.close()


def a_client_that_leaves_a_silent_upstream_ends_its_connection(world):
    for request in (b"GET /silent HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /silent HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"):
        here, gone = world.upstream.silent, world.upstream.left
        stream = world.connection(request)
        eventually("the request is at the upstream", lambda: world.upstream.silent == here + 1)
        expect("left", world.upstream.left, gone)
        stream.close()
        eventually("the upstream sees its connection end", lambda: world.upstream.left == gone + 1)


if __name__ == "__main__":
    with ScriptedUpstream() as scripted, running(sys.argv[1], CONFIG.format(scripted.port)) as started:
        sys.exit(run_all((a_slow_client_holds_the_upstream_back, twenty_slow_clients_cost_little_memory, a_slow_upstream_holds_the_client_back,
                          pieces_arrive_when_they_are_sent, a_client_that_leaves_stops_its_upstream,
                          a_client_that_leaves_a_silent_upstream_ends_its_connection), World(scripted, started)))
