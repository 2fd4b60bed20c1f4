#!/usr/bin/env python3
"""Access and error logs of a running node: what stands in them, rotation, a reader that has stopped. Usage: logs.py GATEWAY"""
import contextlib
import http.client
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "compat"), str(pathlib.Path(__file__).resolve().parent)]
from client import eventually, expect, run_all  # noqa: E402
from node import running  # noqa: E402

GATEWAY = sys.argv[1]
CONFIG = """_format_version: "3.0"
services:
- name: s
  host: 127.0.0.1
  routes:
  - name: r
    paths: [/]
    plugins:
    - {name: key-auth, config: {key_names: [apikey]}}
    - {name: request-termination, config: {status_code: 200, body: hello}}
consumers: [{username: u, keyauth_credentials: [{key: SECRET}]}]
plugins: [{name: prometheus}]
"""
LINE = re.compile(r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "([^"]*)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"(?: kong_request_id: "([0-9a-f]{32})")?$')


def get(port, path="/", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path, None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def parsed(path):
    return [LINE.match(line).groups() for line in lines(path)]


def all_logs(folder):
    return {name: str(folder / name.replace("_log", ".log")) for name in ("proxy_access_log", "proxy_error_log", "admin_access_log", "admin_error_log", "status_access_log")}


def each_request_leaves_a_line_without_its_key():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with running(GATEWAY, CONFIG, **all_logs(folder)) as (proxy, _, admin, status, _):
            answer = get(proxy, "/a?apikey=SECRET&b=c", {"User-Agent": 'a"\xe4', "Referer": "http://here/"})[2]
            get(admin, "/status", {"User-Agent": "tool"})
            get(status, "/status/ready")
            for log in ("proxy_access.log", "admin_access.log", "status_access.log"):
                eventually(f"a line in {log}", lambda log=log: lines(folder / log))
            expect("proxy", parsed(folder / "proxy_access.log"),
                   [("GET /a?apikey=REDACTED&b=c HTTP/1.1", "200", "5", "http://here/", "a\\x22\\xE4", answer.getheader("X-Kong-Request-Id"))])
            request, code, _, _, agent, _ = parsed(folder / "admin_access.log")[0]
            expect("admin", (request, code, agent), ("GET /status HTTP/1.1", "200", "tool"))
            expect("status", parsed(folder / "status_access.log")[0][0], "GET /status/ready HTTP/1.1")


def usr1_opens_every_log_anew():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        logs = all_logs(folder)
        with running(GATEWAY, CONFIG, **logs) as (proxy, _, admin, status, process):
            def ask_all(word):
                for port in (proxy, admin, status):
                    get(port, f"/{word}")
                process.send_signal(signal.SIGHUP)  # what was loaded stands in the error log
            ask_all("before")
            written = [pathlib.Path(logs[log]) for log in logs if log != "admin_error_log"]
            for path in written:
                eventually(f"something in {path.name}", lambda path=path: lines(path))
            for path in logs.values():
                os.rename(path, path + ".1")
            process.send_signal(signal.SIGUSR1)
            eventually("a new error log", lambda: all(pathlib.Path(path).exists() for path in (logs["proxy_error_log"], logs["admin_error_log"])))
            ask_all("after")
            for path in written:
                eventually(f"something in the new {path.name}", lambda path=path: lines(path))
                assert not any("/before" in line for line in lines(path)), path
            for log in ("proxy_access_log", "admin_access_log", "status_access_log"):
                assert any("/after" in line for line in lines(pathlib.Path(logs[log]))), log


def the_last_lines_are_written_at_the_end():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "access.log"
        with running(GATEWAY, CONFIG, proxy_access_log=str(path)) as (proxy, _, _, _, process):
            for i in range(20):
                get(proxy, f"/{i}")
            process.terminate()
            expect("exit code", process.wait(15), 0)
        expect("requests", [request for request, *_ in parsed(path)], [f"GET /{i} HTTP/1.1" for i in range(20)])


def a_reader_that_has_stopped_costs_lines_not_requests():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "pipe"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with running(GATEWAY, CONFIG, proxy_access_log=str(path)) as (proxy, _, _, status, process):
                connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
                for _ in range(300):  # more than a pipe holds
                    connection.request("GET", "/" + "x" * 2000)
                    answer = connection.getresponse()
                    answer.read()
                    expect("status", answer.status, 401)
                dropped = re.compile(r"^gateway_log_lines_dropped_total ([1-9]\d*)$", re.M)
                eventually("the lines are counted", lambda: dropped.search(get(status, "/metrics")[1]))
                connection.close()
                process.terminate()
                expect("exit code", process.wait(30), 0)
        finally:
            os.close(reader)


def without_a_log_nothing_is_written():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with running(GATEWAY, CONFIG, prefix=name, proxy_access_log="off", admin_access_log="off") as (proxy, _, admin, _, _):
            get(proxy)
            get(admin)
            time.sleep(0.5)
        expect("files", sorted(str(path.relative_to(folder)) for path in folder.rglob("*access*")), [])


sys.exit(run_all([each_request_leaves_a_line_without_its_key, usr1_opens_every_log_anew, the_last_lines_are_written_at_the_end,
         a_reader_that_has_stopped_costs_lines_not_requests, without_a_log_nothing_is_written]))
