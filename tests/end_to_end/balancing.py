#!/usr/bin/env python3
"""Upstreams with several targets, on two workers, with reloads in the middle. Usage: balancing.py GATEWAY"""
import collections
import http.client
import http.server
import json
import os
import pathlib
import signal
import socket
import sys
import tempfile
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, demo_upstreams, eventually, expect, run_all, running  # noqa: E402

CONFIG = """
_format_version: "3.0"
upstreams:
- {{name: up, {upstream}, targets: [{targets}]}}
services:
- {{name: s, host: up, routes: [{{name: r, paths: [/], strip_path: false}}]}}
"""
HOST = """
_format_version: "3.0"
services:
- {{name: s, host: {host}, routes: [{{name: r, paths: [/]}}]}}
"""
MORE = {"nginx_worker_processes": "2"}


def config(upstream, ports, host="127.0.0.1"):
    return CONFIG.format(upstream=upstream, targets=", ".join(f'{{target: "{host}:{port}", weight: {weight}}}' for port, weight in ports))


class Node:
    """A gateway whose configuration is a file that the test changes."""

    def __init__(self, gateway, text, **settings):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "kong.yml"
        self.path.write_text(text, encoding="utf8")
        self.running = running(gateway, declarative_config=str(self.path), **MORE, **settings)

    def __enter__(self):
        self.port, _, self.admin, _, self.process = self.running.__enter__()
        return self

    def __exit__(self, *error):
        done = self.running.__exit__(*error)
        self.folder.cleanup()
        return done

    def reload(self, text):
        before = self.loaded()
        self.path.write_text(text, encoding="utf8")
        os.kill(self.process.pid, signal.SIGHUP)
        eventually("the configuration is loaded", lambda: self.loaded() != before)

    def loaded(self):
        return ask(self.admin, "/gateway/status").json()["generation"]

    def where(self, path="/", **headers):
        """The port of the target that answered; requests come over connections of their own, so both workers see some."""
        answer = ask(self.port, path, **headers)
        expect("status", answer.status, 200)
        return answer.json()["port"]


