#!/usr/bin/env python3
"""SIGHUP and SIGTERM while requests are under way. Usage: reload.py GATEWAY"""
import contextlib
import http.client
import os
import pathlib
import signal
import socket
import sys
import tempfile
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, run_all, running  # noqa: E402
from scripted_upstream import ScriptedUpstream  # noqa: E402

CONFIG = """
_format_version: "3.0"
services:
- name: scripted
  url: http://127.0.0.1:{port}
  routes:
  - name: all
    paths: [/]
    plugins:
    - name: request-transformer
      config: {{add: {{headers: ["X-Generation:{generation}"]}}}}
"""
BAD = '_format_version: "3.0"\nservices: [{name: scripted, url: "http://127.0.0.1:9", rotues: []}]\n'


class Node:
    def __init__(self, gateway, folder, upstream):
        self.upstream, self.path = upstream, pathlib.Path(folder) / "kong.yml"
        self.write(0)
        self.running = running(gateway, declarative_config=str(self.path), graceful_timeout="10")

    def __enter__(self):
        self.port, _, self.admin, self.status, self.process = self.running.__enter__()
        return self

    def __exit__(self, *error):
        return self.running.__exit__(*error)

    def write(self, generation):
        self.path.write_text(CONFIG.format(port=self.upstream.port, generation=generation))

    def reload(self, generation=None):
        if generation is not None:
            self.write(generation)
        os.kill(self.process.pid, signal.SIGHUP)

    def generation(self):
        return int(ask(self.port, "/echo").json()["headers"]["x-generation"])

    def hash(self):
        return ask(self.admin, "/status").json()["configuration_hash"]


class Callers:
    """Clients that send one request after the other over kept connections, until told to stop."""

    def __init__(self, port, count=4):
        self.port, self.stopping, self.answers, self.faults = port, False, 0, []
        self.threads = [threading.Thread(target=self.call) for _ in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join(30)

    def call(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two segments
            while not self.stopping:
                connection.request("POST", "/echo", body=b"x" * 1000)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200 or b'"length": 1000' not in text:
                    self.faults.append((answer.status, text[:200]))
                self.answers += 1
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(repr(fault))
        connection.close()


def no_request_fails_while_the_configuration_is_exchanged_forty_times(node):
    with Callers(node.port) as callers:
        for generation in range(1, 41):
            node.reload(generation)
            time.sleep(0.05)
        eventually("the last configuration", lambda: node.generation() == 40)
    print(f"     {callers.answers} requests during 40 reloads")
    expect("faults", callers.faults, [])


def a_request_under_way_ends_as_it_began(node):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)) as connection:
        connection.request("GET", "/drip/15")
        answer = connection.getresponse()
        for generation in range(50, 55):
            node.reload(generation)
            time.sleep(0.1)
        expect("lines", answer.read().count(b"line "), 15)
        eventually("the last configuration", lambda: node.generation() == 54)


def a_refused_file_changes_nothing_and_says_where(node):
    before = node.hash()
    node.path.write_text(BAD)
    with Callers(node.port, 2) as callers:
        node.reload()
        eventually("a refusal in /status", lambda: "rotues" in ask(node.admin, "/status").body)
    expect("faults", callers.faults, [])
    expect("hash", node.hash(), before)
    status = ask(node.admin, "/status").json()["last_refused"]
    assert "kong.yml:2:" in status["first"], status
    node.reload(60)
    eventually("a good one afterwards", lambda: node.generation() == 60)


def a_download_ends_before_a_stopped_node_does(node):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)) as connection:
        connection.request("GET", "/drip/20")
        answer = connection.getresponse()
        os.kill(node.process.pid, signal.SIGTERM)
        expect("lines", answer.read().count(b"line "), 20)
    expect("exit code", node.process.wait(15), 0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, ScriptedUpstream() as scripted, Node(sys.argv[1], temporary, scripted) as started:
        sys.exit(run_all((no_request_fails_while_the_configuration_is_exchanged_forty_times, a_request_under_way_ends_as_it_began,
                          a_refused_file_changes_nothing_and_says_where, a_download_ends_before_a_stopped_node_does), started))
