#!/usr/bin/env python3
"""Many idle connections on one node, and what one of them costs. Usage: idle_connections.py GATEWAY [COUNT]"""
import contextlib
import pathlib
import resource
import selectors
import socket
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, running  # noqa: E402

CONFIG = """_format_version: "3.0"
routes: [{name: r, paths: [/], plugins: [{name: request-termination, config: {status_code: 200, message: here}}]}]
"""
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SPARE = 300              # descriptors for everything else
OF_ONE_SOURCE = 10_000   # an address has fewer than 30,000 ports to call from
AT_ONCE = 500            # requests under way; the backlog holds more
BYTES_OF_ONE_MAX = 4096  # of an idle connection, in the gateway


def raise_limit(wanted):
    """How many descriptors this process, and those it starts, may have: as wanted, or less."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, wanted), max(hard, wanted)))
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def resident_bytes(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf8")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def call(port, number):
    stream = socket.socket()
    stream.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
    stream.bind((f"127.0.0.{1 + number // OF_ONE_SOURCE}", 0))
    stream.connect(("127.0.0.1", port))
    return stream


def ask_all(streams):
    """One request over each of them."""
    for start in range(0, len(streams), AT_ONCE):
        some = streams[start:start + AT_ONCE]
        with selectors.DefaultSelector() as selector:
            for stream in some:
                stream.sendall(GET)
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(20)
                assert ready, "no answer"
                for key, _ in ready:
                    answer = key.fileobj.recv(65536)
                    assert answer.startswith(b"HTTP/1.1 200 "), answer[:100]
                    selector.unregister(key.fileobj)


def main(gateway, count):
    allowed = raise_limit(count + SPARE)
    if allowed < count + SPARE:
        count = allowed - SPARE
        print(f"skipped in part: RLIMIT_NOFILE allows {allowed} descriptors, so {count} connections are opened")
    with running(gateway, CONFIG, connections_max=str(count + 10), nginx_http_keepalive_timeout="1h", nginx_http_client_header_timeout="1h") as (port, _, admin, _, process):
        for _ in range(20):
            ask(port, "/")
        before = resident_bytes(process)
        streams = [call(port, number) for number in range(count)]
        eventually("all are accepted", lambda: ask(admin, "/status").json()["server"]["connections_active"] >= count, 60)
        fresh = resident_bytes(process) - before
        ask_all(streams)
        idle = resident_bytes(process) - before
        ask_all(streams)
        expect("a new client's answer", ask(port, "/").status, 200)
        again = resident_bytes(process) - before
        for stream in streams:
            stream.close()
        eventually("all have gone", lambda: ask(admin, "/status").json()["server"]["connections_active"] == 0, 60)
        print(f"{count} idle connections: {fresh / count:.0f} bytes each before their first request, {idle / count:.0f} after it, {again / count:.0f} after the second; "
              f"{(resident_bytes(process) - before) / count:.0f} when they have gone")
        assert again / count < BYTES_OF_ONE_MAX, again / count


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000)
