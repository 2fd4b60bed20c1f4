#!/usr/bin/env python3
"""The life of a node seen from outside: two of them side by side, reloads under traffic, refused reloads, the end. Usage: node_life.py GATEWAY"""
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compat"))
from node import free_ports, running

GATEWAY = sys.argv[1]


def configuration(word):
    """Two plugins that must always say the same word: an answer with two different ones would be half of each configuration."""
    return f"""_format_version: "3.0"
services:
- name: s
  host: 127.0.0.1
  routes: [{{name: r, paths: [/]}}]
  plugins:
  - name: request-termination
    config: {{status_code: 200, content_type: text/plain, body: "{word}"}}
  - name: correlation-id
    config: {{header_name: X-{word}, generator: uuid, echo_downstream: true}}
"""


def get(port, path="/", method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer


def wait_until(true, what, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"never came true: {what}")


def same_configuration(answer, body):
    names = {name[2:].lower() for name, _ in answer.getheaders() if name.lower() in ("x-one", "x-two")}
    return names == {body.lower()}


class Traffic:
    """Requests over kept connections from several threads; remembers everything that was not a whole answer of one configuration."""

    def __init__(self, port, threads=4):
        self.port, self.faults, self.count, self.words, self.going = port, [], 0, set(), True
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while self.going:
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                body = answer.read().decode()
                self.words.add(body)
                self.count += 1
                if answer.status != 200 or not same_configuration(answer, body):
                    self.faults.append((answer.status, body, answer.getheaders()))
            except OSError as error:
                self.faults.append(repr(error))
                connection.close()
        connection.close()

    def end(self):
        wait_until(lambda: self.count > 100 or self.faults, "a hundred answers")
        self.going = False
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults[:3]


def configuration_file(admin):
    return json.loads(get(admin, "/")[1])["configuration"]["declarative_config"]


def write(path, text):
    with open(path, "w", encoding="utf8") as file:
        file.write(text)


def a_reload_is_atomic_under_traffic():
    with running(GATEWAY, configuration("one"), nginx_worker_processes="2") as (proxy, _, admin, _, process):
        path, traffic = configuration_file(admin), Traffic(proxy)
        for word in ["two", "one"] * 10:
            write(path, configuration(word))
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: get(proxy)[1] == word, f"the reload to {word}")
        for word in ["two", "one"] * 10:
            status = 429  # while the load before ends
            while status == 429:
                status, answer, _ = get(admin, "/config", "POST", configuration(word), {"Content-Type": "application/yaml"})
            assert status == 201, answer
            assert get(proxy)[1] == word, "POST /config is answered when every worker has it"
        traffic.end()
        assert traffic.words == {"one", "two"}


