#!/usr/bin/env python3
"""The orderly end of a node: nothing that has been sent to it is lost. Usage: drain.py GATEWAY [RESTARTS]"""
import contextlib
import http.client
import itertools
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, free_ports, read_answer, run_all, wait_for  # noqa: E402
from scripted_upstream import ScriptedUpstream  # noqa: E402

CONFIG = '_format_version: "3.0"\nservices: [{{name: s, url: "http://127.0.0.1:{}", routes: [{{name: r, paths: [/]}}]}}]\n'
GET = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"


class Node:
    """A gateway on ports that stay the same when it is started again."""

    def __init__(self, gateway, upstream, folder, **settings):
        self.port, self.status = free_ports(2)
        self.gateway, self.log = gateway, os.path.join(folder, f"{self.port}.log")
        config = os.path.join(folder, "kong.yml")
        pathlib.Path(config).write_text(CONFIG.format(upstream.port), encoding="utf8")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
        self.environment = dict(environment, GATEWAY_PREFIX=folder, GATEWAY_DECLARATIVE_CONFIG=config, GATEWAY_PROXY_LISTEN=f"127.0.0.1:{self.port}",
                                GATEWAY_STATUS_LISTEN=f"127.0.0.1:{self.status}", GATEWAY_ADMIN_LISTEN="off", GATEWAY_PROXY_ACCESS_LOG="off",
                                GATEWAY_PROXY_ERROR_LOG=self.log, GATEWAY_NGINX_WORKER_PROCESSES="2", **{f"GATEWAY_{k.upper()}": v for k, v in settings.items()})
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.gateway], env=self.environment)
        wait_for(self.port, self.process)
        wait_for(self.status, self.process)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        expect("exit code", self.process.wait(60), 0)

    def connection(self):
        return socket.create_connection(("127.0.0.1", self.port), 20)

    def ready(self):
        return ask(self.status, "/status/ready").status


@contextlib.contextmanager
def node(world, **settings):
    with tempfile.TemporaryDirectory() as folder:
        started = Node(world.gateway, world.upstream, folder, **settings)
        try:
            yield started
            if started.process.returncode is None:
                started.stop()
        finally:
            started.process.kill()
            started.process.wait(15)


