#!/usr/bin/env python3
"""Too much of everything: connections, descriptors, time. What is being served goes on. Usage: overload.py GATEWAY"""
import contextlib
import json
import pathlib
import resource
import socket
import subprocess
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, read_answer, run_all, running  # noqa: E402
from scripted_upstream import ScriptedUpstream  # noqa: E402

CONFIG = """_format_version: "3.0"
services:
- {{name: s, url: "http://127.0.0.1:{port}", routes: [{{name: r, paths: [/]}}]}}
- {{name: impatient, url: "http://127.0.0.1:{port}", read_timeout: 500, retries: 0, routes: [{{name: i, paths: [/impatient]}}]}}
"""
GET = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"


class World:
    def __init__(self, gateway, upstream):
        self.gateway, self.upstream = gateway, upstream

    def node(self, **settings):
        return running(self.gateway, CONFIG.format(port=self.upstream.port), **settings)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 20)


def until_end(stream):
    data = b""
    with contextlib.suppress(ConnectionError):
        while piece := stream.recv(65536):
            data += piece
    return data


def served(port):
    """A kept connection that has had its answer."""
    stream = connect(port)
    stream.sendall(GET)
    assert b" 200 " in read_answer(stream)[0]
    return stream


def nobody_is_left(admin):
    """Whoever asked whether the node listens has gone."""
    eventually("no connection is there", lambda: ask(admin, "/status").json()["server"]["connections_active"] == 0)


def over_the_limit_new_clients_are_told_503_and_the_others_go_on(world):
    with world.node(connections_max="3") as (port, _, admin, _, _):
        nobody_is_left(admin)
        drips = [connect(port) for _ in range(3)]
        for stream in drips:
            stream.sendall(b"GET /drip/20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        first = [stream.recv(65536) for stream in drips]
        refused = connect(port)
        refused.sendall(GET)
        head, _, body = until_end(refused).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ") and b"Connection: close" in head, head
        expect("message", json.loads(body)["message"], "Service unavailable")
        for begun, stream in zip(first, drips):
            assert (begun + until_end(stream)).endswith(b"line 19\n\r\n0\r\n\r\n")
        nobody_is_left(admin)
        served(port).close()
        assert "gateway_connections_refused_total 1" in ask(admin, "/metrics").body


def at_the_limit_the_longest_idle_connection_makes_room(world):
    with world.node(connections_max="3") as (port, _, admin, _, _):
        nobody_is_left(admin)
        kept = [served(port) for _ in range(3)]
        newest = served(port)
        expect("the oldest", kept[0].recv(10), b"")
        for stream in (*kept[1:], newest):
            stream.sendall(GET)
            assert b" 200 " in read_answer(stream)[0]
            stream.close()


def without_descriptors_accepting_pauses_and_what_is_served_goes_on(world):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with world.node(connections_max="10000", nginx_http_client_header_timeout="60s") as (port, _, _, _, process):
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (80, 80))
        drip = connect(port)
        drip.sendall(b"GET /drip/30 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        begun = drip.recv(65536)
        silent = [connect(port) for _ in range(120)]
        late = connect(port)
        late.sendall(GET)
        eventually("no descriptor is left", lambda: len(list(pathlib.Path(f"/proc/{process.pid}/fd").iterdir())) >= 80)
        late.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            raise AssertionError(f"served without a descriptor: {late.recv(10)}")
        assert (begun + until_end(drip)).endswith(b"line 29\n\r\n0\r\n\r\n"), "what was being served was cut"
        for stream in silent:
            stream.close()
        late.settimeout(20)
        assert b" 200 " in read_answer(late)[0]
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def the_descriptor_limit_is_raised_as_far_as_allowed(world):
    def low():
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, hard), hard))

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, hard), hard))
    try:
        with world.node() as (_, _, _, _, process):
            expect("soft limit", resource.prlimit(process.pid, resource.RLIMIT_NOFILE), (hard, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def slow_clients_are_told_408_or_closed(world):
    with world.node(nginx_http_client_header_timeout="1s", nginx_http_client_body_timeout="1s", nginx_http_send_timeout="1s") as (port, _, _, _, _):
        head, body, silent = connect(port), connect(port), connect(port)
        head.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half")
        body.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        for stream in (head, body):
            assert until_end(stream).startswith(b"HTTP/1.1 408 ")
        expect("one that says nothing", until_end(silent), b"")
        # One that does not read: its upstream is let go.
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        sent = world.upstream.sent
        deaf.sendall(b"GET /bytes/500000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually("the answer begins", lambda: world.upstream.sent > sent)
        eventually("its connection ends", lambda: connection_is_closed(port, deaf), 20)
        deaf.close()


def connection_is_closed(port, stream):
    """The node has let go: the kernel knows the connection no more, or only our half of it."""
    mine = stream.getsockname()[1]
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    states = [fields[3] for fields in (line.split() for line in lines) if fields[1].endswith(f":{port:04X}") and fields[2].endswith(f":{mine:04X}")]
    return "01" not in states


def a_slow_upstream_is_504_and_let_go(world):
    with world.node() as (port, _, _, _, _):
        left = world.upstream.left
        expect("status", ask(port, "/impatient/silent").status, 504)
        eventually("the upstream's connection ends", lambda: world.upstream.left == left + 1)


def an_answer_before_the_upload_has_ended_is_seen(world):
    """By a client that reads nothing before it has sent all: nothing may reset the answer away."""
    with world.node() as (port, _, _, _, _):
        for size in (100_000, 20_000_000):
            stream = connect(port)
            stream.sendall(f"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size)
            head, body = read_answer(stream)
            assert head.startswith(b"HTTP/1.1 413 ") and body == b"full", (head, body)
            stream.close()


if __name__ == "__main__":
    with ScriptedUpstream() as scripted:
        sys.exit(run_all((over_the_limit_new_clients_are_told_503_and_the_others_go_on, at_the_limit_the_longest_idle_connection_makes_room,
                          without_descriptors_accepting_pauses_and_what_is_served_goes_on, the_descriptor_limit_is_raised_as_far_as_allowed,
                          slow_clients_are_told_408_or_closed, a_slow_upstream_is_504_and_let_go, an_answer_before_the_upload_has_ended_is_seen),
                         World(sys.argv[1], scripted)))