def a_refused_reload_changes_nothing_and_says_where():
    with running(GATEWAY, configuration("one")) as (proxy, _, admin, status_port, process):
        path, traffic = configuration_file(admin), Traffic(proxy, 2)
        before = json.loads(get(admin, "/status")[1])["configuration_hash"]
        write(path, configuration("two").replace("paths", "pathz"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "last_refused" in json.loads(get(status_port, "/status")[1]), "the refusal in /status")
        status = json.loads(get(status_port, "/status")[1])
        first = status["last_refused"]["first"]
        assert first.startswith(path + ":5:") and "pathz" in first and "paths?" in first, first
        assert status["configuration_hash"] == before
        assert abs(status["last_refused"]["at"] - time.time()) < 60
        os.remove(path)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "No such file" in json.loads(get(admin, "/status")[1])["last_refused"]["first"], "the missing file in /status")
        assert get(proxy)[1] == "one"
        assert "gateway_configurations_refused_total 2" in get(status_port, "/metrics")[1]
        write(path, configuration("two"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: get(proxy)[1] == "two", "the mended file")
        wait_until(lambda: "last_refused" not in json.loads(get(admin, "/status")[1]), "a status without refusal")
        traffic.end()


def two_nodes_share_nothing():
    with running(GATEWAY, configuration("one")) as first, running(GATEWAY, configuration("two")) as second:
        assert get(first[0])[1] == "one" and get(second[0])[1] == "two"
        assert json.loads(get(first[2], "/")[1])["node_id"] != json.loads(get(second[2], "/")[1])["node_id"]
        assert get(first[2], "/config", "POST", configuration("two"), {"Content-Type": "text/yaml"})[0] == 201
        assert get(first[0])[1] == "two"
        first[4].terminate()
        assert first[4].wait(15) == 0
        assert get(second[0])[1] == "two"


def ready_means_that_a_configuration_is_there():
    with running(GATEWAY) as (_, _, admin, status_port, _):
        status, body, _ = get(status_port, "/status/ready")
        assert status == 503 and "no configuration" in body, body
        assert get(admin, "/config", "POST", configuration("one"), {"Content-Type": "text/yaml"})[0] == 201
        assert get(status_port, "/status/ready")[:2] == (200, '{"message":"ready"}')
        assert get(status_port, "/status/ready", "POST", "status=draining", {"Content-Type": "application/x-www-form-urlencoded"})[0] == 204
        status, body, _ = get(status_port, "/status/ready")
        assert status == 503 and "draining" in body, body


def signals_end_the_node_with_0():
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        with running(GATEWAY, configuration("one")) as (proxy, _, _, _, process):
            assert get(proxy)[1] == "one"
            process.send_signal(number)
            assert process.wait(15) == 0, number
            with contextlib.suppress(OSError):
                get(proxy)
                raise AssertionError("something still listens")


def what_the_node_counts_is_so():
    with running(GATEWAY, configuration("one")) as (proxy, _, admin, _, _):
        kept = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
        for _ in range(5):
            kept.request("GET", "/")
            kept.getresponse().read()
        before = json.loads(get(admin, "/status")[1])["server"]
        assert before["total_requests"] == 5 and before["connections_active"] == 1 and before["connections_waiting"] == 1, before
        slow = socket.create_connection(("127.0.0.1", proxy))
        slow.sendall(b"GET / HTTP/1.1\r\nHost:")
        wait_until(lambda: json.loads(get(admin, "/status")[1])["server"]["connections_reading"] == 1, "a head that is being read")
        slow.close()
        kept.close()
        wait_until(lambda: json.loads(get(admin, "/status")[1])["server"]["connections_active"] == 0, "the connections' end")


def hostile_clients_do_not_stop_the_admin_api():
    (tls,) = free_ports(1)
    with running(GATEWAY, configuration("one"), more_admin=f", 127.0.0.1:{tls} ssl") as (proxy, _, plain, _, _):
        said = [b"", b"GET /status HTTP/1.1\r\nX: ", b"\x16\x03\x01\xff\xff" + b"x" * 600, b"\x00" * 2000, b"POST /config HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
                b"POST /config HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx", b"GET " + b"/" * 100000 + b" HTTP/1.1\r\n\r\n"]
        hostile = []
        for port in (plain, tls):
            for i in range(200):
                client = socket.create_connection(("127.0.0.1", port), 10)
                with contextlib.suppress(OSError):
                    client.sendall(said[i % len(said)])
                hostile.append(client)
        started = time.time()
        for _ in range(10):
            assert get(plain, "/status")[0] == 200
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            secure = http.client.HTTPSConnection("127.0.0.1", tls, timeout=10, context=context)
            secure.request("GET", "/status")
            assert secure.getresponse().status == 200
            secure.close()
        assert time.time() - started < 10
        assert get(plain, "/config", "POST", configuration("two"), {"Content-Type": "text/yaml"})[0] == 201
        assert get(proxy)[1] == "two"
        for client in hostile:
            client.close()


def command(*arguments, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
    return subprocess.run([GATEWAY, *arguments], env=dict(environment, **variables), capture_output=True, text=True, timeout=30)


def commands_say_what_is_wrong():
    run = command("--proxy-listen=off", KONG_DATABASE="postgres")
    assert run.returncode == 1 and "KONG_DATABASE" in run.stderr and "no database" in run.stderr, run.stderr
    run = command("--help")
    assert run.returncode == 0 and "--proxy-listen" in run.stdout and "--declarative-config" in run.stdout
    with running(GATEWAY, configuration("one")) as (_, _, admin, _, _):
        path = configuration_file(admin)
        assert command("check", path).returncode == 0
        write(path, configuration("one").replace("paths", "pathz").replace("200", "9999").replace("echo_", "eco_"))
        run = command("check", path)
        assert run.returncode == 1, run.stdout
        for place in (":5:", ":8:", ":10:"):
            assert path + place in run.stderr, run.stderr


def main():
    for promise in (a_reload_is_atomic_under_traffic, a_refused_reload_changes_nothing_and_says_where, two_nodes_share_nothing,
                    ready_means_that_a_configuration_is_there, signals_end_the_node_with_0, what_the_node_counts_is_so,
                    hostile_clients_do_not_stop_the_admin_api, commands_say_what_is_wrong):
        if len(sys.argv) > 2 and sys.argv[2] not in promise.__name__:
            continue
        started = time.time()
        promise()
        print(f"{promise.__name__.replace('_', ' ')}: {time.time() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