class Held(http.server.ThreadingHTTPServer):
    """A target that answers when it is told to, and counts who waits."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, delay_s=0.0):
        self.lock, self.open, self.seen, self.delay_s, self.go = threading.Lock(), 0, 0, delay_s, threading.Event()
        if delay_s:
            self.go.set()
        super().__init__(("127.0.0.1", 0), HeldHandler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HeldHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with self.server.lock:
            self.server.open += 1
            self.server.seen += 1
        self.server.go.wait(20)
        time.sleep(self.server.delay_s)
        with self.server.lock:
            self.server.open -= 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def turns_follow_the_weights_and_go_on_over_a_reload(gateway):
    with demo_upstreams(3) as ports:
        weights = list(zip(ports, (1, 2, 3)))
        with Node(gateway, config("algorithm: round-robin", weights)) as node:
            count = collections.Counter()
            connections = [http.client.HTTPConnection("127.0.0.1", node.port, timeout=20) for _ in range(4)]
            for round_ in range(6):
                for connection in connections:  # each stays with its worker; six requests are a whole round of weights for each of them
                    for _ in range(3):
                        connection.request("GET", "/")
                        answer = connection.getresponse()
                        count[json.loads(answer.read())["port"]] += 1
                if round_ == 2:
                    node.reload(config("algorithm: round-robin, tags: [second]", weights))
            for connection in connections:
                connection.close()
            expect("answers", sum(count.values()), 72)
            for port, weight in weights:
                assert abs(count[port] - 12 * weight) <= 2, count


def keys_stay_over_reloads_and_restarts_and_a_target_that_goes_moves_its_own(gateway):
    hashed = "algorithm: consistent-hashing, hash_on: header, hash_on_header: x-key"
    with demo_upstreams(3) as ports:
        three, two = [(port, 100) for port in ports], [(port, 100) for port in ports[:2]]
        keys = [f"key-{number}" for number in range(60)]
        with Node(gateway, config(hashed, three)) as node:
            before = {key: node.where(x_key=key) for key in keys}
            expect("targets in use", len(set(before.values())), 3)
            node.reload(config(hashed, list(reversed(three))))
            expect("after a reload", {key: node.where(x_key=key) for key in keys}, before)
            node.reload(config(hashed, two))
            after = {key: node.where(x_key=key) for key in keys}
            moved = [key for key in keys if before[key] != ports[2] and after[key] != before[key]]
            assert len(moved) <= 3, moved
        with Node(gateway, config(hashed, three)) as another:
            expect("on another node", {key: another.where(x_key=key) for key in keys}, before)


def a_cookie_brings_a_client_back_to_its_target(gateway):
    with demo_upstreams(3) as ports:
        with Node(gateway, config("hash_on: cookie, hash_on_cookie: seat", [(port, 100) for port in ports])) as node:
            first = ask(node.port, "/")
            cookie = first.headers["Set-Cookie"]
            assert cookie.startswith("seat=") and cookie.endswith("; Path=/; Same-Site=Lax; HttpOnly"), cookie
            place = first.json()["port"]
            for _ in range(6):
                again = ask(node.port, "/", Cookie=cookie.split(";")[0])
                expect("the same target", again.json()["port"], place)
                expect("no second cookie", again.headers["Set-Cookie"], None)


def least_connections_counts_for_the_whole_node_and_over_a_reload(gateway):
    targets = [Held() for _ in range(3)]
    ports = [(target.port, 100) for target in targets]
    with Node(gateway, config("algorithm: least-connections", ports)) as node:
        clients = []

        def send(count):
            for _ in range(count):
                waiting = sum(target.open for target in targets)
                client = socket.create_connection(("127.0.0.1", node.port), 20)
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                clients.append(client)
                eventually("the request is at a target", lambda: sum(target.open for target in targets) > waiting)

        send(12)
        expect("open at each", [target.open for target in targets], [4, 4, 4])
        node.reload(config("algorithm: least-connections, tags: [second]", ports))
        send(6)
        expect("open at each after a reload", [target.open for target in targets], [6, 6, 6])
        targets[0].go.set()
        eventually("the first is idle", lambda: targets[0].open == 0)
        targets[0].go.clear()
        send(6)  # all of them go where nothing is open
        expect("open at each", [target.open for target in targets], [6, 6, 6])
        for client in clients:
            client.close()
        for target in targets:
            target.go.set()
    for target in targets:
        target.shutdown()
        target.server_close()


def latency_goes_to_the_fastest_and_remembers_it_over_a_reload(gateway):
    fast, slow = Held(0.001), [Held(0.8), Held(0.8)]
    ports = [(target.port, 100) for target in (*slow, fast)]
    with Node(gateway, config("algorithm: latency", ports)) as node:
        for _ in range(6):
            ask(node.port, "/")
        seen = [target.seen for target in slow]
        node.reload(config("algorithm: latency, tags: [second]", ports))
        for _ in range(20):
            ask(node.port, "/")
        expect("asked of the slow ones", [target.seen for target in slow], seen)
    for target in (*slow, fast):
        target.shutdown()
        target.server_close()


def a_target_that_is_down_costs_no_request(gateway):
    with demo_upstreams(2) as ports, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, and nobody listens
        all_ports = [(port, 100) for port in (*ports, closed.getsockname()[1])]
        for algorithm in ("round-robin", "least-connections", "latency", "consistent-hashing, hash_on: header, hash_on_header: x-key"):
            with Node(gateway, config("algorithm: " + algorithm, all_ports)) as node:
                for number in range(12):
                    assert node.where(x_key=str(number)) in ports


def a_name_counts_once_for_each_of_its_addresses_and_may_change_them(gateway):
    with demo_upstreams(1) as ports, tempfile.TemporaryDirectory() as folder:
        hosts = pathlib.Path(folder) / "hosts"
        # The demo upstream listens on one address only: the others refuse, which shows in how often they are tried.
        hosts.write_text("127.0.0.1 several.test\n127.0.0.2 several.test\n", encoding="utf8")
        text = config("algorithm: round-robin", [(ports[0], 100)], host="several.test")
        with Node(gateway, text, dns_hostsfile=str(hosts)) as node:
            for _ in range(8):
                expect("answered in the end", ask(node.port, "/").status, 200)
            hosts.write_text("127.0.0.2 several.test\n", encoding="utf8")
            eventually("the new address is used", lambda: ask(node.port, "/").status == 502, 20)
            hosts.write_text("127.0.0.1 several.test\n", encoding="utf8")
            eventually("it recovers", lambda: ask(node.port, "/").status == 200, 20)


def a_name_that_does_not_exist_leaves_its_turns_to_the_others(gateway):
    with demo_upstreams(1) as ports, tempfile.TemporaryDirectory() as folder:
        hosts = pathlib.Path(folder) / "hosts"
        hosts.write_text("127.0.0.1 here.test\n", encoding="utf8")
        text = CONFIG.format(upstream="algorithm: round-robin", targets=f'{{target: "here.test:{ports[0]}"}}, {{target: "gone.test:{ports[0]}"}}')
        only_gone = CONFIG.format(upstream="algorithm: round-robin", targets=f'{{target: "gone.test:{ports[0]}"}}')
        with Node(gateway, text, dns_hostsfile=str(hosts), dns_resolver="127.0.0.1:1") as node:
            for _ in range(8):
                expect("answered", ask(node.port, "/").status, 200)
            node.reload(only_gone)
            answer = ask(node.port, "/")
            expect("status", answer.status, 503)
            expect("message", answer.json()["message"], "name resolution failed")
            # A service that goes there itself is told that nobody answers for the name.
            node.reload(HOST.format(host="gone.test"))
            answer = ask(node.port, "/")
            expect("status", answer.status, 500)
            expect("message", answer.json()["message"], "failed the initial dns/balancer resolve for 'gone.test' with: name server failed")


if __name__ == "__main__":
    sys.exit(run_all([turns_follow_the_weights_and_go_on_over_a_reload, keys_stay_over_reloads_and_restarts_and_a_target_that_goes_moves_its_own,
                      a_cookie_brings_a_client_back_to_its_target, least_connections_counts_for_the_whole_node_and_over_a_reload,
                      latency_goes_to_the_fastest_and_remembers_it_over_a_reload, a_target_that_is_down_costs_no_request,
                      a_name_counts_once_for_each_of_its_addresses_and_may_change_them, a_name_that_does_not_exist_leaves_its_turns_to_the_others], sys.argv[1]))
