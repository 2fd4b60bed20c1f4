#!/usr/bin/env python3
"""WebSockets through a running gateway. Usage: websocket.py GATEWAY"""
import os
import pathlib
import signal
import struct
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, run_all, running  # noqa: E402
from frames import BINARY, CLOSE, PING, PONG, TEXT, EchoServer, connect  # noqa: E402

CONFIG = """
_format_version: "3.0"
services:
- name: echo
  url: http://127.0.0.1:{}
  routes:
  - {{name: open, paths: [/open]}}
  - {{name: members, paths: [/members], plugins: [{{name: key-auth}}]}}
consumers:
- {{username: alice, keyauth_credentials: [{{key: alice-key}}]}}
"""


class World:
    def __init__(self, echo, node):
        self.echo = echo
        self.http, self.tls, self.admin, _, self.process = node

    def opened(self, path="/open", **options):
        peer, status, _ = connect(self.tls if options.get("tls") else self.http, path, **options)
        assert peer is not None, status
        expect("welcome", peer.receive(), (TEXT, b"welcome"))
        return peer


def frames_go_both_ways(world):
    peer = world.opened()
    for kind, data in ((TEXT, b"hello"), (BINARY, bytes(range(256))), (TEXT, b""), (BINARY, os.urandom(70_000))):
        peer.send(kind, data)
        expect("echo", peer.receive(), (kind, data))
    peer.end()
    expect("upgrade upstream", (world.echo.heads[-1]["upgrade"], world.echo.heads[-1]["connection"].lower()), ("websocket", "keep-alive, upgrade"))


def a_ping_is_answered_by_the_other_end(world):
    peer = world.opened()
    peer.send(PING, b"are you there")
    expect("pong", peer.receive(), (PONG, b"are you there"))
    peer.end()


def a_message_of_a_megabyte_passes_whole_and_in_fragments(world):
    peer, message = world.opened(), os.urandom(1 << 20)
    peer.send(BINARY, message)
    expect("whole", peer.receive() == (BINARY, message), True)
    sending = threading.Thread(target=lambda: [peer.send(BINARY if start == 0 else 0, message[start:start + 4096], start + 4096 == len(message))
                                               for start in range(0, len(message), 4096)])
    sending.start()
    pieces = []
    while sum(map(len, pieces)) < len(message):
        pieces.append(peer.receive()[1])
    sending.join()
    expect("fragments", b"".join(pieces) == message, True)
    peer.end()


def a_close_is_answered_and_ends_the_connection(world):
    peer = world.opened()
    reason = struct.pack(">H", 1000) + b"bye"
    peer.send(CLOSE, reason)
    expect("close", peer.receive(), (CLOSE, reason))
    expect("then", peer.receive(), None)
    expect("the server saw", world.echo.closed[-1], "closed")


def a_client_that_leaves_is_noticed_upstream(world):
    before = len(world.echo.closed)
    world.opened().end()
    eventually("the server is told", lambda: len(world.echo.closed) > before)


def a_server_that_leaves_is_noticed_by_the_client(world):
    peer = world.opened()
    peer.send(TEXT, b"go away")
    expect("then", peer.receive(), None)


def plugins_decide_before_the_upgrade(world):
    before = len(world.echo.heads)
    peer, status, _ = connect(world.http, "/members")
    assert peer is None and " 401 " in status, status
    expect("handshakes upstream", len(world.echo.heads), before)
    peer = world.opened("/members", apikey="alice-key")
    expect("consumer", world.echo.heads[-1]["x-consumer-username"], "alice")
    peer.end()


def websockets_over_tls_are_the_same(world):
    peer, message = world.opened(tls=True), os.urandom(300_000)
    peer.send(BINARY, message)
    expect("echo", peer.receive() == (BINARY, message), True)
    peer.end()


def an_upstream_that_does_not_upgrade_is_heard(world):
    expect("status", ask(world.http, "/open").status, 426)


def twenty_clients_do_not_mix(world):
    peers = [world.opened() for _ in range(20)]
    for number, peer in enumerate(peers):
        peer.send(TEXT, f"client {number}".encode())
    for number, peer in enumerate(peers):
        expect("own echo", peer.receive(), (TEXT, f"client {number}".encode()))
        peer.end()


def an_open_websocket_outlives_a_reload(world):
    peer = world.opened()
    os.kill(world.process.pid, signal.SIGHUP)
    for number in range(20):
        peer.send(TEXT, str(number).encode())
        expect("echo", peer.receive(), (TEXT, str(number).encode()))
    world.opened().end()
    peer.end()


if __name__ == "__main__":
    with EchoServer() as server, running(sys.argv[1], CONFIG.format(server.port)) as started:
        sys.exit(run_all((frames_go_both_ways, a_ping_is_answered_by_the_other_end, a_message_of_a_megabyte_passes_whole_and_in_fragments,
                          a_close_is_answered_and_ends_the_connection, a_client_that_leaves_is_noticed_upstream, a_server_that_leaves_is_noticed_by_the_client,
                          plugins_decide_before_the_upgrade, websockets_over_tls_are_the_same, an_upstream_that_does_not_upgrade_is_heard,
                          twenty_clients_do_not_mix, an_open_websocket_outlives_a_reload), World(server, started)))