class Client(threading.Thread):
    """Asks the nodes in turns, every second time over a kept connection. What no client could put right by itself is a loss."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.going = nodes, True
        self.answers = self.refused = self.stale = 0
        self.losses, self.kept = [], {}

    def run(self):
        for number in itertools.count():
            if not self.going:
                return
            self.ask(self.nodes[number % len(self.nodes)], number // len(self.nodes) % 2 == 0)

    def ask(self, where, keep):
        known = self.kept.pop(where.port, None) if keep else None
        connection = known or http.client.HTTPConnection("127.0.0.1", where.port, timeout=30)
        try:
            if known is None:
                connection.connect()
        except OSError:
            self.refused += 1  # another node is asked, as any balancer does
            return
        try:
            connection.request("GET", "/echo")
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            if known is None:
                self.losses.append(repr(fault))
                return
            # The race of every kept connection: it ended while it was idle, before a single octet of an answer.
            self.stale += 1
            return self.ask(where, False)
        self.answers += 1
        if answer.status != 200 or b'"length": 0' not in body:
            self.losses.append((answer.status, body[:100]))
        if keep and not answer.will_close:
            self.kept[where.port] = connection
        else:
            connection.close()


def restarts_of_one_of_two_nodes_lose_nothing(world):
    with node(world) as stays, node(world) as goes:
        clients = [Client([stays, goes]) for _ in range(3)]
        for client in clients:
            client.start()
        for _ in range(world.restarts):
            before = sum(client.answers for client in clients)
            eventually("traffic", lambda: sum(client.answers for client in clients) > before + 50, 60)
            goes.stop()
            goes.start()
        for client in clients:
            client.going = False
        for client in clients:
            client.join(60)
        losses = [loss for client in clients for loss in client.losses]
        print(f"     {world.restarts} restarts: {sum(c.answers for c in clients)} answers, {sum(c.refused for c in clients)} connections refused, "
              f"{sum(c.stale for c in clients)} idle ones found closed, {len(losses)} lost")
        expect("losses", losses[:3], [])


def a_node_that_goes_is_not_ready_and_serves_on_for_the_delay(world):
    with node(world, drain_delay="2") as goes, contextlib.closing(goes.connection()) as kept:
        kept.sendall(GET)
        assert b"Connection: keep-alive" in read_answer(kept)[0]
        expect("ready", goes.ready(), 200)
        goes.process.send_signal(signal.SIGQUIT)
        eventually("not ready", lambda: goes.ready() == 503)
        with contextlib.closing(goes.connection()) as fresh:
            fresh.sendall(GET)
            assert b"Connection: close" in read_answer(fresh)[0]
        kept.sendall(GET)
        head, _ = read_answer(kept)
        assert b" 200 " in head and b"Connection: close" in head, head
        expect("exit code", goes.process.wait(30), 0)


def what_is_on_its_way_is_answered_to_its_end(world):
    with node(world) as goes, contextlib.closing(goes.connection()) as stream:
        stream.sendall(b"GET /drip/10 HTTP/1.1\r\nHost: x\r\n\r\n")
        data = stream.recv(65536)
        goes.process.send_signal(signal.SIGTERM)
        while piece := stream.recv(65536):
            data += piece
        assert data.endswith(b"line 9\n\r\n0\r\n\r\n"), data[-100:]
        expect("exit code", goes.process.wait(30), 0)


def a_request_that_lies_in_a_socket_at_the_end_is_answered(world):
    with node(world) as goes, contextlib.closing(goes.connection()) as kept:
        kept.sendall(GET)
        read_answer(kept)
        goes.process.send_signal(signal.SIGSTOP)
        goes.process.send_signal(signal.SIGTERM)
        kept.sendall(GET)
        fresh, late = goes.connection(), goes.connection()  # nobody has accepted them yet
        fresh.sendall(GET)
        goes.process.send_signal(signal.SIGCONT)
        for stream in (kept, fresh):
            assert b" 200 " in read_answer(stream)[0]  # without Connection: close where a worker was faster than the signal
        late.sendall(GET)
        assert b" 200 " in read_answer(late)[0]
        expect("exit code", goes.process.wait(30), 0)


def idle_connections_are_closed(world):
    with node(world) as goes, contextlib.closing(goes.connection()) as kept:
        kept.sendall(GET)
        read_answer(kept)
        goes.process.send_signal(signal.SIGTERM)
        expect("the end", kept.recv(10), b"")
        expect("exit code", goes.process.wait(30), 0)


def what_takes_too_long_is_cut_and_said(world):
    with node(world, graceful_timeout="1") as goes, contextlib.closing(goes.connection()) as stream:
        here = world.upstream.silent
        stream.sendall(b"GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually("the request is at the upstream", lambda: world.upstream.silent == here + 1)
        goes.process.send_signal(signal.SIGTERM)
        expect("exit code", goes.process.wait(30), 0)
        assert "1 client connections are cut" in pathlib.Path(goes.log).read_text(encoding="utf8")


def a_second_signal_stops_at_once(world):
    with node(world, graceful_timeout="1h") as goes, contextlib.closing(goes.connection()) as stream:
        here = world.upstream.silent
        stream.sendall(b"GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually("the request is at the upstream", lambda: world.upstream.silent == here + 1)
        goes.process.send_signal(signal.SIGTERM)
        eventually("not ready", lambda: goes.ready() == 503)
        time.sleep(0.2)
        expect("still there", goes.process.poll(), None)
        goes.process.send_signal(signal.SIGTERM)
        expect("exit code", goes.process.wait(30), 0)


class World:
    def __init__(self, gateway, upstream, restarts):
        self.gateway, self.upstream, self.restarts = gateway, upstream, restarts


if __name__ == "__main__":
    with ScriptedUpstream() as scripted:
        sys.exit(run_all((a_node_that_goes_is_not_ready_and_serves_on_for_the_delay, what_is_on_its_way_is_answered_to_its_end,
                          a_request_that_lies_in_a_socket_at_the_end_is_answered, idle_connections_are_closed, what_takes_too_long_is_cut_and_said,
                          a_second_signal_stops_at_once, restarts_of_one_of_two_nodes_lose_nothing),
                         World(sys.argv[1], scripted, int(sys.argv[2]) if len(sys.argv) > 2 else 10)))
